//! `drydock clean`

use super::Outcome;
use super::state::State;
use crate::clean;

/// End all sessions on the real kernel, and remove what they or killed ones have left
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    state: State,
    /// Leave running sessions alone
    #[arg(long)]
    dead: bool,
}

pub(super) fn run(arguments: &Arguments) -> Outcome {
    let report = clean::run(&arguments.state.directory(), arguments.dead)?;
    for id in &report.removed {
        println!("removed session {id}");
    }
    for problem in &report.problems {
        eprintln!("drydock: {problem}. Run `drydock clean` again when nothing uses it any more");
    }
    if report.removed.is_empty() && report.problems.is_empty() {
        println!("nothing to remove");
    }
    Ok(u8::from(!report.problems.is_empty()))
}
