//! `drydock compare`

use super::lines::{self, Source};
use super::state::State;
use super::world::{HostChoice, World};
use super::{CANNOT, Outcome, scenarios};
use crate::conformance::Linux;
use crate::conformance::is_source;
use crate::conformance::judge::KERNELS;
use crate::test_host::{self, Files, Job};
use drydock_engine::history::compare::{RunLine, compare_lines, run_lines};
use drydock_engine::host::HostProfile;
use std::error::Error;
use std::path::PathBuf;

/// Perform lines on the model and on a real kernel, and print the first difference
///
/// The real kernel is this machine's, or with --test-host one that is booted for it in an emulator.
///
/// A file of scenarios, or a folder of such files, is performed scenario by scenario, each on a fresh host, and
/// also compared with what the file says.
///
/// Exit status: 0 the same, 1 different, or lines that no shell was left to perform, or a name that no scenario has, 2 this machine cannot, and why.
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
    /// Boot a stock kernel in qemu and perform the lines there, as host lecture (the default), v1 or v2.
    /// DIR is the folder that `cargo xtask test-host` fills [default: DRYDOCK_TEST_HOST, or test-host beside the
    /// folder of this program]
    #[arg(long, value_name = "DIR", num_args = 0..=1, require_equals = true)]
    test_host: Option<Option<PathBuf>>,
}

impl Arguments {
    /// The files of the test host, where one was asked for.
    fn test_host(&self) -> Result<Option<Files>, Box<dyn Error>> {
        Ok(self.test_host.as_ref().map(|folder| Files::find(folder.as_deref())).transpose()?)
    }
}

pub(super) fn run(arguments: &Arguments) -> Outcome {
    let file = arguments.source.file.as_deref();
    if let Some(path) = file.filter(|path| is_source(path)) {
        let linux = match arguments.test_host()? {
            Some(files) => Linux::TestHost(files),
            None => Linux::Here(arguments.state.directory()),
        };
        return scenarios::run(path, &arguments.scenarios, arguments.host, &linux);
    }
    let commands = lines::commands(&arguments.source.text()?.unwrap_or_default());
    if commands.iter().all(|line| line.trim().is_empty()) {
        eprintln!("drydock: nothing to compare: give a file of lines, or -c LINE");
        return Ok(CANNOT);
    }
    let (profile, linux) = match arguments.test_host()? {
        Some(files) => in_test_host(arguments, &files, &commands)?,
        None => on_this_machine(arguments, &commands)?,
    };
    // Both begin with the real machine as it is, so that they begin equal.
    let model = perform(World::model(&profile), &profile, &commands, arguments.host.map);
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
            let unheard = linux.iter().filter(|line| line.unheard).count();
            if unheard > 0 {
                println!(
                    "but {unheard} of the lines were not performed on either: the session's own shell was gone, stopped or \
                     frozen by then"
                );
                return Ok(1);
            }
            Ok(0)
        }
        Some(difference) => {
            print!("{}", difference.side_by_side(KERNELS));
            Ok(1)
        }
    }
}

fn on_this_machine(
    arguments: &Arguments,
    commands: &[String],
) -> Result<(HostProfile, Vec<RunLine>), Box<dyn Error>> {
    let profile = arguments.host.for_linux_or(lines::lesson_host(&arguments.source))?;
    let world = World::linux(&profile, &arguments.state)?;
    let lines = perform(world, &profile, commands, arguments.host.map);
    Ok((profile, lines))
}

fn in_test_host(
    arguments: &Arguments,
    files: &Files,
    commands: &[String],
) -> Result<(HostProfile, Vec<RunLine>), Box<dyn Error>> {
    let kind = arguments.host.for_test_host(lines::lesson_host(&arguments.source))?;
    let job = Job { name: "the lines".to_owned(), lines: commands.to_vec(), measured: Vec::new() };
    let mut answers = test_host::run(kind, &[job], files)?;
    eprintln!("{}", answers.told());
    let (_, lines) = answers.results.pop().ok_or("the test host has no result")?;
    Ok((answers.profile, lines?))
}

fn perform(mut world: World, profile: &HostProfile, commands: &[String], map: bool) -> Vec<RunLine> {
    run_lines(profile, commands.iter().map(String::as_str), &mut world, map, &[])
}
