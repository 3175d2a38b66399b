//! Removing what sessions have left: `drydock clean`, and the start of the next session.

use crate::host::hierarchies::{self, Mounted};
use crate::host::{groups, raw, rootfs};
use crate::journal::{self, Entry, Process};
use nix::fcntl::Flock;
use nix::mount::{MntFlags, MsFlags, mount, umount2};
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::wait::{Id, WaitPidFlag, waitid};
use std::fs::{self, File};
use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::path::{Path, PathBuf};
use std::thread::sleep;
use std::time::{Duration, Instant};

/// How long a killed process may take to be gone.
const DYING: Duration = Duration::from_secs(5);

/// So many times a hierarchy that has outlived its mounts is mounted and unmounted again.
const OUTLIVING: u32 = 20;

/// Which sessions are removed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Which {
    /// Those whose keeper is gone.
    Dead,
    /// All, running ones included.
    All,
}

/// What was done.
#[derive(Debug, Default)]
pub struct Report {
    /// Ids of sessions of which nothing is left.
    pub removed: Vec<String>,
    /// What could not be removed, and why.
    pub problems: Vec<String>,
}

/// Removes sessions, for `drydock clean`: moves this program into a mount namespace of its own first.
///
/// # Errors
///
/// The state directory or the namespace; what could not be removed is in the report.
pub fn run(state: &Path, dead_only: bool) -> io::Result<Report> {
    if !state.exists() {
        return Ok(Report::default());
    }
    let needs_root =
        |errno| io::Error::other(format!("cleaning up needs root, try sudo drydock clean: {errno}"));
    nix::sched::unshare(nix::sched::CloneFlags::CLONE_NEWNS).map_err(needs_root)?;
    rootfs::make_private().map_err(io::Error::other)?;
    clean(state, if dead_only { Which::Dead } else { Which::All })
}

/// Removes sessions below a state directory. The caller is in a mount namespace of its own.
pub(crate) fn clean(state: &Path, which: Which) -> io::Result<Report> {
    let mut report = Report::default();
    if !state.exists() {
        return Ok(report);
    }
    let lock = journal::lock_state(state)?;
    for directory in sessions(state) {
        let id = directory.file_name().unwrap_or_default().to_string_lossy().into_owned();
        match clean_session(&directory, which) {
            Ok(true) => report.removed.push(id),
            Ok(false) => {}
            // Its own keeper was faster.
            Err(_) if !directory.exists() => {}
            Err(error) => report.problems.push(format!("session {id}: {error}")),
        }
    }
    // Others may have sessions there.
    let _ = fs::remove_dir(state);
    drop(lock);
    Ok(report)
}

/// Directories in which a journal may be.
fn sessions(state: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(state).into_iter().flatten().flatten();
    let directories = entries.filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir()));
    let mut paths: Vec<_> = directories.map(|entry| entry.path()).collect();
    paths.sort();
    paths
}

/// True where the session was removed, false where it is alive and shall live.
fn clean_session(directory: &Path, which: Which) -> io::Result<bool> {
    let lock = match (journal::try_lock(directory)?, which) {
        (Some(lock), _) => lock,
        (None, Which::Dead) => return Ok(false),
        (None, Which::All) => take_over(directory)?,
    };
    sweep(directory)?;
    drop(lock);
    Ok(true)
}

/// Ends a session's keeper and takes its lock. One that has just begun has not written itself down yet, and one
/// that is about to end has removed its journal: both are a matter of milliseconds.
fn take_over(directory: &Path) -> io::Result<Flock<File>> {
    let start = Instant::now();
    while start.elapsed() < DYING {
        for entry in journal::read(directory) {
            if let Entry::Keeper(process) = entry {
                end(&process, &[])?;
            }
        }
        if let Some(lock) = journal::try_lock(directory)? {
            return Ok(lock);
        }
        sleep(Duration::from_millis(10));
    }
    Err(io::Error::other("its keeper does not end"))
}

/// Removes everything that a session's journal names, and then the journal. Nobody else does so meanwhile.
pub(crate) fn sweep(directory: &Path) -> io::Result<()> {
    let entries = journal::read(directory);
    let hierarchies = mount_hierarchies(&entries, directory)?;
    // Where the session's tasks may be frozen.
    let mut places: Vec<&Path> = hierarchies.iter().map(|found| found.target.as_path()).collect();
    places.extend(entries.iter().filter_map(Entry::group));
    for entry in &entries {
        if let Entry::Init(process) = entry {
            end(process, &places)?;
        }
    }
    hierarchies.iter().try_for_each(end_hierarchy)?;
    // What was written down first is how it was.
    for entry in entries.iter().rev() {
        match entry {
            Entry::Tree { groups, controllers, settings } => {
                restore_tree(directory, groups, controllers, settings)?;
            }
            Entry::Setting(file, value) => fs::write(file, value)?,
            _ => {}
        }
    }
    entries.iter().filter_map(Entry::group).try_for_each(remove_group)?;
    for entry in &entries {
        if let Entry::Directory(path) = entry {
            remove_files(path)?;
        }
    }
    for entry in &entries {
        if let Entry::Controller(file, name) = entry {
            // Another session may need it still; it then removes it.
            let _ = fs::write(file, format!("-{name}"));
        }
    }
    fs::remove_dir_all(directory)
}

/// Removes a session's files on the disk. The journal may name what was not made any more.
fn remove_files(path: &Path) -> io::Result<()> {
    match fs::remove_dir_all(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        other => other.map_err(|error| io::Error::other(format!("{}: {error}", path.display()))),
    }
}

/// Mounts the hierarchies that the session made. One whose controllers are in another by now is gone; one that
/// is the machine's own under other options (`cpu,noprefix` is `cpu`) is left alone.
fn mount_hierarchies(entries: &[Entry], directory: &Path) -> io::Result<Vec<Mounted>> {
    let others: Vec<_> = hierarchies::mounted().into_iter().map(|found| found.device).collect();
    let mut mounted = Vec::new();
    for (index, entry) in entries.iter().enumerate() {
        if let Entry::Hierarchy(options) = entry {
            let at = directory.join(format!("hierarchy.{index}"));
            fs::create_dir_all(&at)?;
            if mount_hierarchy(options, &at).is_err() {
                continue;
            }
            let found = hierarchies::mounted().into_iter().find(|found| found.target == at);
            match found {
                Some(found) if !others.contains(&found.device) => mounted.push(found),
                // Also the second entry for the same hierarchy: it is mounted already.
                _ => unmount(&at)?,
            }
        }
    }
    Ok(mounted)
}

/// Kills a process, if it is still the one that was written down, and waits until it is gone.
///
/// A descriptor for the process is taken before it is looked at, so that the signal cannot hit another that
/// got the pid meanwhile.
fn end(process: &Process, places: &[&Path]) -> io::Result<()> {
    let Ok(pidfd) = raw::pidfd_open(process.pid) else { return Ok(()) };
    if Process::of(process.pid).as_ref() != Some(process) {
        return Ok(());
    }
    let _ = raw::pidfd_kill(&pidfd);
    let start = Instant::now();
    while !is_gone(&pidfd) {
        if start.elapsed() > DYING {
            return Err(io::Error::other(format!("process {} does not end", process.pid)));
        }
        // A frozen task dies only when it is thawed.
        places.iter().for_each(|place| groups::thaw(place));
    }
    reap(&pidfd);
    Ok(())
}

/// A dead child of this process is a zombie until it is asked for, and a zombie keeps the control groups that it died
/// in, though they have been removed: the hierarchies of those would outlive their last mount.
fn reap(pidfd: &OwnedFd) {
    // Not a child of this process: its parent asks.
    let _ = waitid(Id::PIDFd(pidfd.as_fd()), WaitPidFlag::WEXITED | WaitPidFlag::WNOHANG);
}

/// Waits a moment for a process to end.
fn is_gone(pidfd: &OwnedFd) -> bool {
    let timeout = PollTimeout::from(20_u8);
    poll(&mut [PollFd::new(pidfd.as_fd(), PollFlags::POLLIN)], timeout).is_ok_and(|count| count > 0)
}

/// Removes a session's group, and `drydock` above it where that was the last one in it.
fn remove_group(group: &Path) -> io::Result<()> {
    groups::remove(group).map_err(|error| io::Error::other(format!("{}: {error}", group.display())))?;
    if let Some(own) = group.parent() {
        let _ = fs::remove_dir(own);
    }
    Ok(())
}

fn mount_hierarchy(options: &str, at: &Path) -> nix::Result<()> {
    mount(Some("drydock"), at, Some("cgroup"), MsFlags::empty(), Some(options))
}

/// Removes all groups of a hierarchy that a session made, and with the last mount of it the hierarchy.
fn end_hierarchy(Mounted { target, options, .. }: &Mounted) -> io::Result<()> {
    let children: Vec<_> = groups::below(target).into_iter().skip(1).collect();
    let removed = children.iter().rev().try_for_each(|group| groups::remove(group));
    let data = hierarchies::mount_data(options);
    if removed.is_ok() {
        groups::reset_root(target);
    }
    unmount(target)?;
    if removed.is_ok() {
        mount_until_gone(options, target)?;
    }
    removed.map_err(|error| io::Error::other(format!("the hierarchy {data}: {error}")))
}

/// Mounts a hierarchy again that has outlived its mounts, and unmounts it, until it is gone; for some seconds.
///
/// cgroup.c, `cgroup_kill_sb`: the last umount ends a hierarchy only if its root has no children, and a removed group
/// counts for some milliseconds more; one with memory that was cached or charged in advance counts for longer.
pub(crate) fn mount_until_gone(options: &[String], target: &Path) -> io::Result<()> {
    let data = hierarchies::mount_data(options);
    for _ in 0..OUTLIVING {
        if is_gone_soon(options) || mount_hierarchy(&data, target).is_err() {
            return Ok(());
        }
        sleep(Duration::from_millis(50));
        unmount(target)?;
    }
    Ok(())
}

/// Takes out of the version 2 tree what a session made in it that saw the whole of it.
fn restore_tree(
    directory: &Path,
    before: &[PathBuf],
    controllers: &[String],
    settings: &[(String, String)],
) -> io::Result<()> {
    let at = directory.join("tree");
    fs::create_dir_all(&at)?;
    hierarchies::mount_tree(&at)?;
    let made: Vec<_> =
        hierarchies::groups_in(&at).into_iter().filter(|group| !before.contains(group)).collect();
    let removed = made.iter().rev().try_for_each(|group| groups::remove(&at.join(group)));
    let file = at.join("cgroup.subtree_control");
    for name in fs::read_to_string(&file).unwrap_or_default().split_whitespace() {
        if controllers.iter().all(|known| known != name) {
            let _ = fs::write(&file, format!("-{name}"));
        }
    }
    for (name, value) in settings {
        let _ = fs::write(at.join(name), value);
    }
    unmount(&at)?;
    removed.map_err(|error| io::Error::other(format!("the version 2 tree: {error}")))
}

/// Waits a moment for the kernel to take a hierarchy apart.
fn is_gone_soon(options: &[String]) -> bool {
    for _ in 0..20 {
        if !hierarchies::is_there(options) {
            return true;
        }
        sleep(Duration::from_millis(5));
    }
    false
}

/// Unmounts, asking again for a moment where it is still in use.
pub(crate) fn unmount(at: &Path) -> io::Result<()> {
    for _ in 0..50 {
        match umount2(at, MntFlags::empty()) {
            Err(nix::errno::Errno::EBUSY) => sleep(Duration::from_millis(10)),
            other => return Ok(other?),
        }
    }
    Ok(umount2(at, MntFlags::MNT_DETACH)?)
}
