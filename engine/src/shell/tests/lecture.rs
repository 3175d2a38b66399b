//! The lecture's listing on the lecture's host.

use super::ModelSession;
use crate::host::HostKind;

#[test]
fn scratch() {
    let mut s = ModelSession::new(HostKind::Lecture);
    println!("{}", s.transcript(include_str!("/tmp/lines.txt")));
}
