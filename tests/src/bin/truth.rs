//! `cargo xtask truth`: the model against recorded answers of real kernels.

use drydock_tests::truth::SCRIPTS;
use drydock_tests::truth::report::{Case, Report};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

fn main() -> ExitCode {
    let mut folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/truth/kernel");
    let mut scripts: Vec<String> = Vec::new();
    let mut shown = None;
    let mut words = std::env::args().skip(1);
    while let Some(word) = words.next() {
        match word.as_str() {
            "--from" => match words.next() {
                Some(path) => folder = PathBuf::from(path),
                None => return wrong("--from needs a folder"),
            },
            "--show" => match words.next() {
                Some(id) => shown = Some(id),
                None => return wrong("--show needs the id of a case"),
            },
            name if SCRIPTS.contains(&name) => scripts.push(word),
            name => return wrong(&format!("there is no script {name}; there are {}", SCRIPTS.join(", "))),
        }
    }
    if scripts.is_empty() {
        scripts = SCRIPTS.map(str::to_owned).to_vec();
    }
    match Report::of(&folder, &scripts) {
        Ok(report) => {
            match shown {
                Some(id) => show(&report, &id),
                None => print!("{report}"),
            }
            ExitCode::from(u8::from(report.unexplained().next().is_some()))
        }
        Err(error) => wrong(&error.to_string()),
    }
}

/// What a case printed on Linux and in the model, wherever it ran.
fn show(report: &Report, id: &str) {
    for case in report.cases.iter().filter(|case| case.record.id == id) {
        let Case { record, printed, .. } = case;
        println!("{id} {} {}: {}", record.host, record.kernel, record.command);
        println!("Linux:\n{}\nmodel:\n{printed}\n", record.stdout);
    }
}

fn wrong(message: &str) -> ExitCode {
    eprintln!("truth: {message}");
    ExitCode::from(2)
}
