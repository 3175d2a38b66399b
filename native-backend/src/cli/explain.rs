//! `drydock explain`

use super::Outcome;
use super::style::{Style, on_stdout, paint};
use super::world::HostChoice;
use drydock_engine::explain::{catalogue, explain_refusal, sentence};
use drydock_engine::history::Session;
use drydock_engine::history::recorder::Record;
use drydock_engine::kernel::Kernel;
use drydock_engine::plan::{Observe, Refusal, strace};
use drydock_engine::shell::Stream;

/// Say what a line does, step by step, and by which rule a step is refused
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    host: HostChoice,
    /// The line, after `--`
    #[arg(last = true, required = true, value_name = "LINE")]
    line: Vec<String>,
}

pub(super) fn run(arguments: &Arguments) -> Outcome {
    let line = arguments.line.join(" ");
    let mut session = Session::new(arguments.host.for_model()?);
    session.run(&line);
    for index in 1..=session.n_steps() {
        if let Some(record) = &session.frame(index).record {
            step(index, record, &session.frame(index - 1).kernel);
        }
    }
    let mut status = 0;
    for record in session.lines() {
        status = record.status;
        print!("{}", record.text_of(Stream::Stdout));
        eprint!("{}", record.text_of(Stream::Stderr));
        for hint in &record.hints {
            println!("hint: {hint}");
        }
    }
    Ok(status)
}

/// One step: the sentence, why, the call with its manual page, and a refusal's rule.
fn step(index: u32, record: &Record, before: &Kernel) {
    let colours = on_stdout();
    let step = &record.step;
    println!("{index}. {}", paint(&sentence(step, before), Style::Strong, colours));
    if !step.why.is_empty() {
        println!("   {}", catalogue().text(&step.why, &Default::default()));
    }
    let call = strace::call(&step.call, &|actor| before.pid(actor));
    let answer = strace::answer(&record.answer);
    let manual = step.call.row().manual;
    println!(
        "   {}",
        paint(&format!("{} calls {call} = {answer}, see {manual}", step.actor), Style::Dim, colours)
    );
    if let Err(refusal) = &record.answer {
        refused(refusal, colours);
    }
}

fn refused(refusal: &Refusal, colours: bool) {
    let explained = explain_refusal(refusal);
    let heading = format!("refused by {}: {}", refusal.at, explained.sentence);
    println!("   {}", paint(&heading, Style::Bad, colours));
    let parts = [("rule", explained.rule), ("source", explained.source), ("advice", explained.advice)];
    for (name, text) in parts.iter().filter(|(_, text)| !text.is_empty()) {
        println!("   {name}: {text}");
    }
}
