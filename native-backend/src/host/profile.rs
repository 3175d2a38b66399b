//! Which of the host profiles this machine can be, described with its own numbers.

use super::disk;
use super::error::HostError;
use super::hierarchies::{V2_CONTROLLERS, mount_data};
use super::machine::Machine;
use drydock_engine::host::{CONTROLLER_ORDER, DISK_AT, HostKind, HostProfile, InitialFile, InitialMount};
use drydock_engine::kernel::cgroup::Controller;

/// The profile of this kind as this machine can have it.
///
/// # Errors
///
/// [`HostError::Unavailable`] says what is missing, and what to do.
pub fn available(kind: HostKind) -> Result<HostProfile, HostError> {
    of(kind, &Machine::look()).map_err(HostError::Unavailable)
}

pub(crate) fn of(kind: HostKind, machine: &Machine) -> Result<HostProfile, String> {
    match kind {
        HostKind::Lecture => lecture(machine),
        HostKind::V1 => v1(machine),
        HostKind::V2 => v2(machine),
        HostKind::This => Ok(this(machine)),
    }
}

/// Where a host that this machine can't be is to be had.
const ELSEWHERE: &str =
    "Use the model (leave out --real), `--host this`, or a test host (`drydock compare --test-host`)";

/// Files, tasks and environment as everywhere; kernel, CPUs, memory and controllers are the machine's.
fn base(kind: HostKind, machine: &Machine) -> HostProfile {
    let mut profile = HostProfile::named(HostKind::Lecture).without_disk();
    profile.kind = kind;
    profile.kernel = machine.kernel;
    profile.cpus = machine.cpus;
    profile.memory = machine.memory;
    profile.controllers = known(machine);
    profile.features = machine.features.clone();
    profile.block_devices = machine.block_devices.clone();
    if let Some(disk) = &machine.disk {
        profile.disk = Some(disk.device);
        profile.mounts.push(mount(&disk.source, DISK_AT, disk::FSTYPE, ""));
    }
    profile.command_line = machine.command_line.clone();
    profile.contained = true;
    profile.withheld = machine.withheld;
    if machine.no_v1 {
        profile.no_v1.clone_from(&profile.controllers);
    }
    let loader = InitialFile::Symlink("/lib64".to_owned(), "usr/lib64".to_owned());
    if !profile.files.contains(&loader) {
        // Programs for x86-64 name their loader there.
        profile.files.push(loader);
    }
    profile
}

/// The machine's controllers that the model knows.
fn known(machine: &Machine) -> Vec<String> {
    let has = |name: &&str| machine.controllers.iter().any(|found| found.name == *name);
    CONTROLLER_ORDER.iter().filter(|name| has(name)).map(|name| (*name).to_owned()).collect()
}

fn lecture(machine: &Machine) -> Result<HostProfile, String> {
    let taken = taken(machine);
    if !taken.is_empty() {
        return Err(format!(
            "the lecture's host has all controllers free, and a controller can be in one hierarchy only. On \
             this machine they are taken: {}. Let directories in these stand in for the lecture's hierarchies \
             with `--map`. Or: {ELSEWHERE}",
            taken.join(", ")
        ));
    }
    let missing = ["cpuset", "cpu", "memory"]
        .iter()
        .filter(|name| machine.no_v1 || !known(machine).contains(&(**name).to_owned()));
    let missing: Vec<_> = missing.copied().collect();
    if !missing.is_empty() {
        return Err(format!("this machine's kernel has no version 1 {}. {ELSEWHERE}", missing.join(", ")));
    }
    let mut profile = base(HostKind::Lecture, machine);
    profile.controllers = all_free(machine);
    Ok(profile)
}

/// The machine's controllers that the model knows, with those that few hosts use, if nobody has them.
fn all_free(machine: &Machine) -> Vec<String> {
    let usual = known(machine);
    let is_free = |name: &str| {
        let row = machine.controllers.iter().find(|row| row.name == name);
        row.is_some_and(|row| row.hierarchy == 0) && machine.v2_used.iter().all(|used| used != v2_name(name))
    };
    let all = Controller::all().map(Controller::v1_name);
    all.filter(|name| usual.iter().any(|own| own == name) || is_free(name)).map(str::to_owned).collect()
}

/// Each controller that cannot be mounted, and who has it.
fn taken(machine: &Machine) -> Vec<String> {
    let who = |name: &String| {
        let row = machine.controllers.iter().find(|row| row.name == *name)?;
        if let Some(mounted) = machine.mount_of(name) {
            return Some(format!("{name} at {}", mounted.target.display()));
        }
        if row.hierarchy != 0 {
            return Some(format!("{name} in hierarchy {}, which is not mounted here", row.hierarchy));
        }
        machine
            .v2_used
            .iter()
            .any(|used| used == v2_name(name))
            .then(|| format!("{name} in the version 2 tree, whose groups use it"))
    };
    known(machine).iter().filter_map(who).collect()
}

fn v2_name(name: &str) -> &str {
    if name == "blkio" { "io" } else { name }
}

fn v1(machine: &Machine) -> Result<HostProfile, String> {
    let mut profile = base(HostKind::V1, machine);
    let names = profile.controllers.clone();
    let single = |name: &&String| machine.mount_of(name).is_some_and(|mounted| mounted.options.len() == 1);
    let singles: Vec<&str> = names.iter().filter(single).map(String::as_str).collect();
    if !singles.is_empty() {
        profile.nested = true;
        profile.controllers = singles.iter().map(|name| (*name).to_owned()).collect();
        profile.mount_v1_one_by_one(&singles);
        return Ok(profile);
    }
    let taken = taken(machine);
    if taken.is_empty() && !names.is_empty() {
        profile.controllers = all_free(machine);
        let names = profile.controllers.clone();
        let names: Vec<_> = names.iter().map(String::as_str).collect();
        profile.mount_v1_one_by_one(&names);
        return Ok(profile);
    }
    let why = if names.is_empty() { "the kernel has none".to_owned() } else { taken.join(", ") };
    Err(format!("no version 1 controller is mounted by itself here: {why}. {ELSEWHERE}"))
}

fn v2(machine: &Machine) -> Result<HostProfile, String> {
    let tree = machine.hierarchies.iter().find(|found| found.v2);
    let tree =
        tree.ok_or_else(|| format!("no cgroup2 file system is mounted on this machine. {ELSEWHERE}"))?;
    let missing = V2_CONTROLLERS.iter().filter(|name| machine.v2_controllers.iter().all(|own| own != *name));
    let missing: Vec<_> = missing.copied().collect();
    if !missing.is_empty() {
        let taken = taken(machine);
        let why = if taken.is_empty() {
            "which this kernel has not got".to_owned()
        } else {
            format!("taken by version 1: {}", taken.join(", "))
        };
        let (at, missing) = (tree.target.display(), missing.join(", "));
        return Err(format!("the version 2 tree at {at} lacks {missing}, {why}. {ELSEWHERE}"));
    }
    let mut profile = base(HostKind::V2, machine);
    profile.nested = true;
    profile.mounts.push(mount("cgroup2", "/sys/fs/cgroup", "cgroup2", ""));
    Ok(profile)
}

/// The machine as it is: every hierarchy that it has mounted, at the same place.
fn this(machine: &Machine) -> HostProfile {
    let mut profile = base(HostKind::This, machine);
    profile.nested = !machine.hierarchies.is_empty();
    let one_tree = machine.hierarchies.iter().any(|found| found.target.ends_with("sys/fs/cgroup"));
    if profile.nested && !one_tree {
        profile.mounts.push(mount("tmpfs", "/sys/fs/cgroup", "tmpfs", "mode=755"));
    }
    for found in &machine.hierarchies {
        let target = found.target.display().to_string();
        if !target.starts_with("/sys/fs/cgroup") {
            continue;
        }
        let fstype = if found.v2 { "cgroup2" } else { "cgroup" };
        let data = if found.v2 { String::new() } else { mount_data(&found.options) };
        profile.mounts.push(mount(fstype, &target, fstype, &data));
    }
    profile
}

fn mount(source: &str, target: &str, fstype: &str, data: &str) -> InitialMount {
    InitialMount {
        source: source.to_owned(),
        target: target.to_owned(),
        fstype: fstype.to_owned(),
        data: data.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::of;
    use crate::host::hierarchies::Mounted;
    use crate::host::machine::{Controller, Machine};
    use drydock_engine::host::{CONTROLLER_ORDER, HostKind, KernelVersion};

    fn machine(mounts: &[(&str, &[&str])], v2: &[&str]) -> Machine {
        let owned = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        let mounted = |(target, options): &(&str, &[&str])| Mounted {
            device: (*target).to_owned(),
            target: target.into(),
            v2: options.is_empty(),
            options: owned(options),
        };
        let taken = |name: &str| u32::from(mounts.iter().any(|(_, options)| options.contains(&name)));
        let controller = |name: &&str| Controller { name: (*name).to_owned(), hierarchy: taken(name) };
        Machine {
            kernel: KernelVersion { major: 6, minor: 1 },
            release: "6.1.0".to_owned(),
            cpus: 4,
            memory: 1 << 30,
            controllers: CONTROLLER_ORDER.iter().map(controller).collect(),
            v2_controllers: owned(v2),
            v2_used: Vec::new(),
            hierarchies: mounts.iter().map(mounted).collect(),
            features: Vec::new(),
            block_devices: Vec::new(),
            disk: None,
            command_line: String::new(),
            no_v1: false,
            withheld: 0,
            root: true,
        }
    }

    #[test]
    fn a_machine_with_nothing_mounted_is_the_lectures_host() {
        let free = machine(&[], &[]);
        let lecture = of(HostKind::Lecture, &free);
        assert!(lecture.is_ok_and(|profile| !profile.nested && profile.cpus == 4));
        assert!(of(HostKind::V1, &free).is_ok_and(|profile| !profile.nested && profile.mounts.len() > 9));
        assert!(of(HostKind::V2, &free).is_err_and(|why| why.contains("no cgroup2")));
    }

    #[test]
    fn a_taken_controller_is_named_with_its_place() {
        let taken = machine(&[("/sys/fs/cgroup/cpu", &["cpu"])], &[]);
        let why = of(HostKind::Lecture, &taken).expect_err("cpu is taken");
        assert!(why.contains("cpu at /sys/fs/cgroup/cpu") && why.contains("--map"));
        let v1 = of(HostKind::V1, &taken).expect("cpu is mounted by itself");
        assert!(v1.nested && v1.controllers == ["cpu"]);
    }

    #[test]
    fn controllers_mounted_together_are_no_v1_host() {
        let together = machine(&[("/sys/fs/cgroup/cpu,cpuacct", &["cpu", "cpuacct"])], &[]);
        assert!(of(HostKind::V1, &together).is_err());
        let this = of(HostKind::This, &together).expect("any machine is itself");
        assert!(this.mounts.iter().any(|mount| mount.data == "cpu,cpuacct"));
    }

    #[test]
    fn a_tree_with_all_controllers_is_the_v2_host() {
        let tree = machine(&[("/sys/fs/cgroup", &[])], &["cpuset", "cpu", "io", "memory", "hugetlb", "pids"]);
        assert!(of(HostKind::V2, &tree).is_ok_and(|profile| profile.nested));
        assert!(of(HostKind::Lecture, &tree).is_ok());
        let this = of(HostKind::This, &tree).expect("any machine is itself");
        assert_eq!(this.mounts.iter().filter(|mount| mount.target.starts_with("/sys/fs")).count(), 1);
    }
}
