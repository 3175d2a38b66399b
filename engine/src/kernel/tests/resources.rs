//! Resources over simulated time, typed as lines.

use super::host;
use crate::history::Session;
use crate::host::{HostKind, HostProfile, KernelVersion};

/// Types lines that have no surprises, and gives what the last one printed, its help included.
fn last(kind: HostKind, lines: &[&str]) -> String {
    last_of(HostProfile::named(kind), lines)
}

/// The number behind a word at the beginning of a line.
pub(super) fn spoken(text: &str, word: &str) -> u64 {
    let value = text.lines().find_map(|line| line.strip_prefix(word)?.strip_prefix(' ')?.trim().parse().ok());
    value.unwrap_or_else(|| panic!("{word} in {text}"))
}

/// The same on any host.
pub(super) fn last_of(profile: HostProfile, lines: &[&str]) -> String {
    let session = Session::replay(profile, lines.iter().copied());
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

/// Groups of the memory controller of both versions, on hosts that have it mounted.
const V1: &str = "cd /sys/fs/cgroup/memory; mkdir g; echo 16M > g/memory.limit_in_bytes";
const V2: &str = "cd /sys/fs/cgroup; echo +memory > cgroup.subtree_control; mkdir g; echo 16M > g/memory.max";

// Records v1.mem.oom_kill, v1.mem.oom_counters, v1.mem.fork_charge_survivor: the peak is the limit, the one that
// touched most is killed, its parent goes on.
#[test]
fn a_task_that_touches_more_than_the_limit_is_killed() {
    let lines = [V1, "(echo 0 > g/tasks; stress -q -m 1 --vm-bytes 64M --vm-hang 0 -t 5; echo survives $?)"];
    assert_eq!(
        last(HostKind::V1, &lines),
        "stress: FAIL: [1703] (425) <-- worker 1704 got signal 9\n\
         stress: WARN: [1703] (427) now reaping child worker processes\n\
         stress: FAIL: [1703] (461) failed run completed in 0s\nsurvives 1\n"
    );
    let files =
        "cat g/memory.oom_control g/memory.failcnt g/memory.max_usage_in_bytes g/memory.usage_in_bytes";
    assert_eq!(
        last(HostKind::V1, &[&lines[..], &[files]].concat()),
        "oom_kill_disable 0\nunder_oom 0\noom_kill 1\n1\n16777216\n0\n"
    );
    let alone = [V1, "(echo 0 > g/tasks; memhog 64m); echo $?"];
    assert_eq!(last(HostKind::V1, &alone), ".Killed\n137\n");
}

// Records v1.mem.oom_disabled_blocks, v1.mem.oom_disabled_then_raise.
#[test]
fn without_the_oom_killer_a_task_waits_for_room() {
    let blocked = [
        V1,
        "echo 1 > g/memory.oom_control; (echo 0 > g/tasks; memhog 64m) & tick 2s; cat g/memory.oom_control",
        "ps -o pid,stat,comm -p $!; cat g/memory.usage_in_bytes",
    ];
    assert_eq!(last(HostKind::V1, &blocked[..2]).lines().nth(2), Some("under_oom 1"));
    assert_eq!(last(HostKind::V1, &blocked), "    PID STAT COMMAND\n   1702 D    memhog\n16777216\n");
    let raised = ["echo 128M > g/memory.limit_in_bytes; wait $!; echo $?; cat g/memory.oom_control"];
    assert_eq!(
        last(HostKind::V1, &[&blocked[..], &raised].concat()),
        "......\n0\noom_kill_disable 1\nunder_oom 0\noom_kill 0\n"
    );
}

// Records v1.mem.lower_below_usage_anon, v2.mem.lower_max_kills.
#[test]
fn lowering_a_limit_below_what_is_used_is_refused_or_kills() {
    let hog = "(echo 0 > g/cgroup.procs; exec stress -q -m 1 --vm-bytes 12M --vm-hang 0) & tick 10ms";
    let v1 = [V1, hog, "echo 8M > g/memory.limit_in_bytes", "cat g/memory.limit_in_bytes"];
    assert_eq!(last(HostKind::V1, &v1[..3]), "sh: echo: write error: Device or resource busy\n");
    assert_eq!(last(HostKind::V1, &v1), "16777216\n");
    let v2 = [V2, hog, "echo 8M > g/memory.max", "cat g/memory.max g/memory.events"];
    assert_eq!(
        last(HostKind::V2, &v2),
        "8388608\nlow 0\nhigh 0\nmax 0\noom 1\noom_kill 1\noom_group_kill 0\n"
    );
}

// Records v2.mem.oom, v2.mem.oom_group, v1.mem.oom_parent_limit.
#[test]
fn events_count_at_the_limit_and_at_the_victim() {
    let inside = [
        V2,
        "echo +memory > g/cgroup.subtree_control; mkdir g/c; echo 64M > g/c/memory.max",
        "(echo 0 > g/c/cgroup.procs; memhog 32m)",
    ];
    let events = |file: &str| last(HostKind::V2, &[&inside[..], &[&format!("cat {file}")]].concat());
    let lines =
        |max, oom, kill| format!("low 0\nhigh 0\nmax {max}\noom {oom}\noom_kill {kill}\noom_group_kill 0\n");
    assert_eq!(events("g/memory.events"), lines(1, 1, 1));
    assert_eq!(events("g/memory.events.local"), lines(1, 1, 0));
    assert_eq!(events("g/c/memory.events"), lines(0, 0, 1));
    let group = [
        V2,
        "echo 1 > g/memory.oom.group; sleep 100 & echo $! > g/cgroup.procs",
        "(echo 0 > g/cgroup.procs; memhog 64m)",
        "cat g/cgroup.procs; grep oom g/memory.events",
    ];
    // Two tasks: the one that is chosen is counted a second time with its group, on 6.1, 6.12 and 7.3.
    assert!(last(HostKind::V2, &group).starts_with("oom 1\noom_kill 3\noom_group_kill 1\n"));
}

// The scenario lecture-memory/anonymous-memory-moves-with-the-first-bit-where-there-is-room, on 6.1; 6.18 refuses.
#[test]
fn anonymous_memory_moves_where_the_group_that_is_entered_asks_for_it() {
    let moved = |bits: u32, limit: &str| {
        let mut profile = HostProfile::named(HostKind::V1);
        profile.kernel = KernelVersion { major: 6, minor: 1 };
        let set_up =
            format!("cd /sys/fs/cgroup/memory; mkdir a b; echo {bits} > b/memory.move_charge_at_immigrate");
        let lines = [
            set_up.as_str(),
            &format!("echo {limit} > b/memory.limit_in_bytes"),
            "(echo 0 > a/tasks; exec dd if=/dev/zero of=/dev/null bs=8M) & tick 100ms",
            "echo $! > b/tasks; for g in a b; do echo $(( $(cat $g/memory.usage_in_bytes) >> 20 )); done",
        ];
        last_of(profile, &lines)
    };
    assert!(moved(0, "16M").starts_with("8\n0\n"));
    assert!(moved(1, "16M").starts_with("0\n8\n"));
    assert!(moved(2, "16M").starts_with("8\n0\n"));
    let refused = moved(1, "4M");
    assert!(refused.starts_with("sh: echo: write error: Cannot allocate memory\n8\n0\n"), "{refused}");
}

// Record v1.mem.lower_below_usage_cache on a tmpfs: its files are no cache that could be dropped.
#[test]
fn files_in_a_tmpfs_stay_charged_to_their_writers_group() {
    let write = "(echo 0 > g/tasks; dd if=/dev/zero of=/tmp/f bs=1M count=12 status=none)";
    let stat = "grep -E '^(cache|rss|shmem|total_cache) ' g/memory.stat; cat g/memory.usage_in_bytes";
    let used = [V1, write, stat];
    assert_eq!(
        last(HostKind::V1, &used),
        "cache 12582912\nrss 0\nshmem 12582912\ntotal_cache 12582912\n12582912\n"
    );
    let gone = [V1, write, "rm /tmp/f; cat g/memory.usage_in_bytes"];
    assert_eq!(last(HostKind::V1, &gone), "0\n");
    let moved = [V1, write, "rmdir g; grep -E '^(cache|shmem) ' memory.stat"];
    assert_eq!(last(HostKind::V1, &moved), "cache 12582912\nshmem 12582912\n");
    let full = [V1, "(echo 0 > g/tasks; dd if=/dev/zero of=/tmp/f bs=1M count=32 status=none); echo $?"];
    assert_eq!(last(HostKind::V1, &full), "Killed\n137\n");
    let size = [&full[..], &["ls -l /tmp/f; cat g/memory.usage_in_bytes"]].concat();
    let size = last(HostKind::V1, &size);
    // What dd itself had is free again.
    assert!(size.ends_with(" 15613952 /tmp/f\n15613952\n"), "{size}");
}

#[test]
fn stress_makes_its_workers_and_ends_with_them() {
    let lines = ["stress -c 2 -t 3 & ps -o pid,ppid,stat,comm", "wait; ps -C stress"];
    let first = last(HostKind::Lecture, &lines[..1]);
    assert!(first.contains("dispatching hogs: 2 cpu, 0 io, 0 vm, 0 hdd"), "{first}");
    assert!(first.contains("1702    1650 S    stress\n   1703    1702 R    stress\n"), "{first}");
    let waited = last(HostKind::Lecture, &["stress -c 2 -t 3"]);
    assert!(waited.ends_with("stress: info: [1702] successful run completed in 3s\n"), "{waited}");
    let killed = ["stress -q -c 2 &", "kill $!; tick 1s", "ps -C stress -o pid"];
    let killed = last(HostKind::Lecture, &killed);
    assert!(!killed.contains("170"), "{killed}");
    let limited = [
        "mkdir /sys/fs/cgroup/pids/g; echo 2 > /sys/fs/cgroup/pids/g/pids.max",
        "(echo 0 > /sys/fs/cgroup/pids/g/tasks; exec stress -c 3 -t 1)",
    ];
    let text = last(HostKind::V1, &limited);
    assert_eq!(text.matches("(312) fork failed: Resource temporarily unavailable").count(), 2, "{text}");
}

/// Two hogs of one CPU in two groups of version 2.
const PAIR: [&str; 4] = [
    "cd /sys/fs/cgroup; echo '+cpu +cpuset +memory' > cgroup.subtree_control; mkdir a b",
    "echo 0 > a/cpuset.cpus; echo 0 > b/cpuset.cpus",
    "(echo 0 > a/cgroup.procs; exec stress -q -c 1) & (echo 0 > b/cgroup.procs; exec stress -q -c 1) &",
    "tick 2s",
];

// Each waits half of the time: 1 s of 2, and what that comes to in the averages is worked out in `stall`.
#[test]
fn pressure_adds_up_waiting_for_a_cpu() {
    let line = "avg10=9.05 avg60=1.63 avg300=0.34 total=1000000\n";
    let read = [&PAIR[..], &["cat a/cpu.pressure"]].concat();
    assert_eq!(last(HostKind::V2, &read), format!("some {line}full {line}"));
    // On the whole CPU somebody waits all the time, and the machine has no `full` for CPUs.
    let all = "avg10=18.11 avg60=3.27 avg300=0.68 total=2000000\n";
    let none = "avg10=0.00 avg60=0.00 avg300=0.00 total=0\n";
    let read = [&PAIR[..], &["cat cpu.pressure memory.pressure io.pressure"]].concat();
    assert_eq!(
        last(HostKind::V2, &read),
        format!("some {all}full {none}some {none}full {none}some {none}full {none}")
    );
}

// calculate_high_delay(): 64 pages above 4096 are 15 ms; the next batch is 62 ms, then 140 ms.
#[test]
fn above_memory_high_a_task_goes_slower_and_nobody_is_killed() {
    let start = [
        "cd /sys/fs/cgroup; echo +memory > cgroup.subtree_control; mkdir g; echo 16M > g/memory.high",
        "(echo 0 > g/cgroup.procs; exec memhog 64m) & tick 1ms",
    ];
    let usage = |ticks: &str| {
        let lines = [&start[..], &[ticks, "cat g/memory.current"]].concat();
        last(HostKind::V2, &lines).trim().parse::<u64>().expect("a number")
    };
    let (at_once, soon, later) = (usage("true"), usage("tick 20ms"), usage("tick 60s"));
    assert_eq!(at_once, (16 << 20) + (256 << 10));
    assert_eq!(soon, (16 << 20) + (512 << 10));
    assert!((20 << 20..32 << 20).contains(&later), "{later}");
    let events = [&start[..], &["tick 60s", "cat g/memory.events"]].concat();
    let events = last(HostKind::V2, &events);
    assert!(spoken(&events, "high") > 300 && events.contains("oom 0\n"), "{events}");
    let pressure = [&start[..], &["tick 19999ms", "cat g/memory.pressure"]].concat();
    let pressure = last(HostKind::V2, &pressure);
    assert!(pressure.starts_with("some avg10=8") && pressure.contains("full avg10=8"), "{pressure}");
    let raised = [&start[..], &["tick 10s", "echo max > g/memory.high", "wait $!; echo $?"]].concat();
    assert!(last(HostKind::V2, &raised).ends_with("\n0\n"));
}

// oom_badness(): thousandths of the limit on top of what is used; -1000 is never chosen.
#[test]
fn oom_score_adj_decides_who_is_killed() {
    let two = |first: &str| {
        let first = format!(
            "(echo 0 > g/cgroup.procs; echo {first} > /proc/self/oom_score_adj; exec memhog -r9000 6m) &"
        );
        let lines = [V2, &first, "tick 1ms", "(echo 0 > g/cgroup.procs; memhog 12m > /dev/null); echo $?"];
        last(HostKind::V2, &lines)
    };
    assert_eq!(two("0"), "Killed\n137\n");
    assert!(two("1000").starts_with("0\n[1]+  Killed "), "{}", two("1000"));
    assert_eq!(two("-1000"), "Killed\n137\n");
    let alone = "(echo 0 > g/cgroup.procs; echo -1000 > /proc/self/oom_score_adj; exec memhog 64m) & tick 1s";
    assert!(last(HostKind::V2, &[V2, alone, "ps -o stat,comm -p $!"]).contains("D    memhog"));
    let score = ["echo 500 > /proc/1701/oom_score_adj; cat /proc/1701/oom_score /proc/1701/oom_score_adj"];
    assert_eq!(last(HostKind::Lecture, &score), "999\n500\n");
}

// coreutils 9.1 and Linux 6.18 say the same; a program that asks for more memory than there is gets none.
#[test]
fn amounts_without_bounds_are_refused() {
    let cases = [
        (
            "dd if=/dev/zero of=/tmp/f bs=18446744073709551615 count=1",
            "dd: invalid number: '18446744073709551615': Value too large for defined data type\n",
        ),
        (
            "dd if=/dev/zero of=/tmp/f bs=1 count=4294967296x4294967296",
            "dd: invalid number: '4294967296x4294967296': Value too large for defined data type\n",
        ),
        (
            "dd if=/dev/zero of=/tmp/f bs=9223372036854775806 count=1",
            "dd: memory exhausted by input buffer of size 9223372036854775806 bytes (8.0 EiB)\n",
        ),
        ("memhog 99999999999999999999g", "numactl: mmap: Cannot allocate memory\n"),
        ("dd if=/dev/zero bs=1k count=3 status=none | tr '\\0' x | wc -c", "3072\n"),
    ];
    for (line, wanted) in cases {
        assert_eq!(last(HostKind::V1, &[line]), wanted, "{line}");
    }
}

#[test]
fn memory_near_the_highest_number_is_counted() {
    let lines =
        [V1, "echo $$ > g/tasks; stress -q -m 2 --vm-bytes 2g -t 1", "cat g/memory.max_usage_in_bytes"];
    assert_eq!(last(HostKind::V1, &lines), "16777216\n");
    // More than the machine has is refused, not killed for.
    let refused = last(HostKind::V1, &["stress -m 2 --vm-bytes 9223372036854775807 -t 1"]);
    assert!(refused.contains("hogvm malloc failed: Cannot allocate memory"), "{refused}");
    let mut groups = host(HostKind::V1).cgroups().clone();
    groups.set_memory(1, u64::MAX);
    groups.set_memory(1650, u64::MAX);
    assert_eq!(groups.memory_used(), 2 * crate::kernel::limits::TASK_SIZE);
}

#[test]
fn time_ends_where_the_clock_does() {
    let clock = |lines: &[&str]| last(HostKind::Lecture, lines);
    assert!(clock(&["tick 999999h"]).starts_with("tick: the model's clock ends in 1000000000 s\n"));
    let end = ["tick 277777h", "tick 2800s"];
    assert!(clock(&[&end[..], &["tick 1s"]].concat()).starts_with("tick: the model's clock is at its end\n"));
    assert!(clock(&[&end[..], &["sleep 5"]].concat()).contains("clock has come to its end"));
}
