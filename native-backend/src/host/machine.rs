//! What this machine is, as far as host profiles depend on it.

use super::disk::{self, Disk};
use super::hierarchies::{self, Mounted};
use drydock_engine::host::{Feature, KernelVersion};
use std::fs::{read_dir, read_to_string};
use std::path::Path;

/// A line of /proc/cgroups.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Controller {
    /// Its name.
    pub(crate) name: String,
    /// The hierarchy it belongs to; 0 where it is free, or in the version 2 tree.
    pub(crate) hierarchy: u32,
}

/// The machine.
#[derive(Clone, Debug)]
pub(crate) struct Machine {
    /// Its kernel.
    pub(crate) kernel: KernelVersion,
    /// The whole of `uname -r`.
    pub(crate) release: String,
    /// CPUs online.
    pub(crate) cpus: u32,
    /// Main memory in bytes.
    pub(crate) memory: u64,
    /// Controllers that version 1 can have and that are switched on, in the kernel's order.
    pub(crate) controllers: Vec<Controller>,
    /// Controllers in the version 2 tree.
    pub(crate) v2_controllers: Vec<String>,
    /// Those of them that groups use.
    pub(crate) v2_used: Vec<String>,
    /// True where the kernel was told to keep its controllers for version 2 (`cgroup_no_v1=all`).
    pub(crate) no_v1: bool,
    /// Hierarchies that are mounted.
    pub(crate) hierarchies: Vec<Mounted>,
    /// What the kernel is built with.
    pub(crate) features: Vec<Feature>,
    /// Block devices as major and minor numbers.
    pub(crate) block_devices: Vec<(u32, u32)>,
    /// The one of them where a session's files can be.
    pub(crate) disk: Option<Disk>,
    /// What the kernel was started with.
    pub(crate) command_line: String,
    /// Capabilities that nobody gets here: those outside of this program's bounding set.
    pub(crate) withheld: u64,
    /// True for root.
    pub(crate) root: bool,
}

impl Machine {
    /// Looks at the machine.
    pub(crate) fn look() -> Self {
        let release = read("/proc/sys/kernel/osrelease").trim().to_owned();
        let hierarchies = hierarchies::mounted();
        let v2 = hierarchies.iter().find(|found| found.v2);
        let words = |file: &str| {
            let text = v2.map(|found| read_to_string(found.target.join(file)).unwrap_or_default());
            text.unwrap_or_default().split_whitespace().map(str::to_owned).collect()
        };
        Self {
            kernel: kernel_version(&release),
            cpus: count_cpus(&read("/sys/devices/system/cpu/online")),
            memory: memory(&read("/proc/meminfo")),
            controllers: controllers(&read("/proc/cgroups")),
            v2_controllers: words("cgroup.controllers"),
            v2_used: words("cgroup.subtree_control"),
            features: features(&hierarchies),
            block_devices: block_devices(),
            disk: disk::look(),
            command_line: read("/proc/cmdline").trim_end().to_owned(),
            no_v1: read("/proc/cmdline").split_whitespace().any(|word| word == "cgroup_no_v1=all"),
            withheld: withheld(&read("/proc/self/status"), &read("/proc/sys/kernel/cap_last_cap")),
            root: nix::unistd::geteuid().is_root(),
            release,
            hierarchies,
        }
    }

    /// Where a version 1 controller is mounted.
    pub(crate) fn mount_of(&self, controller: &str) -> Option<&Mounted> {
        self.hierarchies.iter().find(|found| found.options.iter().any(|option| option == controller))
    }
}

fn read(path: &str) -> String {
    read_to_string(path).unwrap_or_default()
}

/// What the kernel is built with, as files of it tell. In the order of `Feature`.
fn features(hierarchies: &[Mounted]) -> Vec<Feature> {
    let is = |path: &str| Path::new(path).exists();
    let in_root = |file: &str| hierarchies.iter().any(|found| found.target.join(file).exists());
    let all = [
        (Feature::Bfq, in_root("blkio.bfq.io_serviced") || is("/sys/module/bfq")),
        (Feature::Huge1G, is("/sys/kernel/mm/hugepages/hugepages-1048576kB")),
        (Feature::Huge2M, is("/sys/kernel/mm/hugepages/hugepages-2048kB")),
        (Feature::IoCost, in_root("io.cost.qos")),
        (Feature::Numa, in_root("memory.numa_stat") || is("/sys/devices/system/node/node0/numastat")),
        (Feature::Psi, is("/proc/pressure/cpu")),
        (Feature::RtGroup, in_root("cpu.rt_period_us")),
        (Feature::Thp, is("/sys/kernel/mm/transparent_hugepage")),
        (Feature::Uclamp, is("/proc/sys/kernel/sched_util_clamp_min")),
        (Feature::Zswap, is("/sys/module/zswap")),
    ];
    all.into_iter().filter(|(_, has)| *has).map(|(feature, _)| feature).collect()
}

/// The capabilities up to the kernel's last one that the bounding set of a task has not got.
fn withheld(status: &str, last: &str) -> u64 {
    let bounding = status.lines().find_map(|line| line.strip_prefix("CapBnd:"));
    let bounding = bounding.and_then(|set| u64::from_str_radix(set.trim(), 16).ok());
    let last = last.trim().parse::<u32>().unwrap_or(0).min(62);
    bounding.map_or(0, |set| !set & ((1 << (last + 1)) - 1))
}

fn block_devices() -> Vec<(u32, u32)> {
    let device = |path: &Path| {
        let numbers = read_to_string(path.join("dev")).ok()?;
        let (major, minor) = numbers.trim().split_once(':')?;
        Some((major.parse().ok()?, minor.parse().ok()?))
    };
    let entries = read_dir("/sys/block").into_iter().flatten();
    let mut devices: Vec<(u32, u32)> = entries.filter_map(|entry| device(&entry.ok()?.path())).collect();
    devices.sort_unstable();
    devices
}

fn kernel_version(release: &str) -> KernelVersion {
    let mut numbers =
        release.split(|char: char| !char.is_ascii_digit()).map(|part| part.parse().unwrap_or(0));
    KernelVersion { major: numbers.next().unwrap_or(0), minor: numbers.next().unwrap_or(0) }
}

/// The number of CPUs in a list such as `0-3,5`.
fn count_cpus(list: &str) -> u32 {
    let count = |part: &str| {
        let (first, last) = part.split_once('-').unwrap_or((part, part));
        let (first, last) = (first.parse::<u32>().ok()?, last.parse::<u32>().ok()?);
        last.checked_sub(first).map(|more| more + 1)
    };
    list.trim().split(',').filter_map(count).sum::<u32>().max(1)
}

fn memory(meminfo: &str) -> u64 {
    let total = meminfo.lines().find_map(|line| line.strip_prefix("MemTotal:"));
    let kibibytes = total.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok());
    kibibytes.unwrap_or(0).saturating_mul(1024)
}

fn controllers(table: &str) -> Vec<Controller> {
    let row = |line: &str| {
        let mut fields = line.split_whitespace();
        let (name, hierarchy, enabled) = (fields.next()?, fields.next()?, fields.nth(1)?);
        (enabled == "1").then_some(())?;
        Some(Controller { name: name.to_owned(), hierarchy: hierarchy.parse().ok()? })
    };
    table.lines().filter(|line| !line.starts_with('#')).filter_map(row).collect()
}

#[cfg(test)]
mod tests {
    use super::{controllers, count_cpus, kernel_version, memory, withheld};

    #[test]
    fn what_is_outside_of_the_bounding_set_is_withheld() {
        assert_eq!(withheld("CapBnd:\t000001fffeffffff\n", "40\n"), 1 << 24);
        assert_eq!(withheld("CapBnd:\t000001ffffffffff\n", "40\n"), 0);
        assert_eq!(withheld("", "40\n"), 0);
    }

    #[test]
    fn numbers_are_read_from_the_kernels_texts() {
        assert_eq!((kernel_version("6.18.44-fc-v782").major, kernel_version("6.1").minor), (6, 1));
        assert_eq!((count_cpus("0-3,5\n"), count_cpus("0\n"), count_cpus("")), (5, 1, 1));
        assert_eq!(memory("MemTotal:       2048 kB\nMemFree: 1 kB\n"), 2 << 20);
    }

    #[test]
    fn a_controller_that_is_switched_off_is_not_there() {
        let table = "#subsys_name\thierarchy\tnum_cgroups\tenabled\ncpu\t1\t1\t1\nmemory\t0\t1\t0\n";
        let found = controllers(table);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].hierarchy, 1);
    }
}
