//! Transfers to and from a disk: limits, weights, counters.

use super::resources::last_of;
use crate::host::{Feature, HostKind, HostProfile};

const V1: &str = "cd /sys/fs/cgroup/blkio; mkdir g";
const V2: &str = "cd /sys/fs/cgroup; echo +io > cgroup.subtree_control; mkdir g";

fn last(kind: HostKind, lines: &[&str]) -> String {
    last_of(HostProfile::named(kind), lines)
}

/// A dd of 20 MB in the background, in the group g.
const WRITE: &str = "(echo 0 > g/cgroup.procs; exec dd if=/dev/zero of=/var/tmp/f bs=10k count=2000 oflag=direct status=none) &";

#[test]
fn a_limit_in_bytes_decides_how_long_a_copy_takes() {
    let limit = "echo '254:0 2000000' > g/blkio.throttle.write_bps_device";
    let before = [V1, limit, WRITE, "tick 10s", "jobs; tick 300ms; cat g/blkio.throttle.io_service_bytes"];
    let text = last(HostKind::V1, &before);
    assert!(text.starts_with("[1]+  Running"), "{text}");
    assert!(text.contains("254:0 Write 20480000\n") && text.contains("\n[1]+  Done"), "{text}");
    // Without a limit the disk's own 200 MB a second hold.
    let free = [V1, WRITE, "tick 103ms", "cat g/blkio.throttle.io_serviced"];
    assert!(last(HostKind::V1, &free).contains("254:0 Write 2000\n"));
    let told = [V1, "dd if=/dev/zero of=/var/tmp/f bs=1M count=100 oflag=direct"];
    assert!(last(HostKind::V1, &told).contains("copied, 0.525 s, 200 MB/s"), "{}", last(HostKind::V1, &told));
}

#[test]
fn a_limit_in_operations_counts_requests() {
    let v2 = [V2, "echo '254:0 wiops=100' > g/io.max", WRITE, "tick 5s", "cat g/io.stat"];
    assert_eq!(last(HostKind::V2, &v2), "254:0 rbytes=0 wbytes=5120000 rios=0 wios=500 dbytes=0 dios=0\n");
}

#[test]
fn version_1_limits_a_groups_own_tasks_and_version_2_those_below_too() {
    let child = WRITE.replace("g/cgroup.procs", "g/c/cgroup.procs");
    let v1 = [V1, "mkdir g/c; echo '254:0 1000000' > g/blkio.throttle.write_bps_device", &child, "tick 1s"];
    let v1 = [&v1[..], &["cat g/c/blkio.throttle.io_service_bytes"]].concat();
    assert!(last(HostKind::V1, &v1).ends_with("Total 20480000\n"));
    let v2 = [V2, "echo +io > g/cgroup.subtree_control; mkdir g/c; echo '254:0 wbps=1000000' > g/io.max"];
    let v2 = [&v2[..], &[&child, "tick 1s", "cat g/c/io.stat g/io.pressure"]].concat();
    let text = last(HostKind::V2, &v2);
    assert!(
        text.starts_with("254:0 rbytes=0 wbytes=1000000 ") && text.ends_with("total=1000000\n"),
        "{text}"
    );
}

#[test]
fn bfq_divides_a_busy_disk_by_weight() {
    let mut profile = HostProfile::named(HostKind::V1);
    profile.features.push(Feature::Bfq);
    profile.features.sort();
    let lines = [
        "cd /sys/fs/cgroup/blkio; mkdir a b; echo 300 > a/blkio.bfq.weight",
        "(echo 0 > a/tasks; exec dd if=/dev/zero of=/var/tmp/1 bs=1M oflag=direct) &",
        "(echo 0 > b/tasks; exec dd if=/dev/zero of=/var/tmp/2 bs=1M oflag=direct) &",
        "tick 4s",
        "for g in a b; do grep Total $g/blkio.throttle.io_service_bytes | head -1; done",
    ];
    assert_eq!(last_of(profile, &lines), "254:0 Total 600000000\n254:0 Total 200000000\n");
}

#[test]
fn a_tmpfs_has_no_way_past_the_cache_before_6_6() {
    let text = last(HostKind::V1, &["dd if=/dev/zero of=/tmp/f count=1 oflag=direct"]);
    assert_eq!(text, "dd: failed to open '/tmp/f': Invalid argument\n");
}
