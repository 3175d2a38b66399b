//! `drydock plan`

use super::world::HostChoice;
use super::{Outcome, script};
use clap::ValueEnum;
use drydock_engine::history::Session;
use drydock_engine::plan::{Observe, Plan, Step, file, strace};

/// Print the kernel calls that a line stands for
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// How they are printed
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    #[command(flatten)]
    host: HostChoice,
    /// The line, after `--`
    #[arg(last = true, required = true, value_name = "LINE")]
    line: Vec<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// One call a line, as strace prints it
    Text,
    /// A plan file, for `drydock execute`
    Json,
    /// A script of commands that do the same by hand
    Sh,
}

pub(super) fn run(arguments: &Arguments) -> Outcome {
    let line = arguments.line.join(" ");
    let profile = arguments.host.for_model()?;
    let kind = profile.kind;
    // What a line does next depends on what came before: it is planned as it is performed, on the model.
    let mut session = Session::new(profile);
    let status = session.run(&line).status;
    let records: Vec<_> =
        (1..=session.n_steps()).filter_map(|index| session.frame(index).record.as_ref()).collect();
    let steps: Vec<Step> = records.iter().map(|record| record.step.clone()).collect();
    match arguments.format {
        Format::Json => println!("{}", file::write(kind, &line, &Plan::independent(steps))),
        Format::Sh => print!("{}", script::script(&line, &steps)),
        Format::Text => {
            let width = records.iter().map(|record| record.step.actor.name().len()).max().unwrap_or(0);
            for (index, record) in records.iter().enumerate() {
                let call = strace::call(&record.step.call, &|actor| session.now().pid(actor));
                let answer = strace::answer(&record.answer);
                println!("{:>3}  {:width$}  {call} = {answer}", index + 1, record.step.actor.name());
            }
        }
    }
    if records.is_empty() && status != 0 {
        for record in session.lines() {
            eprint!("{}", record.text_of(drydock_engine::shell::Stream::Stderr));
        }
    }
    Ok(status)
}
