//! From a host profile to a running kernel.

use super::cgroup::CgroupState;
use super::fs::Place;
use super::fs::ramfs::{Content, Ramfs, TreeId};
use super::layered::Layered;
use super::load::Load;
use super::mount::prepare::Prepared;
use super::mount::{FileSystem, Mount, MountFlags, MountTable, SuperFlags};
use super::namespace::{FIRST_PIDS, NamespaceId, NamespaceKind, NamespaceSet, Namespaces};
use super::shared::{OrdMap, Shared};
use super::task::{Stdio, comm_of};
use super::task_table::TaskTable;
use super::user::credentials::Credentials;
use super::{Kernel, Task, TaskState};
use crate::host::{HostProfile, InitialFile, InitialMount, InitialTask};
use crate::plan::{Actor, Refusal};
use std::collections::{BTreeMap, BTreeSet, VecDeque};

impl Kernel {
    /// A kernel that has just started on this machine.
    ///
    /// # Panics
    /// Where the profile contradicts itself: no root file system, or a mount that Linux would refuse.
    pub fn boot(profile: &HostProfile) -> Self {
        let mut kernel = Self {
            profile: Shared::from(profile.clone()),
            now_ms: 0,
            cgroups: CgroupState::boot(profile),
            tasks: TaskTable::default(),
            affinities: OrdMap::new(),
            actors: Layered::default(),
            last_pid: profile.tasks.iter().map(|task| task.pid).max().unwrap_or(0),
            namespaces: Namespaces::initial(&profile.hostname).into(),
            viewer: FIRST_PIDS,
            mounts: MountTable::default().into(),
            trees: OrdMap::new(),
            overlays: OrdMap::new(),
            pipes: OrdMap::new(),
            throttled: OrdMap::new(),
            terminal: String::new(),
            load: Load::default(),
            helpers: VecDeque::new(),
        };
        kernel.mount_root(&profile.mounts).expect("the root file system can be mounted");
        let root = kernel.boot_root();
        let booter = initial_task(root.clone(), &INIT);
        for file in &profile.files {
            kernel.lay_out(&booter, file);
        }
        for mount in profile.mounts.iter().filter(|mount| mount.target != "/") {
            let mounted = kernel.mount_at_boot(&booter, mount);
            assert!(mounted.is_ok(), "{} can be mounted: {mounted:?}", mount.target);
        }
        for task in &profile.tasks {
            kernel.start(root.clone(), task);
        }
        kernel
    }

    /// The root file system, on the one that every Linux starts with and that nobody sees any more ("ramfs, rootfs and
    /// initramfs" in the kernel's documentation).
    fn mount_root(&mut self, mounts: &[InitialMount]) -> Result<(), Refusal> {
        let rootfs = TreeId(self.mounts.next_number());
        self.trees.insert(rootfs, Shared::from(Ramfs::new(0o755)));
        let below = self.add_first(FileSystem::Ram(rootfs), "rootfs", "rootfs", Vec::new());
        self.mounts.set_top(NamespaceId::initial(NamespaceKind::Mnt), below.mount);
        let named = mounts.iter().find(|mount| mount.target == "/");
        let source = named.map_or("tmpfs", |mount| mount.source.as_str());
        let prepared = self.prepare("tmpfs", "mode=755")?;
        // As a session's root on Linux, which got its mode after it was mounted.
        let root = self.add_first(prepared.fs, "tmpfs", source, Vec::new());
        self.mounts.hook(root.mount, below);
        Ok(())
    }

    fn add_first(&mut self, fs: FileSystem, fstype: &str, source: &str, shown: Vec<String>) -> Place {
        self.mounts.note_super(fs, fstype, shown, SuperFlags::default());
        let node = self.root_node(fs);
        let mount = self.mounts.add(Mount::new(fs, node.clone(), source, MountFlags::default()));
        self.mounts.enter_namespace(mount, NamespaceId::initial(NamespaceKind::Mnt));
        Place { mount, node }
    }

    /// The root directory of the tasks that a machine starts with.
    fn boot_root(&self) -> Place {
        let top = self.mounts.top_of(NamespaceId::initial(NamespaceKind::Mnt));
        let root = top.and_then(|top| self.mounts.root_of(self.mounts.topmost(top)));
        root.expect("a kernel has a root from its boot on")
    }

    /// Puts a file where the profile wants it, and the directories above it.
    fn lay_out(&mut self, booter: &Task, file: &InitialFile) {
        let (path, mode, content) = match file {
            InitialFile::Directory(path) => return self.make_directories(booter, path),
            InitialFile::File(path, text) => (path, 0o644, Content::Text(text.clone())),
            InitialFile::Symlink(path, target) => (path, 0o777, Content::Symlink(target.clone())),
            InitialFile::Program(path) => (path, 0o755, Content::Program),
            InitialFile::Character(path, major, minor) => (path, 0o666, Content::Character(*major, *minor)),
        };
        if let Some((above, _)) = path.rsplit_once('/') {
            self.make_directories(booter, above);
        }
        self.place_file(booter, path, mode, content);
    }

    fn mount_at_boot(&mut self, booter: &Task, mount: &InitialMount) -> Result<(), Refusal> {
        use super::fs::path::Walker;
        self.make_directories(booter, &mount.target);
        let place: Place = Walker::new(self, booter, "mount").place(&booter.cwd, &mount.target)?;
        let prepared = match mount.fstype.as_str() {
            "ext4" => self.prepare_disk(),
            "devtmpfs" => Prepared { fstype: mount.fstype.clone(), ..self.prepare("tmpfs", &mount.data)? },
            fstype => self.prepare(fstype, &mount.data)?,
        };
        // The mount is read-only, not the file system, which is the machine's own.
        let rdonly = self.profile.contained && mount.fstype == "sysfs";
        let flags = (MountFlags { rdonly, ..MountFlags::default() }, SuperFlags::default());
        self.mount_new(booter, &place, prepared, flags, &mount.source, &mount.target)?;
        Ok(())
    }

    fn start(&mut self, root: Place, initial: &InitialTask) {
        let mut task = initial_task(root, initial);
        let environment = &self.profile.environment;
        task.credentials = Credentials::root_without(self.profile.withheld).into();
        task.env = environment.iter().map(|(name, value)| format!("{name}={value}")).collect();
        self.actors.insert(task.actor.clone(), task.pid);
        self.tasks.insert(task);
    }
}

/// Who makes files and mounts at the boot.
static INIT: InitialTask =
    InitialTask { pid: 1, ppid: 0, actor: String::new(), argv: Vec::new(), kernel_thread: false };

fn initial_task(root: Place, initial: &InitialTask) -> Task {
    Task {
        pid: initial.pid,
        tgid: initial.pid,
        ppid: initial.ppid,
        group: initial.pid,
        actor: Actor::new(initial.actor.clone()),
        comm: initial.argv.first().map(|word| comm_of(word)).unwrap_or_default(),
        argv: initial.argv.clone(),
        env: Vec::new(),
        state: TaskState::Alive,
        started_ms: 0,
        cpu_ns: 0,
        nice: 0,
        oom_score_adj: 0,
        limits: BTreeMap::new(),
        nproc_exceeded: false,
        oom_score_adj_min: 0,
        demand: None,
        work: None,
        pending: BTreeSet::new(),
        exit_signal: None,
        ignores_terminal_signals: initial.actor == Actor::SHELL,
        credentials: Credentials::root().into(),
        numbers: Vec::new(),
        namespaces: NamespaceSet::initial().into(),
        cwd: root.clone(),
        root,
        stdio: [Stdio::Terminal, Stdio::Terminal, Stdio::Terminal],
        pipes: BTreeSet::new(),
    }
}
