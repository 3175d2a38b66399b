//! Resources over simulated time, typed as lines.

use crate::history::Session;
use crate::host::{HostKind, HostProfile};

/// Types lines that have no surprises, and gives what the last one printed, its help included.
fn last(kind: HostKind, lines: &[&str]) -> String {
    let session = Session::replay(HostProfile::named(kind), lines.iter().copied());
    let record = session.lines().last().expect("a line");
    let output: String = record.output.iter().map(|chunk| chunk.text.as_str()).collect();
    output + &record.hints.join("\n")
}

#[test]
fn tick_tells_who_got_cpu_time_and_who_ended() {
    let lines = [
        "mkdir /cgroup/c && mount -t cgroup -o cpu,cpuacct c /cgroup/c && mkdir /cgroup/c/a",
        "echo 20000 > /cgroup/c/a/cpu.cfs_quota_us",
        "dd if=/dev/zero of=/dev/null & echo $! > /cgroup/c/a/tasks; sleep 2 &",
        "tick 5s",
    ];
    assert_eq!(
        last(HostKind::Lecture, &lines),
        "[2]+  Done                    sleep 2\n\
         sleep (process 1703) has ended meanwhile.\n\
         dd (process 1702) got 1 s of CPU time in 5 s: 20 % of a CPU."
    );
    let read = [&lines[..], &["cat /cgroup/c/a/cpu.stat /cgroup/c/a/cpuacct.usage"]].concat();
    assert_eq!(
        last(HostKind::Lecture, &read),
        "nr_periods 50\nnr_throttled 50\nthrottled_time 4000000000\nnr_bursts 0\nburst_time 0\n1000000000\n"
    );
}

#[test]
fn tick_refuses_what_is_no_duration() {
    assert_eq!(
        last(HostKind::Lecture, &["tick soon"]),
        "tick: soon: not a duration; write 5, 5s, 250ms, 2m or 1h\n"
    );
}
