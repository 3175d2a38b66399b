//! Every rule that the kernel's own selftests and LTP check has a scenario here, or a reason why not:
//! `coverage.txt`.
//!
//! The collections of rules lie beside the repository, or where `DRYDOCK_CORPORA` says; without them it is only
//! checked that the scenarios are there.

use drydock_engine::scenario;
use libtest_mimic::{Arguments, Completion, Failed, Trial};
use serde_json::Value;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::{env, fs};

/// The collections, by the names of their files.
const COLLECTIONS: [&str; 2] = ["kernel_selftests", "ltp"];

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let trials = vec![
        Trial::test("every rule has scenarios that are there, or a reason", lines),
        Trial::ignorable_test("every rule of the collections is listed", collections),
    ];
    libtest_mimic::run(&arguments, trials).exit_code()
}

/// A line of the file.
struct Line {
    /// Collection, table and test.
    rule: String,
    /// Scenarios.
    scenarios: Vec<String>,
    /// Why there are none, or none for a part of the rule.
    reason: Option<String>,
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("conformance")
}

fn coverage() -> Result<Vec<Line>, Failed> {
    let text = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("coverage.txt"))?;
    let (mut table, mut lines) = (String::new(), Vec::new());
    for line in text.lines().filter(|line| !line.is_empty()) {
        match (line.strip_prefix("# "), line.split_once(" = ")) {
            (Some(heading), _) => heading.clone_into(&mut table),
            (None, Some((test, what))) => {
                let (ids, reason) = match what.split_once('!') {
                    Some((ids, reason)) => (ids, Some(reason.trim().to_owned())),
                    None => (what, None),
                };
                let scenarios = ids.split_whitespace().map(str::to_owned).collect();
                lines.push(Line { rule: format!("{table} {test}"), scenarios, reason });
            }
            (None, None) if line == "#" => {}
            (None, None) => return Err(format!("no rule and no heading: {line}").into()),
        }
    }
    Ok(lines)
}

/// The ids of all scenarios.
fn scenarios() -> Result<BTreeSet<String>, Failed> {
    let mut ids = BTreeSet::new();
    for entry in fs::read_dir(folder())? {
        let path = entry?.path();
        let stem = path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
        if path.extension().is_some_and(|extension| extension == "md") && stem != "README" {
            let found =
                scenario::parse(&stem, &fs::read_to_string(&path)?).map_err(|error| error.to_string())?;
            ids.extend(found.into_iter().map(|scenario| scenario.id));
        }
    }
    Ok(ids)
}

fn lines() -> Result<(), Failed> {
    let ids = scenarios()?;
    let mut seen = BTreeSet::new();
    let mut wrong = Vec::new();
    for Line { rule, scenarios, reason } in coverage()? {
        if reason.as_ref().is_some_and(|reason| !reason.ends_with('.')) {
            wrong.push(format!("{rule}: the reason is no sentence"));
        }
        if scenarios.is_empty() && reason.is_none() {
            wrong.push(format!("{rule}: neither a scenario nor a reason"));
        }
        let missing = scenarios.iter().filter(|id| !ids.contains(*id));
        wrong.extend(missing.map(|id| format!("{rule}: no scenario {id}")));
        if !seen.insert(rule.clone()) {
            wrong.push(format!("{rule}: twice"));
        }
    }
    if wrong.is_empty() && !seen.is_empty() { Ok(()) } else { Err(wrong.join("\n").into()) }
}

/// The rules of a collection: each test of a table, or the table where it is one of values.
fn rules(collection: &str, text: &str) -> Result<BTreeSet<String>, Failed> {
    let parsed: Value = serde_json::from_str(text)?;
    let mut rules = BTreeSet::new();
    for table in parsed["tables"].as_array().into_iter().flatten() {
        let id = table["id"].as_str().unwrap_or_default();
        let cases = table["cases"].as_array().into_iter().flatten();
        let tests = cases.filter(|case| case.get("rule").is_some()).filter_map(|case| case["test"].as_str());
        let mut tests: BTreeSet<&str> = tests.collect();
        if tests.is_empty() {
            tests.insert("*");
        }
        rules.extend(tests.into_iter().map(|test| format!("{collection} {id} {test}")));
    }
    Ok(rules)
}

fn collections() -> Result<Completion, Failed> {
    let usual = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/corpora/cgroups");
    let folder = env::var_os("DRYDOCK_CORPORA").map_or(usual, PathBuf::from);
    let mut wanted = BTreeSet::new();
    for collection in COLLECTIONS {
        match fs::read_to_string(folder.join(format!("{collection}.json"))) {
            Ok(text) => wanted.extend(rules(collection, &text)?),
            Err(_) => {
                return Ok(Completion::ignored_with(format!("no {collection} in {}", folder.display())));
            }
        }
    }
    let listed: BTreeSet<String> = coverage()?.into_iter().map(|line| line.rule).collect();
    let missing = wanted.difference(&listed).map(|rule| format!("not listed: {rule}"));
    let stale = listed.difference(&wanted).map(|rule| format!("in no collection: {rule}"));
    let wrong: Vec<String> = missing.chain(stale).collect();
    if wrong.is_empty() && !wanted.is_empty() {
        Ok(Completion::Completed)
    } else {
        Err(wrong.join("\n").into())
    }
}
