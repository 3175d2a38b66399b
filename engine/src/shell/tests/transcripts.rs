//! Transcripts on the model: lines and what the terminal shows. Lines that are typed start with `# `; hints are in
//! parentheses, and a status other than 0 follows `=`.

use super::ModelSession;
use crate::host::HostKind;

fn check(kind: HostKind, transcript: &str) {
    let lines: Vec<&str> = transcript.lines().filter_map(|line| line.strip_prefix("# ")).collect();
    let shown = ModelSession::new(kind).transcript(&lines.join("\n"));
    assert!(shown == transcript, "the terminal shows\n{shown}");
}

#[test]
fn the_lectures_listing() {
    check(HostKind::Lecture, include_str!("transcripts/lecture.txt"));
}

#[test]
fn refusals_and_slips() {
    check(HostKind::Lecture, include_str!("transcripts/refusals.txt"));
}

#[test]
fn jobs() {
    check(HostKind::Lecture, include_str!("transcripts/jobs.txt"));
}

#[test]
fn tools() {
    check(HostKind::Lecture, include_str!("transcripts/tools.txt"));
}

#[test]
fn libcgroups_tools() {
    check(HostKind::V1, include_str!("transcripts/libcgroup.txt"));
}

#[test]
fn nice_values_and_cpus() {
    check(HostKind::Lecture, include_str!("transcripts/scheduling.txt"));
}

#[test]
fn processes() {
    check(HostKind::Lecture, include_str!("transcripts/processes.txt"));
}

#[test]
fn groups_by_use() {
    check(HostKind::V1, include_str!("transcripts/cgtop.txt"));
}

#[test]
fn tasks_by_use() {
    check(HostKind::V1, include_str!("transcripts/top.txt"));
}
