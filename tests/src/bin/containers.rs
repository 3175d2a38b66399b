//! `cargo xtask containers`: real containers by hand, killed at random steps; then it is looked whether anything is left.

use drydock_engine::history::Recorder;
use drydock_engine::host::HostKind;
use drydock_engine::scenario;
use drydock_engine::shell::Shell;
use drydock_native::clean;
use drydock_native::host::{LinuxHost, Options, profile, run_if_part_of_a_session};
use drydock_native::journal::KILL_AT;
use drydock_tests::leftovers;
use fastrand::Rng;
use std::error::Error;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};
use std::time::Instant;

/// What is typed: the scenario that builds a container call by call.
const SCENARIO: &str = include_str!("../../conformance/container-by-hand.md");

/// Changes to the machine that a keeper makes while it sets a session up, at least.
const CHANGES: u32 = 30;

/// Makes containers by hand on this machine, kills each at a random step, cleans up, and lists what is left
#[derive(Debug, clap::Parser)]
#[command(name = "cargo xtask containers")]
struct Arguments {
    /// How many
    #[arg(long, default_value_t = 1000)]
    count: u32,
    /// The same one kills at the same steps
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// How many at a time
    #[arg(long, default_value_t = 2)]
    at_once: u32,
    /// Make one, and end this process at that step; 0 for none
    #[arg(long, hide = true)]
    killed_at: Option<u32>,
    /// Where sessions write down what they make
    #[arg(long, hide = true)]
    state: Option<PathBuf>,
}

fn main() -> ExitCode {
    run_if_part_of_a_session();
    let arguments = <Arguments as clap::Parser>::parse();
    let done = match (arguments.killed_at, &arguments.state) {
        (Some(step), Some(state)) => make_one(step, state).map(|_| true),
        _ => make_many(&arguments),
    };
    match done {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("containers: {error}");
            ExitCode::from(2)
        }
    }
}

/// How a container meets its end.
#[derive(Clone, Copy, Debug)]
enum End {
    /// All lines are performed, and the session ends.
    Whole,
    /// The process that sends the calls is killed behind this one.
    Controller(u32),
    /// The process that watches over the session is killed at this change to the machine.
    Keeper(u32),
}

fn make_many(arguments: &Arguments) -> Result<bool, Box<dyn Error>> {
    let state = std::env::temp_dir().join(format!("drydock-containers-{}", std::process::id()));
    let program = std::env::current_exe()?;
    let before = leftovers::look(&program, &state);
    let steps = make_one(0, &state)?;
    let started = Instant::now();
    let mut rng = Rng::with_seed(arguments.seed);
    let mut ends = [0_u32; 3];
    let mut left = arguments.count;
    while left > 0 {
        let batch = left.min(arguments.at_once.max(1));
        left -= batch;
        let mut running = Vec::new();
        for _ in 0..batch {
            let end = match rng.u32(..10) {
                0 => End::Whole,
                1..=6 => End::Controller(rng.u32(1..=steps)),
                _ => End::Keeper(rng.u32(1..=CHANGES)),
            };
            ends[match end {
                End::Whole => 0,
                End::Controller(_) => 1,
                End::Keeper(_) => 2,
            }] += 1;
            running.push((end, start(&program, &state, end)?));
        }
        for (end, mut child) in running {
            let status = child.wait()?;
            let as_meant = match end {
                End::Whole => status.success(),
                End::Controller(_) => status.signal() == Some(9),
                // It may have been killed before there was a session, at a change that only some make, or after all was done.
                End::Keeper(_) => true,
            };
            if !as_meant {
                return Err(format!(
                    "a container that should have met its end as {end:?} ended with {status}"
                )
                .into());
            }
        }
    }
    let seconds = started.elapsed().as_secs_f64();
    let report = clean::run(&state, false)?;
    report.problems.iter().for_each(|problem| println!("not removed: {problem}"));
    let after = leftovers::look(&program, &state);
    let rest: Vec<_> = after.difference(&before).collect();
    rest.iter().for_each(|thing| println!("left: {thing}"));
    let [whole, controllers, keepers] = ends;
    println!(
        "{} containers of {steps} steps in {seconds:.0} s: {whole} whole, {controllers} killed at a step, {keepers} with their \
         keeper; {} sessions left to clean; {} things left of them",
        arguments.count,
        report.removed.len(),
        rest.len() + report.problems.len()
    );
    Ok(rest.is_empty() && report.problems.is_empty())
}

fn start(program: &Path, state: &Path, end: End) -> std::io::Result<std::process::Child> {
    let mut command = Command::new(program);
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).arg("--state").arg(state);
    match end {
        End::Whole => command.args(["--killed-at", "0"]),
        End::Controller(step) => command.args(["--killed-at", &step.to_string()]),
        End::Keeper(change) => command.args(["--killed-at", "0"]).env(KILL_AT, change.to_string()),
    };
    command.spawn()
}

/// Answers how many steps it took.
fn make_one(killed_at: u32, state: &Path) -> Result<u32, Box<dyn Error>> {
    let profile = profile::available(HostKind::This)?;
    let mut host = LinuxHost::start(&profile, &Options { state: state.to_owned(), program: None })?;
    let mut steps = 0;
    let mut recorder = Recorder::new(&mut host, |_, _| {
        steps += 1;
        if steps == killed_at {
            // The way kill -9 ends it: nothing is tidied up.
            let _ = nix::sys::signal::raise(nix::sys::signal::Signal::SIGKILL);
        }
    });
    let mut shell = Shell::new(&profile);
    for scenario in scenario::parse("container-by-hand", SCENARIO)? {
        for block in scenario.blocks_for(HostKind::This) {
            for exchange in &block.exchanges {
                shell.run(&exchange.command, &mut recorder);
            }
        }
    }
    Ok(steps)
}
