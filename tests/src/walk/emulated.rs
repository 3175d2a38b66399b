//! Walks in a test host: its steps are drawn before, with the model, and sent to it as lines of the shell.

use super::{draw, script};
use drydock_engine::history::compare::{Difference, RunLine, compare_lines, run_lines};
use drydock_engine::host::{HostKind, HostProfile};
use drydock_engine::kernel::Kernel;
use drydock_native::test_host::{self, Files, Job, TestHostError};

/// A walk, and what came of it.
#[derive(Debug)]
pub struct Walked {
    /// Its seed.
    pub seed: u64,
    /// How many of its steps were refused.
    pub refused: usize,
    /// The steps.
    pub lines: Vec<String>,
    /// The first difference, or why there is no answer.
    pub difference: Result<Option<Difference>, String>,
}

/// Walks once for each seed, on the model and in a test host that is booted for all of them.
///
/// # Errors
/// See [`TestHostError`].
pub fn run(
    kind: HostKind,
    seeds: impl Iterator<Item = u64>,
    steps: usize,
    files: &Files,
) -> Result<Vec<Walked>, TestHostError> {
    // What the test host is, it says itself.
    let profile = test_host::run(kind, &[job("nothing", Vec::new())], files)?.profile;
    let walk = |seed: u64| (seed, script::lines(&profile, &draw(&profile, seed, steps)));
    let walks: Vec<(u64, Vec<String>)> = seeds.map(walk).collect();
    let jobs: Vec<Job> =
        walks.iter().map(|(seed, lines)| job(&format!("seed {seed}"), lines.clone())).collect();
    let answers = test_host::run(kind, &jobs, files)?;
    eprintln!("{}", answers.told());
    let both = walks.into_iter().zip(answers.results);
    Ok(both.map(|((seed, lines), (_, real))| judge(&profile, seed, lines, real)).collect())
}

fn job(name: &str, lines: Vec<String>) -> Job {
    Job { name: name.to_owned(), lines, measured: Vec::new() }
}

fn judge(profile: &HostProfile, seed: u64, lines: Vec<String>, real: Result<Vec<RunLine>, String>) -> Walked {
    let mut kernel = Kernel::boot(profile);
    let model = run_lines(profile, lines.iter().map(String::as_str), &mut kernel, false, &[]);
    let refused = model.iter().flat_map(|line| &line.steps).filter(|record| record.answer.is_err()).count();
    Walked { seed, refused, lines, difference: real.map(|real| compare_lines(&model, &real)) }
}
