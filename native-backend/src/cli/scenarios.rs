//! `drydock compare` of scenarios.

use super::world::HostChoice;
use super::{CANNOT, Outcome};
use crate::conformance::{self, Linux, Source, Verdict};
use drydock_engine::host::HostKind;
use drydock_engine::scenario::Scenario;
use std::collections::BTreeMap;
use std::path::Path;
use std::time::Instant;

/// Options for scenarios.
#[derive(Clone, Debug, clap::Args)]
pub(super) struct Choice {
    /// Of a file or folder of scenarios, those with this in their names (file/title-with-dashes)
    #[arg(long, value_name = "NAME")]
    only: Vec<String>,
    /// Write what Linux shows into the files of scenarios, and compare the model with that
    #[arg(long)]
    record: bool,
    /// One JSON object a scenario: id, host, verdict
    #[arg(long)]
    json: bool,
}

/// Performs the scenarios of a file or folder that are for this kind of host.
pub(super) fn run(path: &Path, choice: &Choice, host: HostChoice, linux: &Linux) -> Outcome {
    let kind = match linux {
        Linux::Here(_) => host.kind(HostKind::This)?,
        Linux::TestHost(_) => host.for_test_host(None)?,
    };
    let start = Instant::now();
    let mut sources = conformance::find(path)?;
    if let Err(slip) = check_names(&sources, choice, path) {
        // Not a matter of this machine: it must not look like one that cannot.
        eprintln!("drydock: {slip}");
        return Ok(1);
    }
    let scenarios: Vec<Scenario> = sources.iter().flat_map(|source| chosen(source, choice, kind)).collect();
    let scenarios: Vec<&Scenario> = scenarios.iter().collect();
    let outcomes = conformance::run(&scenarios, kind, linux, !choice.record);
    if choice.record {
        for source in &mut sources {
            source.record(kind, &outcomes)?;
        }
    }
    let mut counts = Counts::default();
    for outcome in &outcomes {
        counts.add(&outcome.verdict);
        if choice.json {
            println!("{}", serde_json::to_string(outcome)?);
        }
    }
    if !choice.json {
        show_skipped(&outcomes);
        outcomes.iter().for_each(|outcome| show_different(outcome, path, linux));
        let seconds = start.elapsed().as_secs_f64();
        let Counts { same, different, skipped, commands, steps, refused } = counts;
        println!(
            "{}: {same} scenarios the same, {different} different, {skipped} skipped; \
             {commands} commands, {steps} steps, {refused} of them refused; {seconds:.1} s",
            kind.word()
        );
    }
    Ok(match counts {
        Counts { different: 1.., .. } => 1,
        Counts { same: 0, skipped: 1.., .. } => CANNOT,
        _ => 0,
    })
}

/// A name that no scenario has, for whatever host, is a slip: nothing performed must not look like all the same.
fn check_names(sources: &[Source], choice: &Choice, path: &Path) -> Result<(), String> {
    let mut all = sources.iter().flat_map(|source| &source.scenarios).peekable();
    if all.peek().is_none() {
        return Err(format!(
            "{} has no scenarios; a scenario is a heading of level 2 with commands",
            path.display()
        ));
    }
    let ids: Vec<&str> = all.map(|scenario| scenario.id.as_str()).collect();
    match choice.only.iter().find(|name| !ids.iter().any(|id| id.contains(name.as_str()))) {
        Some(name) => Err(format!(
            "no scenario of {} has {name} in its name; names are file/title-with-dashes, such as {}",
            path.display(),
            ids[0]
        )),
        None => Ok(()),
    }
}

fn chosen(source: &Source, choice: &Choice, kind: HostKind) -> Vec<Scenario> {
    let named = |scenario: &&Scenario| {
        choice.only.is_empty() || choice.only.iter().any(|name| scenario.id.contains(name.as_str()))
    };
    let scenarios = source.scenarios.iter().filter(|scenario| scenario.hosts.contains(&kind));
    scenarios.filter(named).cloned().collect()
}

#[derive(Default)]
struct Counts {
    same: u32,
    different: u32,
    skipped: u32,
    commands: u32,
    steps: u32,
    refused: u32,
}

impl Counts {
    fn add(&mut self, verdict: &Verdict) {
        match verdict {
            Verdict::Same { commands, steps, refused } => {
                self.same += 1;
                self.commands += commands;
                self.steps += steps;
                self.refused += refused;
            }
            Verdict::Different { .. } | Verdict::Failed(_) => self.different += 1,
            Verdict::Skipped(_) => self.skipped += 1,
        }
    }
}

/// Says which could not be performed; one reason is often that of many.
fn show_skipped(outcomes: &[conformance::Outcome]) {
    let mut reasons: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for outcome in outcomes {
        if let Verdict::Skipped(why) = &outcome.verdict {
            reasons.entry(why).or_default().push(&outcome.id);
        }
    }
    for (why, ids) in reasons {
        println!("skipped: {}\n  {why}", ids.join(", "));
    }
}

/// Says where the two sides differ, and how to see it again.
fn show_different(outcome: &conformance::Outcome, path: &Path, linux: &Linux) {
    match &outcome.verdict {
        Verdict::Different { difference, sides } => {
            println!("different: {}", outcome.id);
            print!("{}", difference.side_by_side(*sides));
        }
        Verdict::Failed(why) => println!("failed: {}\n{why}", outcome.id),
        Verdict::Same { .. } | Verdict::Skipped(_) => return,
    }
    let (host, id) = (outcome.host, &outcome.id);
    if path.ends_with("tests/conformance") {
        println!("rerun: cargo xtask conformance --host {host} {id}\n");
    } else {
        let guest = if matches!(linux, Linux::TestHost(_)) { " --test-host" } else { "" };
        println!("rerun: drydock compare --host {host}{guest} --only {id} {}\n", path.display());
    }
}
