//! The machines that the records were made on, as host profiles.

use super::kit;
use drydock_engine::host::{
    Feature, HostKind, HostProfile, InitialFile, InitialMount, InitialTask, KernelVersion,
};

/// Controllers of Debian's kernels; `misc` came with 5.13.
const ALL: [&str; 14] = [
    "cpuset",
    "cpu",
    "cpuacct",
    "blkio",
    "memory",
    "devices",
    "freezer",
    "net_cls",
    "perf_event",
    "net_prio",
    "hugetlb",
    "pids",
    "rdma",
    "misc",
];

/// Controllers of user-mode-linux: one CPU, no cpuset.
const UML: [&str; 8] = ["cpu", "cpuacct", "blkio", "memory", "devices", "freezer", "net_cls", "pids"];

/// Controllers of the shared host.
const SHARED: [&str; 12] = [
    "cpuset",
    "cpu",
    "cpuacct",
    "blkio",
    "memory",
    "devices",
    "freezer",
    "net_cls",
    "perf_event",
    "net_prio",
    "hugetlb",
    "pids",
];

/// Those that the shared host had mounted, each by itself.
const SHARED_MOUNTED: [&str; 8] =
    ["cpu", "cpuacct", "cpuset", "memory", "devices", "freezer", "blkio", "pids"];

/// The machine of a kind of host with a kernel.
pub fn profile(host: &str, kernel: &str) -> HostProfile {
    let mut profile = HostProfile::named(HostKind::Lecture).without_disk();
    profile.kernel = version(kernel);
    profile.memory = 768 << 20;
    profile.no_v1 = no_v1(host, profile.kernel);
    if host.ends_with("-v2") {
        profile.command_line = "console=ttyS0 quiet cgroup_no_v1=all".to_owned();
    }
    profile.tasks.insert(
        1,
        InitialTask {
            pid: 2,
            ppid: 0,
            actor: "kthreadd".to_owned(),
            argv: vec!["kthreadd".to_owned()],
            kernel_thread: true,
        },
    );
    let controllers: &[&str] = match host {
        "uml-v1" | "uml-v2" => &UML,
        "host-6.18" => &SHARED,
        _ if profile.kernel < KernelVersion { major: 5, minor: 13 } => &ALL[..13],
        _ => &ALL,
    };
    profile.controllers = controllers.iter().map(|name| (*name).to_owned()).collect();
    if host.starts_with("uml") {
        profile.not_given.clear();
        profile.cpus = 1;
        profile.memory = 128 << 20;
    }
    if host == "host-6.18" {
        profile.memory = 24 << 30;
        share(&mut profile);
    }
    profile.features = features(host, profile.kernel);
    if host == "host-6.18" {
        profile.block_devices = vec![(7, 0), (254, 0)];
        put_disk(&mut profile, (254, 0), "/dev/vda", "/tmp");
    } else {
        profile.block_devices = (0..8).map(|minor| (7, minor)).collect();
        put_disk(&mut profile, (7, 0), "/dev/loop0", kit::loops::AT);
        profile.interfaces = vec!["lo".to_owned(), "dummy0".to_owned()];
    }
    for name in kit_programs() {
        profile.files.push(InitialFile::Program(format!("/usr/bin/{name}")));
    }
    profile
}

fn put_disk(profile: &mut HostProfile, device: (u32, u32), source: &str, target: &str) {
    profile.disk = Some(device);
    profile.mounts.push(InitialMount {
        source: source.to_owned(),
        target: target.to_owned(),
        fstype: "ext4".to_owned(),
        data: String::new(),
    });
}

/// Programs that the scripts look for by their path.
fn kit_programs() -> [&'static str; 1] {
    ["sh"]
}

/// What the runners of the scripts put into the environment.
pub fn environment(host: &str, kernel: &str) -> Vec<(String, String)> {
    let mut pairs = vec![("KHOST", host), ("KVER", kernel), ("TMP", "/tmp")];
    if host == "host-6.18" {
        pairs.push(("ISHOST", "1"));
    }
    pairs.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}

/// What the machine's own init had done before the scripts ran.
pub fn prelude(host: &str) -> &'static [&'static str] {
    match host {
        "host-6.18" => &["echo +hugetlb > /sys/fs/cgroup/unified/cgroup.subtree_control"],
        _ => &[],
    }
}

/// `6.12.117+deb12-cloud-amd64` is 6.12.
fn version(kernel: &str) -> KernelVersion {
    let mut numbers = kernel.split(|c: char| !c.is_ascii_digit()).map(|part| part.parse().unwrap_or(0));
    KernelVersion { major: numbers.next().unwrap_or(0), minor: numbers.next().unwrap_or(0) }
}

/// Debian builds 6.12 and later without version 1 of cpuset and memory; the version 2 hosts were booted with
/// `cgroup_no_v1=all`.
fn no_v1(host: &str, kernel: KernelVersion) -> Vec<String> {
    let names: &[&str] = match host {
        "qemu-v2" | "uml-v2" => &ALL,
        "qemu-v1" if kernel >= (KernelVersion { major: 6, minor: 12 }) => &["cpuset", "memory"],
        _ => &[],
    };
    names.iter().map(|name| (*name).to_owned()).collect()
}

/// What the kernels were built with and had loaded.
fn features(host: &str, kernel: KernelVersion) -> Vec<Feature> {
    use Feature::{Bfq, Huge1G, Huge2M, IoCost, Numa, Psi, RtGroup, Thp, Uclamp, Zswap};
    let mut features = match host {
        "uml-v1" | "uml-v2" => vec![RtGroup],
        "host-6.18" => vec![Bfq, Huge1G, Huge2M, Numa, Psi, RtGroup, Thp],
        _ => vec![Bfq, Huge1G, Huge2M, IoCost, Numa, Psi, Thp],
    };
    if host.starts_with("qemu") && kernel.major >= 7 {
        features.extend([Uclamp, Zswap]);
    }
    features
}

/// The shared host: version 1 controllers one by one, and version 2 with what is left.
fn share(profile: &mut HostProfile) {
    profile.mount_v1_one_by_one(&SHARED_MOUNTED);
    for (target, fstype, data) in [("systemd", "cgroup", "none,name=systemd"), ("unified", "cgroup2", "")] {
        profile.mounts.push(InitialMount {
            source: fstype.to_owned(),
            target: format!("/sys/fs/cgroup/{target}"),
            fstype: fstype.to_owned(),
            data: data.to_owned(),
        });
    }
}

#[cfg(test)]
mod tests {
    use super::{profile, version};
    use drydock_engine::host::KernelVersion;

    #[test]
    fn kernels_and_their_controllers() {
        assert_eq!(version("6.12.117+deb12-cloud-amd64"), KernelVersion { major: 6, minor: 12 });
        assert!(!profile("qemu-v1", "5.10.0-32-cloud-amd64").controllers.contains(&"misc".to_owned()));
        assert_eq!(profile("qemu-v1", "7.3.4+deb13").no_v1, ["cpuset", "memory"]);
    }
}
