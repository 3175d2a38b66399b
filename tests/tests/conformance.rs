//! The scenarios of `tests/conformance` and the lessons: model, this machine's kernel and the file agree.
//!
//! A test's name is `WHERE/FILE/SCENARIO`. `model` asks the model alone, on the hosts that were recorded; `this`
//! performs on this machine's kernel, compares everything that can be seen with the model, and what the terminal
//! shows with the file. Where the machine can't (no root, no version 1 controllers), a test is skipped, visibly
//! and counted; where `CI` is set that is a failure. With `UPDATE=linux`, what Linux answers is written into the
//! file.

use drydock_engine::history::{Difference, RunLine, compare_lines, run_lines};
use drydock_engine::host::{HostKind, HostProfile};
use drydock_engine::kernel::Kernel;
use drydock_engine::lesson::{Lesson, course};
use drydock_native::host::{HostError, LinuxHost, Options, profile};
use drydock_tests::conformance::profile::{is_like, record, recorded};
use drydock_tests::conformance::{Document, Scenario, documents, transcript, update};
use libtest_mimic::{Arguments, Completion, Failed, Trial};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::atomic::{AtomicU32, Ordering};
use std::{env, fs};

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let documents = match documents() {
        Ok(documents) => documents,
        Err(problem) => {
            eprintln!("{problem}");
            return ExitCode::FAILURE;
        }
    };
    let mut trials: Vec<Trial> = documents.iter().flat_map(trials_of).collect();
    for lesson in course().expect("every lesson is of the form") {
        trials.push(Trial::ignorable_test(format!("this/lesson/{}", lesson.id), move || on_mapping(&lesson)));
    }
    libtest_mimic::run(&arguments, trials).exit_code()
}

fn trials_of(document: &Document) -> Vec<Trial> {
    let mut trials = Vec::new();
    for scenario in &document.scenarios {
        for host in scenario.hosts.iter().copied() {
            let own = scenario.clone();
            let name = format!("model/{}", names_host(scenario, host));
            trials.push(Trial::test(name, move || on_model(&own, host)));
        }
        if scenario.hosts.contains(&HostKind::This) {
            let (own, path) = (scenario.clone(), document.path.clone());
            let name = format!("this/{}", scenario.name);
            trials.push(Trial::ignorable_test(name, move || on_this(&own, &path)));
        }
    }
    trials
}

/// A scenario's name, with the host where it is written for several.
fn names_host(scenario: &Scenario, host: HostKind) -> String {
    if scenario.hosts.len() > 1 {
        format!("{}@{}", scenario.name, host.word())
    } else {
        scenario.name.clone()
    }
}

fn updates() -> bool {
    env::var_os("UPDATE").is_some_and(|value| value == "linux")
}

/// The model on the recorded host says what the file says.
fn on_model(scenario: &Scenario, host: HostKind) -> Result<(), Failed> {
    if updates() {
        return Ok(());
    }
    let profile = recorded(host)?;
    let lines = run_lines(&profile, scenario.commands(), &mut Kernel::boot(&profile), false);
    as_in_file(scenario, &lines, "model").map_err(Failed::from)
}

/// This machine's kernel and the model do the same, and what the file says.
fn on_this(scenario: &Scenario, path: &Path) -> Result<Completion, Failed> {
    let profile = match profile::available(HostKind::This) {
        Ok(profile) => profile,
        Err(error) => return skip(&error.to_string()),
    };
    let linux = match on_linux(&profile, scenario.commands(), false) {
        Ok(lines) => lines,
        Err(error) => return skip(&error.to_string()),
    };
    if updates() {
        record(&profile)?;
        update::write(path, scenario, &linux)?;
        return Ok(Completion::Completed);
    }
    let model = run_lines(&profile, scenario.commands(), &mut Kernel::boot(&profile), false);
    if let Some(difference) = compare_lines(&model, &linux) {
        return Err(format!("{difference}\n{}", rerun("this", &scenario.name)).into());
    }
    if is_like(&profile, &recorded(HostKind::This)?) {
        as_in_file(scenario, &linux, "this")?;
    }
    Ok(Completion::Completed)
}

/// A lesson on this machine, through the mapping of the lecture's hierarchies.
fn on_mapping(lesson: &Lesson) -> Result<Completion, Failed> {
    let profile = match profile::available(HostKind::V1) {
        Ok(profile) => profile,
        Err(error) => return skip(&error.to_string()),
    };
    let script = lesson.script();
    let lines = || script.iter().map(String::as_str);
    let linux = match on_linux(&profile, lines(), true) {
        Ok(lines) => lines,
        Err(error) => return skip(&error.to_string()),
    };
    let model = run_lines(&profile, lines(), &mut Kernel::boot(&profile), true);
    match compare_lines(&model, &linux) {
        Some(difference) => Err(difference.to_string().into()),
        None => Ok(Completion::Completed),
    }
}

/// Performs lines in a session of their own on this machine.
fn on_linux<'a>(
    profile: &HostProfile,
    lines: impl Iterator<Item = &'a str>,
    map: bool,
) -> Result<Vec<RunLine>, HostError> {
    static SESSIONS: AtomicU32 = AtomicU32::new(0);
    let number = SESSIONS.fetch_add(1, Ordering::Relaxed);
    let state = env::temp_dir().join(format!("drydock-conformance-{}-{number}", std::process::id()));
    let options = Options { state: state.clone(), program: env::var_os("DRYDOCK_BIN").map(PathBuf::from) };
    if options.program.is_none() {
        return Err(HostError::Unavailable(
            "DRYDOCK_BIN is not set; run `cargo xtask conformance`".to_owned(),
        ));
    }
    let mut host = LinuxHost::start(profile, &options)?;
    let answered = run_lines(profile, lines, &mut host, map);
    drop(host);
    // The session has removed what was in it; the directory itself may be gone, too.
    let _ = fs::remove_dir_all(state);
    Ok(answered)
}

/// What the terminal showed is what the file says.
fn as_in_file(scenario: &Scenario, lines: &[RunLine], place: &str) -> Result<(), String> {
    let (shown, expected) = (transcript::of(lines), scenario.expected());
    if shown == expected {
        return Ok(());
    }
    let difference = Difference {
        number: 1,
        line: scenario.title.clone(),
        what: format!("{place} (left) and the file (right)"),
        left: shown,
        right: expected,
    };
    Err(format!("{difference}\n{}", rerun(place, &scenario.name)))
}

fn rerun(place: &str, name: &str) -> String {
    format!("rerun: cargo xtask conformance --host {place} {name}")
}

fn skip(reason: &str) -> Result<Completion, Failed> {
    if env::var_os("CI").is_some() {
        return Err(format!("may not be skipped where CI is set: {reason}").into());
    }
    Ok(Completion::ignored_with(reason))
}
