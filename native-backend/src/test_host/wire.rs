//! What goes in and out of a test host: the jobs as a file of the initramfs, the results as JSON, one a line, over
//! the second serial port.

use drydock_engine::history::RunLine;
use drydock_engine::host::{HostKind, HostProfile};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Where the jobs are in the initramfs.
pub(super) const JOBS: &str = "/jobs.json";

/// Lines that are performed in a session of their own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Job {
    /// Comes back with the result.
    pub name: String,
    /// Complete commands.
    pub lines: Vec<String>,
    /// Files with usage figures that the lines compute with.
    pub measured: Vec<String>,
}

/// All jobs of one boot.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Jobs {
    /// The host that each session finds.
    pub(super) kind: HostKind,
    /// True where the test host was given a disk.
    pub(super) disk: bool,
    pub(super) jobs: Vec<Job>,
}

/// What a test host says.
#[derive(Debug, Serialize, Deserialize)]
pub(super) enum Message {
    /// It is up, and this is what it is like.
    Ready(Box<HostProfile>),
    /// A job is done, or has no session, and why.
    Done { name: String, result: Result<Vec<Packed>, String> },
}

/// What came of a line. A serial port is slow, and most lines leave most files of most groups as they were: of what was
/// seen before, only the place is sent.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Packed {
    /// Without its groups.
    line: RunLine,
    groups: Vec<Piece>,
}

/// Rows about groups.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
enum Piece {
    /// As many of the rows after the line before, from this one on.
    Old(usize, usize),
    New(String),
}

/// Packs what came of the lines of a job.
pub(super) fn pack(lines: Vec<RunLine>) -> Vec<Packed> {
    let mut before: Vec<String> = Vec::new();
    let one = |mut line: RunLine| {
        let rows = std::mem::take(&mut line.observed.groups);
        let groups = pieces(&before, &rows);
        before = rows;
        Packed { line, groups }
    };
    lines.into_iter().map(one).collect()
}

fn pieces(before: &[String], rows: &[String]) -> Vec<Piece> {
    let places: BTreeMap<&str, usize> = before.iter().map(String::as_str).zip(0..).collect();
    let mut pieces = Vec::new();
    for row in rows {
        match (places.get(row.as_str()), pieces.last_mut()) {
            (Some(place), Some(Piece::Old(start, count))) if *start + *count == *place => *count += 1,
            (Some(place), _) => pieces.push(Piece::Old(*place, 1)),
            (None, _) => pieces.push(Piece::New(row.clone())),
        }
    }
    pieces
}

/// What was packed.
pub(super) fn unpack(packed: Vec<Packed>) -> Vec<RunLine> {
    let mut before: Vec<String> = Vec::new();
    let one = |Packed { mut line, groups }: Packed| {
        let rows = groups.into_iter().flat_map(|piece| match piece {
            Piece::Old(start, count) => before.iter().skip(start).take(count).cloned().collect(),
            Piece::New(row) => vec![row],
        });
        line.observed.groups = rows.collect();
        before.clone_from(&line.observed.groups);
        line
    };
    packed.into_iter().map(one).collect()
}

#[cfg(test)]
mod tests {
    use super::{Piece, pack, pieces, unpack};
    use drydock_engine::history::RunLine;
    use drydock_engine::history::compare::Observed;

    fn line(groups: &[&str]) -> RunLine {
        let groups = groups.iter().map(|row| (*row).to_owned()).collect();
        RunLine {
            line: "true".to_owned(),
            screen: String::new(),
            stdout: String::new(),
            stderr: String::new(),
            status: 0,
            steps: Vec::new(),
            observed: Observed { mounts: Vec::new(), tasks: Vec::new(), groups },
            unheard: false,
        }
    }

    #[test]
    fn what_is_unpacked_is_what_was_packed() {
        let all: [&[&str]; 5] =
            [&["a", "b", "b", "c"], &["a", "b", "x", "b", "c"], &[], &["c", "a"], &["c", "a"]];
        let lines = all.map(line).to_vec();
        let again = unpack(pack(lines.clone()));
        assert!(lines.iter().zip(&again).all(|(one, other)| one.observed == other.observed));
        assert_eq!(again.len(), 5);
    }

    #[test]
    fn rows_that_stay_are_one_piece() {
        let rows = |text: &str| text.chars().map(String::from).collect::<Vec<_>>();
        let found = pieces(&rows("abcd"), &rows("abxd"));
        assert_eq!(found, [Piece::Old(0, 2), Piece::New("x".to_owned()), Piece::Old(3, 1)]);
    }
}
