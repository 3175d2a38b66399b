//! Runs the browser tests, and skips them where the machine lacks what they need.

use std::{env, process::ExitCode, sync::Arc};

use anyhow::{Error, Result, anyhow};
use libtest_mimic::{Arguments, Completion, Failed, Trial};

use super::Rig;

/// A name, and what to do with the rig.
pub(crate) type Test = (&'static str, fn(&Rig) -> Result<()>);

/// Something the machine lacks, which is no fault of the page.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{0}")]
pub(crate) struct Missing(pub(crate) String);

/// Starts the rig, runs the tests that the command line asks for, and ends the rig.
pub(crate) fn run(tests: &[Test]) -> ExitCode {
    let mut arguments = Arguments::from_args();
    // One browser at a time: two would spoil each other's times.
    arguments.test_threads.get_or_insert(1);
    let rig = if arguments.list { Err(anyhow!("only listed")) } else { Rig::start() };
    let rig = Arc::new(rig);
    let trials = tests.iter().map(|(name, test)| {
        let (rig, test) = (Arc::clone(&rig), *test);
        Trial::ignorable_test(*name, move || judge((*rig).as_ref().map_err(again).and_then(test)))
    });
    let conclusion = libtest_mimic::run(&arguments, trials.collect());
    // The rig is dropped on return, and its processes with it; `Conclusion::exit` would leave them.
    conclusion.exit_code()
}

/// The same error once more: every test ends with it.
fn again(error: &Error) -> Error {
    match error.downcast_ref::<Missing>() {
        Some(missing) => Error::new(missing.clone()),
        None => anyhow!("{error:#}"),
    }
}

/// A test that could not run is skipped on a person's machine, and has failed on CI's.
fn judge(outcome: Result<()>) -> Result<Completion, Failed> {
    match outcome {
        Ok(()) => Ok(Completion::Completed),
        Err(error) if error.is::<Missing>() && env::var_os("CI").is_none() => {
            Ok(Completion::ignored_with(format!("skipped: {error}")))
        }
        Err(error) => Err(Failed::from(format!("{error:#}"))),
    }
}
