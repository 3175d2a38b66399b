//! `drydock compare`

use super::lines::{self, Source};
use super::state::State;
use super::world::{HostChoice, World};
use super::{CANNOT, Outcome, scenarios};
use crate::conformance::is_source;
use crate::conformance::judge::KERNELS;
use drydock_engine::history::compare::{RunLine, compare_lines, run_lines};
use drydock_engine::host::HostProfile;

/// Perform lines on the model and on this machine's kernel, and print the first difference
///
/// A file of scenarios, or a folder of such files, is performed scenario by scenario, each on a fresh host, and
/// also compared with what the file says.
///
/// Exit status: 0 the same, 1 different, 2 this machine cannot, and why.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    source: Source,
    #[command(flatten)]
    host: HostChoice,
    #[command(flatten)]
    state: State,
    #[command(flatten)]
    scenarios: scenarios::Choice,
}

pub(super) fn run(arguments: &Arguments) -> Outcome {
    let file = arguments.source.file.as_deref();
    if let Some(path) = file.filter(|path| is_source(path)) {
        return scenarios::run(path, &arguments.scenarios, arguments.host, &arguments.state);
    }
    let Some(text) = arguments.source.text()? else {
        eprintln!("drydock: nothing to compare: give a file of lines, or -c LINE");
        return Ok(CANNOT);
    };
    let commands = lines::commands(&text);
    // Both begin with this machine as it is, so that they begin equal.
    let profile = arguments.host.for_linux_or(lines::lesson_host(&arguments.source))?;
    let model = perform(World::model(&profile), &profile, &commands, arguments.host.map);
    let linux = perform(World::linux(&profile, &arguments.state)?, &profile, &commands, arguments.host.map);
    match compare_lines(&model, &linux) {
        None => {
            let steps: usize = model.iter().map(|line| line.steps.len()).sum();
            let answers = model.iter().flat_map(|line| &line.steps);
            let refused = answers.filter(|record| record.answer.is_err()).count();
            let host = if arguments.host.map { "the mapping" } else { profile.kind.word() };
            println!(
                "the same: {} lines, {steps} steps, {refused} of them refused; host: {host}",
                model.len()
            );
            Ok(0)
        }
        Some(difference) => {
            print!("{}", difference.side_by_side(KERNELS));
            Ok(1)
        }
    }
}

fn perform(mut world: World, profile: &HostProfile, commands: &[String], map: bool) -> Vec<RunLine> {
    run_lines(profile, commands.iter().map(String::as_str), &mut world, map)
}
