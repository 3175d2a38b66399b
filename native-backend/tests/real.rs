//! Sessions on this machine's own kernel. Needs root; says so and skips where that is missing, and fails then
//! where `CI` is set.

mod real {
    pub(crate) mod calls;
    pub(crate) mod kit;
    pub(crate) mod leftovers;
    pub(crate) mod tasks;
}

use libtest_mimic::{Arguments, Trial};
use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let missing = real::kit::missing();
    if let Some(why) = &missing {
        eprintln!("skipped, all of them: {why}");
        if std::env::var_os("CI").is_some() {
            return ExitCode::FAILURE;
        }
    }
    let tests = [real::calls::TESTS, real::tasks::TESTS, real::leftovers::TESTS].concat();
    let trial = |(name, test): real::kit::Test| {
        Trial::test(name, move || test().map_err(|error| error.to_string().into()))
            .with_ignored_flag(missing.is_some())
    };
    libtest_mimic::run(&arguments, tests.into_iter().map(trial).collect()).exit_code()
}
