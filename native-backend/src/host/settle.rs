//! Waiting a moment for what the kernel does after a call has returned.
//!
//! Linux freezes, kills and stops asynchronously: `kill` returns before the task is dead. A person at a
//! terminal never notices, a program that types the next line at once does. Each wait here is short and ends
//! as soon as the effect is there; one that does not come (a frozen task is killed) is not waited for longer.

use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use std::fs::read_to_string;
use std::os::fd::{AsFd, OwnedFd};
use std::path::Path;
use std::thread::sleep;
use std::time::{Duration, Instant};

/// The longest wait for an effect.
const LONGEST: Duration = Duration::from_millis(200);

/// The longest wait for the end of a task that can run.
const LONGEST_TO_DIE: Duration = Duration::from_secs(2);

/// Waits until `there` holds, but no longer than [`LONGEST`].
fn until(mut there: impl FnMut() -> bool) {
    let start = Instant::now();
    while !there() && start.elapsed() < LONGEST {
        sleep(Duration::from_millis(1));
    }
}

/// After a write to a control file that starts something.
pub(super) fn after_write(path: &str, data: &str) {
    let file = Path::new(path);
    match file.file_name().and_then(|name| name.to_str()) {
        // freezer-subsystem.rst: FREEZING until all tasks are frozen.
        Some("freezer.state") => until(|| !is(path, "FREEZING")),
        // cgroup-v2.rst, cgroup.freeze: "frozen" in cgroup.events changes when the freezing is complete.
        Some("cgroup.freeze") => {
            let wanted = format!("frozen {}", data.trim());
            until(|| event(file, &wanted));
        }
        Some("cgroup.kill") => until(|| event(file, "populated 0")),
        _ => {}
    }
}

fn is(path: &str, content: &str) -> bool {
    read_to_string(path).is_ok_and(|found| found.trim() == content)
}

fn event(file: &Path, line: &str) -> bool {
    read_to_string(file.with_file_name("cgroup.events"))
        .map_or(true, |events| events.lines().any(|found| found == line))
}

/// After a signal that ends a task. One that can run dies soon, but on a busy machine not at once; one that is
/// stopped or in the freezer may not die at all.
pub(super) fn after_kill(pid: i32, pidfd: &OwnedFd) {
    let is_dead = |patience: Duration| {
        let timeout = PollTimeout::try_from(patience).unwrap_or(PollTimeout::ZERO);
        poll(&mut [PollFd::new(pidfd.as_fd(), PollFlags::POLLIN)], timeout).is_ok_and(|ready| ready > 0)
    };
    if !is_dead(LONGEST) && matches!(super::observe::task_state(pid), Some('R' | 'S')) {
        is_dead(LONGEST_TO_DIE);
    }
}

/// After a signal that stops a task.
pub(super) fn after_stop(pid: i32) {
    until(|| super::observe::task_state(pid).is_none_or(|state| matches!(state, 'T' | 'Z')));
}
