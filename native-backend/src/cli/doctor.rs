//! `drydock doctor`

use super::Outcome;
use super::state::State;
use crate::doctor::{self, Finding};

/// Say what this machine can do, and what to do about what it cannot
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    state: State,
}

pub(super) fn run(arguments: &Arguments) -> Outcome {
    for Finding { what, state, advice } in doctor::examine(&arguments.state.directory()) {
        let mark = if advice.is_none() { "ok     " } else { "missing" };
        println!("{mark}  {what}: {state}");
        if let Some(advice) = advice {
            println!("         {advice}");
        }
    }
    Ok(0)
}
