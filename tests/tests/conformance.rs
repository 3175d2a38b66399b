//! The same lines on the model and on this machine's kernel: `drydock compare` finds no difference.
//!
//! Where the machine can't (no root, no version 1 controllers), a test is skipped, visibly and counted; where
//! `CI` is set that is a failure.

use libtest_mimic::{Arguments, Completion, Failed, Trial};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::{env, fs};

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut trials = vec![trial("lesson control-groups", root.join("lessons/control-groups.md"), &["--map"])];
    let scenarios = fs::read_dir(root.join("tests/scenarios")).expect("the folder of scenarios");
    let mut files: Vec<PathBuf> = scenarios.filter_map(|entry| Some(entry.ok()?.path())).collect();
    files.sort();
    for file in files.into_iter().filter(|file| file.extension().is_some_and(|extension| extension == "sh")) {
        let name = file.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
        trials.push(trial(&name, file, &["--host", "this"]));
    }
    libtest_mimic::run(&arguments, trials).exit_code()
}

fn trial(name: &str, file: PathBuf, options: &'static [&'static str]) -> Trial {
    Trial::ignorable_test(name, move || compare(&file, options))
}

fn compare(file: &Path, options: &[&str]) -> Result<Completion, Failed> {
    let Some(binary) = env::var_os("DRYDOCK_BIN") else {
        return skip("DRYDOCK_BIN is not set; run `cargo xtask test`");
    };
    let output = Command::new(binary).arg("compare").args(options).arg(file).output()?;
    let printed =
        format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    match output.status.code() {
        Some(0) => Ok(Completion::Completed),
        Some(2) => skip(&printed),
        _ => {
            Err(format!("{printed}\nrerun: drydock compare {} {}", options.join(" "), file.display()).into())
        }
    }
}

fn skip(reason: &str) -> Result<Completion, Failed> {
    if env::var_os("CI").is_some() {
        return Err(format!("may not be skipped where CI is set: {reason}").into());
    }
    Ok(Completion::ignored_with(reason))
}
