//! Real containers by hand, killed at random steps, leave nothing behind. `cargo xtask containers` kills a thousand.
//!
//! Needs root; without it the test is skipped, visibly and counted. Where `CI` is set that is a failure.

use libtest_mimic::{Arguments, Completion, Failed, Trial};
use std::process::{Command, ExitCode};

/// How many.
const COUNT: u32 = 24;

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let trials =
        vec![Trial::ignorable_test("containers killed at random steps leave nothing", leave_nothing)];
    libtest_mimic::run(&arguments, trials).exit_code()
}

fn leave_nothing() -> Result<Completion, Failed> {
    if !nix::unistd::geteuid().is_root() {
        if std::env::var_os("CI").is_some() {
            return Err("may not be skipped where CI is set: sessions on the real kernel need root".into());
        }
        return Ok(Completion::ignored_with("sessions on the real kernel need root"));
    }
    let count = COUNT.to_string();
    let output = Command::new(env!("CARGO_BIN_EXE_containers")).args(["--count", &count]).output()?;
    let said = String::from_utf8_lossy(&output.stdout);
    let (last, errors) = (said.lines().last().unwrap_or_default(), String::from_utf8_lossy(&output.stderr));
    if !output.status.success() || !last.starts_with(&format!("{COUNT} containers of ")) {
        return Err(format!("{said}{errors}\nrerun: cargo xtask containers --count {COUNT}").into());
    }
    Ok(Completion::Completed)
}
