//! The keeper: makes what a session needs on the machine, starts its first task, and removes it all again as
//! soon as the controller says so or is gone. A `kill -9` of the controller thus leaves nothing; one of the
//! keeper leaves what its journal names, and the session's tasks die with it.

use super::disk;
use super::groups;
use super::hierarchies::{self, Mounted, V2_CONTROLLERS};
use super::init;
use super::protocol::{KeeperReply, KeeperRequest, Setup};
use super::raw::{self, Cloned};
use super::rootfs::{self, During, Places, Told};
use super::wire;
use crate::clean::{self, Which};
use crate::journal::{Entry, Journal, Process, checkpoint};
use drydock_engine::host::HostKind;
use drydock_engine::plan::Errno;
use nix::mount::{MsFlags, mount};
use nix::sched::{CloneFlags, unshare};
use std::fs::{self, File};
use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::net::UnixStream;
use std::path::PathBuf;
use std::thread::sleep;
use std::time::Duration;

/// A session's outside.
#[derive(Debug)]
struct Keeper {
    setup: Setup,
    journal: Journal,
    /// Hierarchies that the machine had before.
    before: Vec<Mounted>,
    /// Hierarchies held by a mount of the keeper's own.
    held: Vec<PathBuf>,
    /// The version 2 tree has been written down.
    tree_noted: bool,
    /// The machine's inclination to swap has been written down.
    swappiness_noted: bool,
}

/// The machine\'s inclination to swap, which the root of a version 1 memory hierarchy shows as its own.
const SWAPPINESS: &str = "/proc/sys/vm/swappiness";

/// Files of the version 2 tree's root that can be written to.
const TREE_SETTINGS: [&str; 3] = ["cgroup.max.depth", "cgroup.max.descendants", "cgroup.pressure"];

/// Runs as the keeper; the socket to the controller is standard input. Does not return.
pub(super) fn run() -> ! {
    let status = match serve() {
        Ok(()) => 0,
        Err(error) => {
            eprintln!("drydock: the keeper ended: {error}");
            1
        }
    };
    std::process::exit(status)
}

fn serve() -> io::Result<()> {
    let link = UnixStream::from(io::stdin().as_fd().try_clone_to_owned()?);
    nix::unistd::dup2_stdin(File::open("/dev/null")?)?;
    // Ctrl-C at the terminal is for the controller.
    nix::unistd::setsid()?;
    let (setup, _) = wire::receive::<Setup>(&link)?;
    let mut keeper = match Keeper::prepare(setup) {
        Ok(keeper) => keeper,
        Err(problem) => return wire::send(&link, &KeeperReply::Failed(problem), &[]),
    };
    match keeper.start() {
        Ok(sockets) => wire::send(&link, &KeeperReply::Ready, &sockets)?,
        Err(problem) => {
            keeper.remove()?;
            return wire::send(&link, &KeeperReply::Failed(problem), &[]);
        }
    }
    while let Ok((request, _)) = wire::receive::<KeeperRequest>(&link) {
        let answer = keeper.answer(request);
        if wire::send(&link, &KeeperReply::Done(answer), &[]).is_err() {
            break;
        }
    }
    keeper.remove()
}

impl Keeper {
    /// Its own mount namespace, what dead sessions left, and the journal.
    fn prepare(setup: Setup) -> Told<Self> {
        unshare(CloneFlags::CLONE_NEWNS).during("a mount namespace for the keeper")?;
        rootfs::make_private()?;
        // What cannot be removed now is told by `drydock clean`.
        let _ = clean::clean(&setup.state, Which::Dead);
        let at = format!("the session's directory {}/{}", setup.state.display(), setup.id);
        let mut journal = Journal::create(&setup.state, &setup.id).during(at)?;
        let own = i32::try_from(std::process::id()).ok().and_then(Process::of);
        record(&mut journal, &Entry::Keeper(own.ok_or("the keeper is not in /proc")?))?;
        Ok(Self {
            setup,
            journal,
            before: hierarchies::mounted(),
            held: Vec::new(),
            tree_noted: false,
            swappiness_noted: false,
        })
    }

    /// Control groups, the first task, and its way into them. Gives the controller's ends of the agents'
    /// sockets.
    fn start(&mut self) -> Told<Vec<OwnedFd>> {
        self.make_groups()?;
        self.hold_profile_hierarchies()?;
        let staging = self.journal.directory().join("root");
        fs::create_dir(&staging).during(staging.display())?;
        let disk = disk::directory(&self.setup.profile, &self.setup.id);
        if let Some(disk) = &disk {
            record(&mut self.journal, &Entry::Directory(disk.clone()))?;
            disk::make(disk)?;
            checkpoint();
        }
        let places = Places { staging, disk: disk.as_deref().map(disk::root_of) };
        let exe = File::open("/proc/self/exe").during("this program's own file")?;
        let (mut theirs, mut ours) = (Vec::new(), Vec::new());
        for _ in &self.setup.profile.tasks {
            let (controller, agent) = UnixStream::pair().during("a socket for an agent")?;
            theirs.push(OwnedFd::from(controller));
            ours.push(agent);
        }
        let (report, reporter) = UnixStream::pair().during("a socket for the first task")?;
        unshare(CloneFlags::CLONE_NEWPID).during("a pid namespace")?;
        match raw::clone_process(0, &[]).during("the session's first task")? {
            Cloned::Child => {
                drop(report);
                init::run(&self.setup.profile, &places, &exe, &ours, &reporter)
            }
            Cloned::Parent(pid) => {
                drop((ours, reporter));
                self.bring_up(pid, &report)?;
                Ok(theirs)
            }
        }
    }

    fn make_groups(&mut self) -> Told<()> {
        let Setup { profile, id, .. } = &self.setup;
        for hierarchy in &self.before {
            let group = hierarchy.group(id);
            let wanted: &[&str] =
                if profile.kind == HostKind::V2 && hierarchy.v2 { &V2_CONTROLLERS } else { &[] };
            enable(&mut self.journal, hierarchy, wanted)?;
            record(&mut self.journal, &Entry::Group(group.clone()))?;
            hierarchy.make_group(id, wanted).during(format!("making the group {}", group.display()))?;
            checkpoint();
        }
        Ok(())
    }

    /// Version 1 hierarchies that the profile mounts and the machine has not.
    fn hold_profile_hierarchies(&mut self) -> Told<()> {
        let mounts = self.setup.profile.mounts.clone();
        for entry in mounts.iter().filter(|entry| entry.fstype == "cgroup") {
            if !self.had(&entry.data) {
                self.create(&entry.data)
                    .map_err(|errno| format!("the hierarchy {}: {errno} ({})", entry.data, errno.text()))?;
            }
        }
        Ok(())
    }

    fn bring_up(&mut self, pid: i32, report: &UnixStream) -> Told<()> {
        let process = Process::of(pid).ok_or("the session's first task ended at once")?;
        record(&mut self.journal, &Entry::Init(process))?;
        for hierarchy in &self.before {
            let group = hierarchy.group(&self.setup.id);
            hierarchy.enter(&self.setup.id, pid).during(format!("entering {}", group.display()))?;
            checkpoint();
        }
        wire::send(report, &(), &[]).during("telling the first task to go on")?;
        // The end without a message: execve has closed the other side.
        match wire::receive::<String>(report) {
            Ok((problem, _)) => Err(problem),
            Err(_) => self.release().map_err(|errno| format!("unmounting: {errno}")),
        }
    }

    /// True where the machine had this hierarchy before the session.
    fn had(&self, data: &str) -> bool {
        let wanted = sorted(data.split(',').filter(|option| *option != "none"));
        self.before.iter().any(|mounted| sorted(mounted.options.iter().map(String::as_str)) == wanted)
    }

    fn answer(&mut self, request: KeeperRequest) -> Result<(), Errno> {
        match request {
            KeeperRequest::Create(data) => self.create(&data),
            KeeperRequest::Note(data) if self.had(&data) => Ok(()),
            KeeperRequest::Note(data) => self.note(&data),
            KeeperRequest::Remount(data) => self.note_remount(&data),
            KeeperRequest::Tree => self.note_tree(),
            KeeperRequest::Release => self.release(),
        }
    }

    /// Writes a hierarchy down as the session's, unless it is somebody else's: then there are groups in it.
    fn note(&mut self, data: &str) -> Result<(), Errno> {
        let at = self.journal.directory().join("noted");
        fs::create_dir_all(&at).map_err(|_| Errno::EIO)?;
        if mount_hierarchy(data, &at).is_err() {
            return Ok(());
        }
        let is_new = groups::below(&at).len() == 1;
        clean::unmount(&at).map_err(|_| Errno::EBUSY)?;
        if is_new { self.write_down(data) } else { Ok(()) }
    }

    /// Writes down what a hierarchy is about to become. One that is there already with just these options is known,
    /// or somebody else's.
    fn note_remount(&mut self, data: &str) -> Result<(), Errno> {
        let options: Vec<_> = data.split(',').filter(|option| *option != "none").map(str::to_owned).collect();
        if self.had(data) || hierarchies::is_there(&options) { Ok(()) } else { self.write_down(data) }
    }

    /// Writes the version 2 tree down as it is, where the machine has not mounted it: the session has no group of its own
    /// there then, and sees the whole of it.
    fn note_tree(&mut self) -> Result<(), Errno> {
        if self.tree_noted || self.before.iter().any(|mounted| mounted.v2) {
            return Ok(());
        }
        let at = self.journal.directory().join("noted");
        fs::create_dir_all(&at).map_err(|_| Errno::EIO)?;
        hierarchies::mount_tree(&at).map_err(|_| Errno::EIO)?;
        let groups = hierarchies::groups_in(&at);
        let enabled = fs::read_to_string(at.join("cgroup.subtree_control")).unwrap_or_default();
        let setting = |name: &&str| Some(((*name).to_owned(), fs::read_to_string(at.join(name)).ok()?));
        let settings = TREE_SETTINGS.iter().filter_map(setting).collect();
        clean::unmount(&at).map_err(|_| Errno::EBUSY)?;
        let controllers = enabled.split_whitespace().map(str::to_owned).collect();
        self.journal.record(&Entry::Tree { groups, controllers, settings }).map_err(|_| Errno::EIO)?;
        self.tree_noted = true;
        Ok(())
    }

    fn write_down(&mut self, data: &str) -> Result<(), Errno> {
        // mem_cgroup_swappiness_write(): that of the root is the machine's.
        if !self.swappiness_noted
            && let Ok(value) = fs::read_to_string(SWAPPINESS)
        {
            self.journal.record(&Entry::Setting(SWAPPINESS.into(), value)).map_err(|_| Errno::EIO)?;
            self.swappiness_noted = true;
        }
        self.journal.record(&Entry::Hierarchy(data.to_owned())).map_err(|_| Errno::EIO)
    }

    fn create(&mut self, data: &str) -> Result<(), Errno> {
        self.write_down(data)?;
        let at = self.journal.directory().join(format!("held.{}", self.held.len()));
        fs::create_dir_all(&at).map_err(|_| Errno::EIO)?;
        mount_hierarchy(data, &at).map_err(|errno| Errno::from_number(errno as i32))?;
        self.held.push(at);
        checkpoint();
        Ok(())
    }

    fn release(&mut self) -> Result<(), Errno> {
        while let Some(at) = self.held.pop() {
            clean::unmount(&at).map_err(|_| Errno::EBUSY)?;
            checkpoint();
        }
        Ok(())
    }

    /// Ends the session's tasks and removes what the journal names.
    fn remove(mut self) -> io::Result<()> {
        let _ = self.release();
        clean::sweep(self.journal.directory())?;
        if let Some(state) = self.journal.directory().parent() {
            let _ = fs::remove_dir(state);
        }
        Ok(())
    }
}

fn record(journal: &mut Journal, entry: &Entry) -> Told<()> {
    journal.record(entry).during("writing the journal")
}

fn sorted<'a>(options: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
    let mut options: Vec<_> = options.collect();
    options.sort_unstable();
    options
}

/// Switches the controllers on for the groups below a version 2 root.
fn enable(journal: &mut Journal, hierarchy: &Mounted, controllers: &[&str]) -> Told<()> {
    let file = hierarchy.target.join("cgroup.subtree_control");
    for controller in controllers {
        let enabled = fs::read_to_string(&file).during(file.display())?;
        if enabled.split_whitespace().all(|known| known != *controller) {
            record(journal, &Entry::Controller(file.clone(), (*controller).to_owned()))?;
            fs::write(&file, format!("+{controller}")).during(format!("{} +{controller}", file.display()))?;
            checkpoint();
        }
    }
    Ok(())
}

/// Mounts a version 1 hierarchy. One with the same controllers that has just lost its last mount is taken
/// apart by the kernel a moment later; until then the answer is EBUSY.
fn mount_hierarchy(data: &str, at: &PathBuf) -> nix::Result<()> {
    let data = (!data.is_empty()).then_some(data);
    for _ in 0..20 {
        match mount(Some("drydock"), at, Some("cgroup"), MsFlags::empty(), data) {
            Err(nix::errno::Errno::EBUSY) if !is_taken(data) => sleep(Duration::from_millis(10)),
            other => return other,
        }
    }
    mount(Some("drydock"), at, Some("cgroup"), MsFlags::empty(), data)
}

/// True where one of the controllers is in a hierarchy that is mounted here: EBUSY is then the answer.
fn is_taken(data: Option<&str>) -> bool {
    let mounted = hierarchies::mounted();
    let is_mounted = |option: &str| mounted.iter().any(|found| found.options.iter().any(|own| own == option));
    data.is_none_or(|data| data.split(',').any(is_mounted))
}
