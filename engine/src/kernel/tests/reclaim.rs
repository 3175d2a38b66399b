//! Cached files of a disk: who pays, what gives them back, what protects them.

use super::resources::{last_of, spoken};
use crate::host::{HostKind, HostProfile};

fn last(kind: HostKind, lines: &[&str]) -> String {
    last_of(HostProfile::named(kind), lines)
}

const V1: &str = "cd /sys/fs/cgroup/memory; mkdir g; echo 16M > g/memory.limit_in_bytes";
const V2: &str = "cd /sys/fs/cgroup; echo +memory > cgroup.subtree_control; mkdir g; echo 16M > g/memory.max";

// On Linux 6.18, 64 MiB to an ext4 in a group of 32 MiB: dd ends well, 30 MiB are cached, the limit was in the way.
#[test]
fn writing_to_a_disk_is_cached_up_to_the_limit_and_kills_nobody() {
    let write = "(echo 0 > g/tasks; dd if=/dev/zero of=/var/tmp/f bs=1M count=64 status=none); echo $?; ls -l /var/tmp/f";
    let written = last(HostKind::V1, &[V1, write]);
    assert!(written.starts_with("0\n") && written.contains(" 67108864 "), "{written}");
    let stat =
        "grep -E '^(cache|rss|shmem|inactive_anon|inactive_file) ' g/memory.stat; cat g/memory.oom_control";
    let shown = last(HostKind::V1, &[V1, write, stat]);
    assert!(shown.ends_with("oom_kill 0\n"), "{shown}");
    let cached = spoken(&shown, "cache");
    assert!((12 << 20..=16 << 20).contains(&cached), "{shown}");
    assert_eq!(spoken(&shown, "inactive_file"), cached);
    assert_eq!((spoken(&shown, "shmem"), spoken(&shown, "inactive_anon")), (0, 0));
    // 52 MiB did not fit, and 32 pages are given back each time.
    let count = last(HostKind::V1, &[V1, write, "cat g/memory.failcnt"]);
    assert!((380..=420).contains(&spoken(&format!("failcnt {count}"), "failcnt")), "{count}");
}

#[test]
fn force_empty_and_lower_limits_drop_what_is_cached() {
    let write = "(echo 0 > g/tasks; dd if=/dev/zero of=/var/tmp/f bs=1M count=12 status=none)";
    let forced = [V1, write, "echo 0 > g/memory.force_empty; cat g/memory.usage_in_bytes"];
    assert_eq!(last(HostKind::V1, &forced), "0\n");
    let lower = [V1, write, "echo 8M > g/memory.limit_in_bytes; cat g/memory.usage_in_bytes"];
    assert_eq!(last(HostKind::V1, &lower), "8388608\n");
    let read = "(echo 0 > g/tasks; dd if=/var/tmp/f of=/dev/null status=none); cat g/memory.usage_in_bytes";
    let again = [V1, write, "echo 0 > g/memory.force_empty", read];
    assert_eq!(last(HostKind::V1, &again), "12582912\n");
}

#[test]
fn memory_reclaim_keeps_what_it_got_even_if_that_is_too_little() {
    let write = "(echo 0 > g/cgroup.procs; dd if=/dev/zero of=/var/tmp/f bs=1M count=12 status=none)";
    let some = [V2, write, "echo 4M > g/memory.reclaim; cat g/memory.current"];
    assert_eq!(last(HostKind::V2, &some), "8388608\n");
    let much = [V2, write, "echo 64M > g/memory.reclaim", "cat g/memory.current"];
    assert!(last(HostKind::V2, &much[..3]).contains("Resource temporarily unavailable"));
    assert_eq!(last(HostKind::V2, &much), "0\n");
}

#[test]
fn cached_files_go_before_anybody_is_killed() {
    let lines = [
        V2,
        "(echo 0 > g/cgroup.procs; dd if=/dev/zero of=/var/tmp/f bs=1M count=12 status=none)",
        "(echo 0 > g/cgroup.procs; memhog 15m); echo $?",
    ];
    assert_eq!(last(HostKind::V2, &lines), "..\n0\n");
    let events = last(HostKind::V2, &[&lines[..], &["cat g/memory.events"]].concat());
    assert!(spoken(&events, "max") > 80 && events.contains("oom 0\n"), "{events}");
    let killed = [V2, lines[1], "(echo 0 > g/cgroup.procs; memhog 20m); echo $?"];
    assert_eq!(last(HostKind::V2, &killed), ".Killed\n137\n");
    let events = last(HostKind::V2, &[&killed[..], &["cat g/memory.events g/memory.current"]].concat());
    assert!(events.contains("oom 1\noom_kill 1\n") && events.ends_with("\n0\n"), "{events}");
}

/// Two groups below one of 16 MiB, each with 8 MiB cached; the second then reads more.
fn siblings(protect: &str) -> String {
    let fill = |group: &str, file: &str, count: u32| {
        format!(
            "(echo 0 > g/{group}/cgroup.procs; dd if=/dev/zero of=/var/tmp/{file} bs=1M count={count} status=none)"
        )
    };
    let lines = [
        V2.to_owned(),
        "echo +memory > g/cgroup.subtree_control; mkdir g/a g/b".to_owned(),
        protect.to_owned(),
        fill("a", "1", 7),
        fill("b", "2", 32),
        "cat g/a/memory.current; cat g/a/memory.events".to_owned(),
    ];
    last(HostKind::V2, &lines.iter().map(String::as_str).collect::<Vec<_>>())
}

#[test]
fn a_siblings_cache_goes_unless_it_is_protected() {
    let current = |protect: &str| {
        let text = siblings(protect);
        text.lines().next().and_then(|line| line.parse::<u64>().ok()).expect("a number")
    };
    assert!(current("true") < 2 << 20);
    assert_eq!(current("echo 6M > g/a/memory.min"), 6 << 20);
    assert_eq!(current("echo 6M > g/a/memory.low"), 6 << 20);
    assert_eq!(current("echo 64M > g/a/memory.low"), 7 << 20);
}

#[test]
fn memory_low_gives_way_where_nothing_else_is_left() {
    let lines = [
        V2,
        "echo +memory > g/cgroup.subtree_control; mkdir g/a g/b; echo 8M > g/a/memory.low",
        "(echo 0 > g/a/cgroup.procs; dd if=/dev/zero of=/var/tmp/1 bs=1M count=8 status=none)",
        "(echo 0 > g/b/cgroup.procs; memhog 12m)",
        "cat g/a/memory.current g/a/memory.events",
    ];
    let text = last(HostKind::V2, &lines);
    assert!(spoken(&text, "low") > 0 && spoken(&text, "oom") == 0, "{text}");
    let hard = lines.map(|line| line.replace("a/memory.low", "a/memory.min"));
    let text = last(HostKind::V2, &hard.iter().map(String::as_str).collect::<Vec<_>>());
    assert!(text.starts_with("8388608\n") && spoken(&text, "low") == 0, "{text}");
}
