//! The model gives the answers that real kernels gave, as far as records of them are at hand (`cargo xtask truth`).
//!
//! The records lie beside the repository, or where `DRYDOCK_TRUTH` says; without them the test is skipped, visibly
//! and counted.

use drydock_tests::truth::SCRIPTS;
use drydock_tests::truth::report::Report;
use libtest_mimic::{Arguments, Completion, Failed, Trial};
use std::env;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Cases that came out the same, at least. It only ever rises.
const SAME: usize = 5080;

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let trials = vec![Trial::ignorable_test("records of real kernels", records)];
    libtest_mimic::run(&arguments, trials).exit_code()
}

fn records() -> Result<Completion, Failed> {
    let usual = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/truth/kernel");
    let folder = env::var_os("DRYDOCK_TRUTH").map_or(usual, PathBuf::from);
    if !folder.join("kernel.jsonl").is_file() {
        return Ok(Completion::ignored_with(format!("no records in {}", folder.display())));
    }
    let report = Report::of(&folder, &SCRIPTS.map(str::to_owned))?;
    let (same, ..) = report.counts();
    let unexplained = report.unexplained().count();
    if same < SAME || unexplained > 0 {
        return Err(format!(
            "{same} cases are the same, {SAME} were; {unexplained} differ without a reason\n{report}"
        )
        .into());
    }
    Ok(Completion::Completed)
}
