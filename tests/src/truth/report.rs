//! Compares what was recorded with what the model printed, and counts.

use super::neutral::{alike, neutral};
use super::reasons::reason;
use super::record::{self, Record, RecordError};
use super::replay::{Outcome, replay};
use std::fmt;
use std::path::Path;

/// How a case came out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The model printed the same.
    Same,
    /// The model printed something else; why, if that is known.
    Different(Option<&'static str>, String),
    /// The case needs something that the model has not.
    OutOfReach(String),
}

/// A case and how it came out.
#[derive(Clone, Debug)]
pub struct Case {
    /// What was recorded.
    pub record: Record,
    /// What the model printed.
    pub printed: String,
    /// How it came out.
    pub verdict: Verdict,
}

/// All cases of some scripts.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// In the order of scripts, hosts, kernels and cases.
    pub cases: Vec<Case>,
}

impl Report {
    /// Replays scripts and compares.
    ///
    /// # Errors
    /// Says which file can't be read.
    pub fn of(folder: &Path, scripts: &[String]) -> Result<Self, RecordError> {
        let mut cases = Vec::new();
        for (run, records) in record::read(folder, scripts)? {
            let outcomes = replay(folder, &run)?;
            for record in records {
                let outcome = outcomes.get(&record.id);
                let verdict = judge(&record, outcome);
                let printed = outcome.map(|outcome| outcome.stdout.clone()).unwrap_or_default();
                cases.push(Case { record, printed, verdict });
            }
        }
        Ok(Self { cases })
    }

    /// How many cases came out the same, different, and out of reach.
    pub fn counts(&self) -> (usize, usize, usize) {
        let count = |is: fn(&Verdict) -> bool| self.cases.iter().filter(|case| is(&case.verdict)).count();
        (
            count(|verdict| matches!(verdict, Verdict::Same)),
            count(|verdict| matches!(verdict, Verdict::Different(..))),
            count(|verdict| matches!(verdict, Verdict::OutOfReach(_))),
        )
    }

    /// The cases that differ and are not in the table of reasons.
    pub fn unexplained(&self) -> impl Iterator<Item = &Case> {
        self.cases.iter().filter(|case| matches!(case.verdict, Verdict::Different(None, _)))
    }
}

fn judge(record: &Record, outcome: Option<&Outcome>) -> Verdict {
    let Some(outcome) = outcome else {
        return Verdict::OutOfReach("the script did not come to this case".to_owned());
    };
    let (recorded, printed) = (neutral(&record.stdout), neutral(&outcome.stdout));
    if recorded == printed || measured_alike(record, &recorded, &printed) {
        return Verdict::Same;
    }
    if let Some(missing) = &outcome.missing {
        return Verdict::OutOfReach(missing.clone());
    }
    Verdict::Different(reason(record), first_difference(&recorded, &printed))
}

/// Cases that print what a machine measures.
const MEASURING: [&str; 11] = [
    "cpu1.",
    "cpu2.",
    "v1.cpuacct.after_spin",
    "v1.cpuacct.hierarchical",
    "v1.cpu.stat_fields",
    "v1.mem.oom_kill",
    "v1.mem.oom_parent_limit",
    "v1.mem.fork_charge_survivor",
    "v2.cpu.stat_after",
    "v2.mem.lower_max_kills",
    "v2.mem.oom",
];

fn measured_alike(record: &Record, recorded: &str, printed: &str) -> bool {
    let shared = record.host == "host-6.18";
    MEASURING.iter().any(|start| record.id.starts_with(start))
        && recorded.lines().count() == printed.lines().count()
        && recorded.lines().zip(printed.lines()).all(|(one, other)| alike(one, other, shared))
}

/// The first line in which two texts differ.
fn first_difference(recorded: &str, printed: &str) -> String {
    let (mut recorded, mut printed) = (recorded.lines(), printed.lines());
    loop {
        match (recorded.next(), printed.next()) {
            (Some(one), Some(other)) if one == other => {}
            (one, other) => {
                let show = |line: Option<&str>| {
                    line.map_or_else(|| "nothing".to_owned(), |line| format!("`{line}`"))
                };
                return format!("Linux {}, model {}", show(one), show(other));
            }
        }
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for Case { record, verdict, .. } in &self.cases {
            let place = format!("{} {} {}", record.id, record.host, record.kernel);
            match verdict {
                Verdict::Same => {}
                Verdict::Different(Some(why), _) => writeln!(f, "different     {place}: {why}")?,
                Verdict::Different(None, what) => writeln!(f, "DIFFERENT     {place}: {what}")?,
                Verdict::OutOfReach(why) => writeln!(f, "out of reach  {place}: {why}")?,
            }
        }
        let (same, different, out) = self.counts();
        writeln!(f, "{} cases: {same} same, {different} different, {out} out of reach", self.cases.len())
    }
}
