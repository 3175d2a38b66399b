//! Host profiles: which machine a session finds when it starts.
//!
//! A profile is data that both worlds are built from. The model kernel boots it; the native backend lays out a
//! private mount, pid and cgroup namespace with the same files, mounts and tasks, pids included. So the two
//! start equal, and what is typed afterwards can be compared.

use serde::{Deserialize, Serialize};

/// A kernel version, as far as rules differ between kernels.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct KernelVersion {
    /// 6 in 6.1.
    pub major: u32,
    /// 1 in 6.1.
    pub minor: u32,
}

/// Something that a kernel is built with or without, or has loaded, as far as control groups show it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Feature {
    /// The I/O scheduler BFQ: weights for blkio and io.
    Bfq,
    /// Huge pages of 1 GB.
    Huge1G,
    /// Huge pages of 2 MB.
    Huge2M,
    /// `CONFIG_BLK_CGROUP_IOCOST`: `io.weight` and `io.cost.*`.
    IoCost,
    /// `CONFIG_NUMA`: statistics by memory node.
    Numa,
    /// `CONFIG_PSI`: pressure files.
    Psi,
    /// `CONFIG_RT_GROUP_SCHED`: `cpu.rt_*`.
    RtGroup,
    /// `CONFIG_TRANSPARENT_HUGEPAGE`.
    Thp,
    /// `CONFIG_UCLAMP_TASK_GROUP`: `cpu.uclamp.*`.
    Uclamp,
    /// `CONFIG_ZSWAP`.
    Zswap,
}

impl Feature {
    /// What Debian's kernel 6.1 has.
    pub const USUAL: [Self; 6] = [Self::Huge1G, Self::Huge2M, Self::IoCost, Self::Numa, Self::Psi, Self::Thp];
}

/// Which profile it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HostKind {
    /// The lecture's host: version 1 controllers, nothing mounted.
    Lecture,
    /// Each version 1 controller mounted by itself below /sys/fs/cgroup.
    V1,
    /// The version 2 tree mounted at /sys/fs/cgroup.
    V2,
    /// The machine that the native backend runs on, described by it.
    This,
}

impl HostKind {
    /// The kinds that can be named on a command line or in the page, in the order of the host picker.
    pub const NAMED: [Self; 3] = [Self::Lecture, Self::V1, Self::V2];

    /// The word for the command line and for permalinks.
    pub fn word(self) -> &'static str {
        match self {
            Self::Lecture => "lecture",
            Self::V1 => "v1",
            Self::V2 => "v2",
            Self::This => "this",
        }
    }

    /// Reads a word.
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Lecture, Self::V1, Self::V2, Self::This].into_iter().find(|kind| kind.word() == word)
    }
}

/// A file that is there at the start.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum InitialFile {
    /// A directory, mode 0755.
    Directory(String),
    /// A regular file, mode 0644, with its content.
    File(String, String),
    /// A symbolic link: where it is, what it points to.
    Symlink(String, String),
    /// A program, mode 0755, by its path. On Linux it is the real one below the host's /usr.
    Program(String),
    /// A character device: path, major, minor. Mode 0666.
    Character(String, u32, u32),
}

/// A file system that is mounted at the start.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InitialMount {
    /// As in the first field of /proc/mounts.
    pub source: String,
    /// The mount point.
    pub target: String,
    /// `tmpfs`, `proc`, `sysfs`, `devtmpfs`, `ext4`, `cgroup`, `cgroup2`. On Linux, ext4 is a directory of the
    /// machine's own file system, made for the session.
    pub fstype: String,
    /// Options of the file system (`cpu`, `none,name=systemd`).
    pub data: String,
}

/// A task that runs at the start.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InitialTask {
    /// Its pid in the session's pid namespace.
    pub pid: u32,
    /// Its parent.
    pub ppid: u32,
    /// Its name among the actors.
    pub actor: String,
    /// The program's name and arguments, as ps shows them; the first word is also its `comm`.
    pub argv: Vec<String>,
    /// True for a thread of the kernel, which stays in the root of every hierarchy.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub kernel_thread: bool,
}

/// A machine as a session finds it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HostProfile {
    /// Which profile.
    pub kind: HostKind,
    /// Its kernel.
    pub kernel: KernelVersion,
    /// Number of CPUs, all online.
    pub cpus: u32,
    /// Main memory in bytes; one NUMA node.
    pub memory: u64,
    /// Host name.
    pub hostname: String,
    /// Controllers that the kernel was built with, in the kernel's order (that of /proc/cgroups).
    pub controllers: Vec<String>,
    /// Controllers that can't be mounted as version 1: the kernel was built without it for them
    /// (`CONFIG_MEMCG_V1`, `CONFIG_CPUSETS_V1`) or started with `cgroup_no_v1=`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub no_v1: Vec<String>,
    /// Controllers that the kernel has as well, but that no session is given: their names are known.
    #[serde(default = "not_given")]
    pub not_given: Vec<String>,
    /// What the kernel was started with, as /proc/cmdline tells it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub command_line: String,
    /// What the kernel is built with, sorted.
    #[serde(default)]
    pub features: Vec<Feature>,
    /// Block devices as major and minor numbers.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub block_devices: Vec<(u32, u32)>,
    /// The one of them that mounts of ext4 are on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub disk: Option<(u32, u32)>,
    /// Network devices in the order in which the kernel lists them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub interfaces: Vec<String>,
    /// True where the mounted hierarchies show a cgroup below the machine's root as theirs (a cgroup
    /// namespace), as on a real host that is shared with others: the root's files are then those of a child.
    pub nested: bool,
    /// True where a session has mounts of its own, as on a real host that is shared with others. What the kernel
    /// itself starts (a release agent) it looks for outside of them.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub contained: bool,
    /// Capabilities that even root has not got here, a bit each (capabilities(7), "Capability bounding set").
    #[serde(default, skip_serializing_if = "is_none_withheld")]
    pub withheld: u64,
    /// Directories, files, links, programs, in an order in which they can be made.
    pub files: Vec<InitialFile>,
    /// Mounts below `/`, in order.
    pub mounts: Vec<InitialMount>,
    /// Tasks, parents first. The last given pid is the highest here.
    pub tasks: Vec<InitialTask>,
    /// The shell's environment.
    pub environment: Vec<(String, String)>,
}

/// The order in which the kernel lists controllers (include/linux/cgroup_subsys.h).
pub const CONTROLLER_ORDER: [&str; 9] =
    ["cpuset", "cpu", "cpuacct", "blkio", "memory", "devices", "freezer", "net_cls", "pids"];

/// A disk of a virtual machine, /dev/vda. The number is one of those that are given out as drivers ask (devices.txt).
const VDA: (u32, u32) = (254, 0);

/// Where the disk is mounted: file-hierarchy(7) has it for large files that outlive a boot.
pub const DISK_AT: &str = "/var/tmp";

/// Programs that are workloads: the model declares their demand, Linux has the real ones.
pub const PROGRAMS: [&str; 7] = ["sleep", "dd", "bzip2", "true", "stress", "memhog", "yes"];

impl HostProfile {
    /// One of the named profiles with 2 CPUs and 2 GiB.
    pub fn named(kind: HostKind) -> Self {
        let mut profile = Self {
            kind,
            kernel: KernelVersion { major: 6, minor: 1 },
            cpus: 2,
            memory: 2 << 30,
            hostname: "drydock".to_owned(),
            controllers: CONTROLLER_ORDER.map(str::to_owned).to_vec(),
            no_v1: Vec::new(),
            not_given: not_given(),
            command_line: String::new(),
            features: Feature::USUAL.to_vec(),
            block_devices: vec![VDA],
            disk: Some(VDA),
            interfaces: vec!["lo".to_owned()],
            nested: false,
            contained: false,
            withheld: 0,
            files: initial_files(),
            mounts: initial_mounts(),
            tasks: initial_tasks(),
            environment: initial_environment(),
        };
        if kind != HostKind::V2 {
            // Where hosts of the lecture's time (libcgroup's cgconfig) kept their hierarchies.
            profile.files.push(InitialFile::Directory("/cgroup".to_owned()));
        }
        match kind {
            HostKind::Lecture | HostKind::This => {}
            HostKind::V1 => profile.mount_v1_one_by_one(&CONTROLLER_ORDER),
            HostKind::V2 => {
                profile.mounts.push(mount("cgroup2", "/sys/fs/cgroup", "cgroup2", ""));
                "cgroup_no_v1=all".clone_into(&mut profile.command_line);
                profile.no_v1.clone_from(&profile.controllers);
            }
        }
        profile
    }

    /// A machine without a disk.
    pub fn without_disk(mut self) -> Self {
        self.mounts.retain(|mount| mount.fstype != "ext4");
        self.block_devices.clear();
        self.disk = None;
        self
    }

    /// Mounts each of the controllers by itself below a tmpfs at /sys/fs/cgroup, as init systems did.
    pub fn mount_v1_one_by_one(&mut self, controllers: &[&str]) {
        self.mounts.push(mount("tmpfs", "/sys/fs/cgroup", "tmpfs", "mode=755"));
        for controller in controllers {
            self.mounts.push(mount("cgroup", &format!("/sys/fs/cgroup/{controller}"), "cgroup", controller));
        }
    }
}

/// Those of Debian's kernels.
fn not_given() -> Vec<String> {
    ["perf_event", "hugetlb", "rdma", "misc"].map(str::to_owned).to_vec()
}

fn is_none_withheld(withheld: &u64) -> bool {
    *withheld == 0
}

fn mount(source: &str, target: &str, fstype: &str, data: &str) -> InitialMount {
    InitialMount {
        source: source.to_owned(),
        target: target.to_owned(),
        fstype: fstype.to_owned(),
        data: data.to_owned(),
    }
}

fn initial_files() -> Vec<InitialFile> {
    use InitialFile::{Character, Directory, File, Program, Symlink};
    let directories = [
        "/dev",
        "/etc",
        "/home",
        "/mnt",
        "/proc",
        "/root",
        "/run",
        "/sys",
        "/tmp",
        "/usr",
        "/usr/bin",
        "/usr/lib",
        "/usr/sbin",
        "/var",
        "/var/log",
    ];
    let links = [("/bin", "usr/bin"), ("/lib", "usr/lib"), ("/sbin", "usr/sbin")];
    let mut files: Vec<_> = directories.iter().map(|path| Directory((*path).to_owned())).collect();
    files.extend(links.iter().map(|(path, to)| Symlink((*path).to_owned(), (*to).to_owned())));
    files.push(File("/etc/hostname".to_owned(), "drydock\n".to_owned()));
    files.push(File("/etc/hosts".to_owned(), "127.0.0.1\tlocalhost\n127.0.1.1\tdrydock\n".to_owned()));
    files.push(File("/etc/passwd".to_owned(), "root:x:0:0:root:/root:/bin/sh\n".to_owned()));
    files.push(File("/etc/group".to_owned(), "root:x:0:\n".to_owned()));
    files.extend(PROGRAMS.iter().map(|name| Program(format!("/usr/bin/{name}"))));
    for (name, major, minor) in [("null", 1, 3), ("zero", 1, 5), ("random", 1, 8), ("urandom", 1, 9)] {
        files.push(Character(format!("/dev/{name}"), major, minor));
    }
    files
}

fn initial_mounts() -> Vec<InitialMount> {
    vec![
        mount("tmpfs", "/", "tmpfs", ""),
        mount("proc", "/proc", "proc", ""),
        mount("sysfs", "/sys", "sysfs", ""),
        mount("/dev/vda", DISK_AT, "ext4", ""),
    ]
}

fn initial_tasks() -> Vec<InitialTask> {
    let task = |pid, ppid, actor: &str, argv: &str| InitialTask {
        pid,
        ppid,
        actor: actor.to_owned(),
        argv: vec![argv.to_owned()],
        kernel_thread: false,
    };
    vec![task(1, 0, "init", "init"), task(1650, 1, "shell", "sh"), task(1701, 1, "worker", "worker")]
}

fn initial_environment() -> Vec<(String, String)> {
    let pairs = [
        ("HOME", "/root"),
        ("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"),
        ("TERM", "xterm"),
        ("USER", "root"),
    ];
    pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec()
}
