//! Waiting a moment for what the kernel does after a call has returned.
//!
//! Linux freezes, kills and stops asynchronously: `kill` returns before the task is dead. A person at a
//! terminal never notices, a program that types the next line at once does. Each wait here is short and ends
//! as soon as the effect is there; one that does not come (a frozen task is killed) is not waited for longer.

use super::fatal::Masks;
use super::raw;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use std::fs::read_to_string;
use std::os::fd::{AsFd, OwnedFd};
use std::path::Path;
use std::thread::sleep;
use std::time::{Duration, Instant};

/// The longest wait for an effect.
const LONGEST: Duration = Duration::from_millis(200);

/// The longest wait for a task that can run to die or to stop.
const LONGEST_TO_ACT: Duration = Duration::from_secs(2);

/// Waits until `there` holds, but no longer than that.
fn until(longest: Duration, there: impl Fn() -> bool) {
    let start = Instant::now();
    while !there() && start.elapsed() < longest {
        sleep(Duration::from_millis(1));
    }
}

/// The tasks of a group that a write is about to thaw and that have been sent a fatal signal meanwhile.
pub(super) fn before_write(path: &str, data: &str) -> Vec<OwnedFd> {
    let file = Path::new(path);
    let thaws = match file.file_name().and_then(|name| name.to_str()) {
        Some("freezer.state") => data.trim() == "THAWED",
        Some("cgroup.freeze") => data.trim() == "0",
        _ => false,
    };
    let mut waiting = Vec::new();
    if let Some(group) = file.parent().filter(|_| thaws) {
        collect_signalled(group, &mut waiting);
    }
    waiting
}

/// Tasks for which a fatal signal waits, in a group and all below it. What can't be read has gone.
fn collect_signalled(group: &Path, found: &mut Vec<OwnedFd>) {
    let tasks = read_to_string(group.join("cgroup.procs")).unwrap_or_default();
    let pids = tasks.lines().filter_map(|pid| pid.parse::<i32>().ok());
    found.extend(pids.filter(|pid| Masks::of(*pid).are_fatal()).filter_map(|pid| raw::pidfd_open(pid).ok()));
    for entry in std::fs::read_dir(group).into_iter().flatten().flatten() {
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            collect_signalled(&entry.path(), found);
        }
    }
}

/// After a write to a control file that starts something; `thawed` is what [`before_write`] has found.
pub(super) fn after_write(path: &str, data: &str, thawed: &[OwnedFd]) {
    let file = Path::new(path);
    match file.file_name().and_then(|name| name.to_str()) {
        Some("freezer.state") => until_frozen(file),
        Some("cgroup.freeze") if data.trim() == "1" => until_frozen(file),
        // cgroup-v2.rst, cgroup.freeze: "frozen" in cgroup.events changes when all is done.
        Some("cgroup.freeze") => {
            let wanted = format!("frozen {}", data.trim());
            until(LONGEST, || event(file, &wanted));
        }
        // Who enters a frozen group is frozen there.
        Some("tasks" | "cgroup.procs" | "cgroup.threads") => until_frozen(file),
        Some("cgroup.kill") => until(LONGEST, || event(file, "populated 0")),
        _ => {}
    }
    for pidfd in thawed {
        is_dead(pidfd, LONGEST);
    }
}

/// Waits until all tasks are frozen in a group that is to be so; `file` is a file of it. A task that can run freezes soon,
/// but on a busy machine not at once.
fn until_frozen(file: &Path) {
    // freezer-subsystem.rst: FREEZING until all tasks are frozen.
    let state = file.with_file_name("freezer.state");
    until(LONGEST_TO_ACT, || !is(&state, "FREEZING"));
    if file.ancestors().skip(1).any(|group| is(&group.join("cgroup.freeze"), "1")) {
        until(LONGEST_TO_ACT, || event(file, "frozen 1"));
    }
}

/// Waits so long for the end of a task; true where it has come.
fn is_dead(pidfd: &OwnedFd, patience: Duration) -> bool {
    let timeout = PollTimeout::try_from(patience).unwrap_or(PollTimeout::ZERO);
    poll(&mut [PollFd::new(pidfd.as_fd(), PollFlags::POLLIN)], timeout).is_ok_and(|ready| ready > 0)
}

fn is(path: &Path, content: &str) -> bool {
    read_to_string(path).is_ok_and(|found| found.trim() == content)
}

fn event(file: &Path, line: &str) -> bool {
    read_to_string(file.with_file_name("cgroup.events"))
        .map_or(true, |events| events.lines().any(|found| found == line))
}

/// After a signal that ends a task. One that can run dies soon, but on a busy machine not at once; one that is
/// stopped or in the freezer may not die at all.
pub(super) fn after_kill(pid: i32, pidfd: &OwnedFd) {
    if !is_dead(pidfd, LONGEST) && can_run(pid) {
        is_dead(pidfd, LONGEST_TO_ACT);
    }
}

/// After a signal that stops a task. One that can run stops soon; one in the freezer does not.
pub(super) fn after_stop(pid: i32) {
    let has_stopped = || super::observe::task_state(pid).is_none_or(|state| matches!(state, 'T' | 'Z'));
    until(LONGEST, has_stopped);
    if can_run(pid) {
        until(LONGEST_TO_ACT, has_stopped);
    }
}

fn can_run(pid: i32) -> bool {
    matches!(super::observe::task_state(pid), Some('R' | 'S'))
}
