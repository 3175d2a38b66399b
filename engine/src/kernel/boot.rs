//! From a host profile to a running kernel.

use super::cgroup::CgroupState;
use super::fs::Place;
use super::fs::ramfs::Content;
use super::layered::Layered;
use super::load::Load;
use super::mount::{Mount, MountFlags, MountId, MountTable};
use super::namespace::{FIRST_PIDS, NamespaceSet, Namespaces};
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
            namespaces: Namespaces::initial(&profile.hostname),
            viewer: FIRST_PIDS,
            mounts: MountTable::default(),
            trees: OrdMap::new(),
            pipes: OrdMap::new(),
            throttled: OrdMap::new(),
            terminal: String::new(),
            load: Load::default(),
            helpers: VecDeque::new(),
        };
        kernel.mount_root(&profile.mounts).expect("the root file system can be mounted");
        let booter = initial_task(kernel.root(), &INIT);
        for file in &profile.files {
            kernel.lay_out(&booter, file);
        }
        for mount in profile.mounts.iter().filter(|mount| mount.target != "/") {
            let mounted = kernel.mount_at_boot(&booter, mount);
            assert!(mounted.is_ok(), "{} can be mounted: {mounted:?}", mount.target);
        }
        for task in &profile.tasks {
            kernel.start(task);
        }
        kernel
    }

    fn mount_root(&mut self, mounts: &[InitialMount]) -> Result<(), Refusal> {
        let named = mounts.iter().find(|mount| mount.target == "/");
        let source = named.map_or("tmpfs", |mount| mount.source.as_str());
        let prepared = self.prepare("tmpfs", "mode=755")?;
        let fs = prepared.fs;
        self.mounts.add(Mount {
            id: MountId(0),
            on: None,
            target: "/".to_owned(),
            source: source.to_owned(),
            fstype: "tmpfs".to_owned(),
            fs,
            root: self.root_node(fs),
            flags: MountFlags::default(),
            shown: prepared.shown,
            detached: false,
        });
        Ok(())
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
            "devtmpfs" => self.prepare("tmpfs", &mount.data)?,
            fstype => self.prepare(fstype, &mount.data)?,
        };
        self.attach(&place, prepared, MountFlags::default(), &mount.fstype, &mount.source, &mount.target)?;
        if self.profile.contained
            && mount.fstype == "sysfs"
            && let Some(root) = self.mounts.mounted_on(&place)
        {
            // The mount, not the file system, which is the machine's own.
            self.mounts.change(root.mount, |mount| mount.flags.rdonly = true);
        }
        Ok(())
    }

    fn start(&mut self, initial: &InitialTask) {
        let mut task = initial_task(self.root(), initial);
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
        cwd: root,
        stdio: [Stdio::Terminal, Stdio::Terminal, Stdio::Terminal],
        pipes: BTreeSet::new(),
    }
}
