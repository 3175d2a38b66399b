//! The same lines on two kernels, laid side by side.

use super::neutral::{Neutral, without_figures};
use super::recorder::{Record, Recorder};
use crate::host::HostProfile;
use crate::mapping::Mapped;
use crate::plan::{Backend, strace};
use crate::shell::{Shell, Stream};
use serde::{Deserialize, Serialize};

/// What can be seen after a line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Observed {
    /// Mounts made since the session began.
    pub mounts: Vec<String>,
    /// Tasks.
    pub tasks: Vec<String>,
    /// Control groups: members and files.
    pub groups: Vec<String>,
}

/// A line and everything that came of it, in neutral words.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct RunLine {
    /// The line.
    pub line: String,
    /// Both streams, as a terminal shows them.
    pub screen: String,
    /// Standard output.
    pub stdout: String,
    /// Standard error.
    pub stderr: String,
    /// The exit status.
    pub status: u8,
    /// Steps and answers.
    pub steps: Vec<Record>,
    /// The state after it.
    pub observed: Observed,
    /// True where nothing of it was performed, for the session's own shell is gone, stopped or frozen.
    pub unheard: bool,
}

/// The first thing in which two runs differ.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// The number of the line, from 1.
    pub number: usize,
    /// The line.
    pub line: String,
    /// What differs: `stdout`, `step 2`, `groups`.
    pub what: String,
    /// What the first run gave.
    pub left: String,
    /// What the second run gave.
    pub right: String,
}

/// Types lines into a fresh shell on `backend` and writes down what came of each. With `map`, the lecture's
/// hierarchies are mapped onto those that the host has. Usage figures in files named by `measured` are handed on.
pub fn run_lines<'a>(
    profile: &HostProfile,
    lines: impl IntoIterator<Item = &'a str>,
    backend: &mut impl Backend,
    map: bool,
    measured: &[String],
) -> Vec<RunLine> {
    let mut neutral = Neutral::new(backend, profile).measuring(measured);
    if map {
        let mut mapped = Mapped::new(&mut neutral, profile);
        type_lines(profile, lines, &mut mapped, |mapped| mapped.below())
    } else {
        type_lines(profile, lines, &mut neutral, |neutral| neutral)
    }
}

fn type_lines<'a, 'b, B: Backend, N: Backend + 'b>(
    profile: &HostProfile,
    lines: impl IntoIterator<Item = &'a str>,
    backend: &mut B,
    neutral: impl Fn(&B) -> &Neutral<'b, N>,
) -> Vec<RunLine> {
    let mut shell = Shell::new(profile);
    let run = |line: &str| {
        let mut steps = Vec::new();
        let note = |record: Record, _: &B| {
            steps.push(Record { answer: without_figures(&record.step.call, record.answer), ..record });
        };
        let mut recorder = Recorder::new(backend, note);
        let was_lost = shell.is_lost_to(line);
        let result = shell.run(line, &mut recorder);
        RunLine {
            line: line.to_owned(),
            screen: result.output.iter().map(|chunk| chunk.text.as_str()).collect(),
            stdout: result.text_of(Stream::Stdout),
            stderr: result.text_of(Stream::Stderr),
            status: result.status,
            steps,
            observed: observed(neutral(backend)),
            unheard: was_lost && shell.is_lost_to(line),
        }
    };
    lines.into_iter().map(run).collect()
}

fn observed<N: Backend>(neutral: &Neutral<'_, N>) -> Observed {
    Observed {
        mounts: neutral.new_mounts().iter().map(|mount| format!("{mount:?}")).collect(),
        tasks: neutral.task_lines(),
        groups: neutral.group_lines(),
    }
}

/// Finds the first difference between two runs of the same lines.
pub fn compare_lines(left: &[RunLine], right: &[RunLine]) -> Option<Difference> {
    let pairs = left.iter().zip(right).enumerate();
    pairs.into_iter().find_map(|(index, (left, right))| {
        let (what, left_text, right_text) = first_difference(left, right)?;
        Some(Difference {
            number: index + 1,
            line: left.line.clone(),
            what,
            left: left_text,
            right: right_text,
        })
    })
}

fn first_difference(left: &RunLine, right: &RunLine) -> Option<(String, String, String)> {
    first_step(&left.steps, &right.steps)
        .or_else(|| differ("stdout", &left.stdout, &right.stdout))
        .or_else(|| differ("stderr", &left.stderr, &right.stderr))
        .or_else(|| differ("order of output", &left.screen, &right.screen))
        .or_else(|| differ("status", &left.status.to_string(), &right.status.to_string()))
        .or_else(|| first_row("mounts", &left.observed.mounts, &right.observed.mounts))
        .or_else(|| first_row("tasks", &left.observed.tasks, &right.observed.tasks))
        .or_else(|| first_row("groups", &left.observed.groups, &right.observed.groups))
}

fn differ(what: &str, left: &str, right: &str) -> Option<(String, String, String)> {
    (left != right).then(|| (what.to_owned(), left.to_owned(), right.to_owned()))
}

fn first_step(left: &[Record], right: &[Record]) -> Option<(String, String, String)> {
    let printed = |record: Option<&Record>| {
        record.map_or_else(
            || "(no such step)".to_owned(),
            |record| {
                let call = strace::call(&record.step.call, &|_| None);
                format!("{} {call} = {}", record.step.actor, strace::answer(&record.answer))
            },
        )
    };
    (0..left.len().max(right.len())).find_map(|index| {
        let (left, right) = (left.get(index), right.get(index));
        let same = left.map(|record| (&record.step, &record.answer))
            == right.map(|record| (&record.step, &record.answer));
        (!same).then(|| {
            let (mut one, mut other) = (full(left, printed(left)), full(right, printed(right)));
            if one == other {
                // strace leaves out what they differ in.
                (one, other) = (whole(left), whole(right));
            }
            (format!("step {}", index + 1), one, other)
        })
    })
}

/// A step's text form, and all of a reply that the text form shortens.
fn full(record: Option<&Record>, printed: String) -> String {
    match record.map(|record| &record.answer) {
        Some(Ok(crate::plan::Reply::Data(data))) => format!("{printed}\n{data}"),
        Some(Ok(crate::plan::Reply::Entries(entries))) => {
            let names: Vec<_> = entries.iter().map(|entry| entry.name.as_str()).collect();
            format!("{printed}\n{}", names.join("\n"))
        }
        _ => printed,
    }
}

/// A step and its answer with all that is in them.
fn whole(record: Option<&Record>) -> String {
    record.map_or_else(String::new, |record| format!("{:#?}\n{:#?}", record.step, record.answer))
}

fn first_row(what: &str, left: &[String], right: &[String]) -> Option<(String, String, String)> {
    let none = || "(nothing)".to_owned();
    (0..left.len().max(right.len())).find_map(|index| {
        let (left, right) = (left.get(index), right.get(index));
        let text = |row: Option<&String>| row.cloned().unwrap_or_else(none);
        (left != right).then(|| (what.to_owned(), text(left), text(right)))
    })
}

#[cfg(test)]
mod tests {
    use super::first_step;
    use crate::history::Record;
    use crate::plan::reply::{FileKind, Stat};
    use crate::plan::{Actor, Call, Reply, Step};

    #[test]
    fn what_strace_leaves_out_is_shown_where_nothing_else_differs() {
        let record = |uid| {
            let stat = Stat { kind: FileKind::Directory, mode: 0o755, nlink: 2, uid, gid: 0, size: 40 };
            let step = Step::new(&Actor::shell(), Call::Stat { path: "/root".into() });
            Record { command: String::new(), step, answer: Ok(Reply::Stat(stat)) }
        };
        let (what, left, right) = first_step(&[record(0)], &[record(7)]).expect("they differ");
        assert_eq!(what, "step 1");
        assert!(left.contains("uid: 0,") && right.contains("uid: 7,"), "{left}\n{right}");
    }
}
