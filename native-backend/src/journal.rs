//! The journal: what a session makes on the machine, written down before it is made.
//!
//! Namespaces end with their last process, and mounts with their namespace. What stays when everybody has been
//! killed is a directory below each control group hierarchy, perhaps a hierarchy that the session has made, its files
//! on the disk, and the session's own directory with this journal. `STATE/ID/journal` has one JSON line for each;
//! `STATE/ID` is locked (flock(2)) for as long as the session's keeper lives.

use nix::fcntl::{Flock, FlockArg};
use serde::{Deserialize, Serialize};
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

/// A process that cannot be mistaken for a later one with the same pid.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Process {
    /// Its pid.
    pub(crate) pid: i32,
    /// When it started, in clock ticks since the machine did (field 22 of /proc/PID/stat).
    pub(crate) start: u64,
    /// Which start of the machine.
    pub(crate) boot: String,
}

impl Process {
    /// The process that has this pid now.
    pub(crate) fn of(pid: i32) -> Option<Self> {
        let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
        // After the name in parentheses comes field 3.
        let start = stat.get(stat.rfind(')')? + 2..)?.split(' ').nth(19)?.parse().ok()?;
        let boot = fs::read_to_string("/proc/sys/kernel/random/boot_id").ok()?.trim().to_owned();
        Some(Self { pid, start, boot })
    }
}

/// Something that a session is about to make.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Entry {
    /// The keeper.
    Keeper(Process),
    /// The session's first task, pid 1 in its namespace.
    Init(Process),
    /// A control group.
    Group(PathBuf),
    /// A directory on the disk, with all that is in it.
    Directory(PathBuf),
    /// A version 1 hierarchy, by its mount options.
    Hierarchy(String),
    /// The version 2 tree, which the machine has not mounted, so that the session may see the whole of it: the groups that
    /// are in it, from its root, the controllers that are switched on there, and the root's settings.
    Tree {
        /// The groups.
        groups: Vec<PathBuf>,
        /// The controllers.
        controllers: Vec<String>,
        /// Names of files and what is in them.
        settings: Vec<(String, String)>,
    },
    /// A file of the machine's with what is in it, which the session may change through a hierarchy's root.
    Setting(PathBuf, String),
    /// A controller switched on in a `cgroup.subtree_control` outside the session's groups.
    Controller(PathBuf, String),
}

impl Entry {
    /// The control group that was made.
    pub(crate) fn group(&self) -> Option<&Path> {
        if let Self::Group(path) = self { Some(path) } else { None }
    }
}

/// A session's directory, locked, and its journal.
#[derive(Debug)]
pub(crate) struct Journal {
    directory: PathBuf,
    file: File,
    _lock: Flock<File>,
}

impl Journal {
    /// Makes the session's directory and locks it.
    pub(crate) fn create(state: &Path, id: &str) -> io::Result<Self> {
        let _all = lock_state(state)?;
        let directory = state.join(id);
        fs::create_dir(&directory)?;
        let lock = try_lock(&directory)?.ok_or(io::ErrorKind::ResourceBusy)?;
        let file = OpenOptions::new().create(true).append(true).open(directory.join("journal"))?;
        Ok(Self { directory, file, _lock: lock })
    }

    /// The session's directory.
    pub(crate) fn directory(&self) -> &Path {
        &self.directory
    }

    /// Writes an entry down, for good.
    pub(crate) fn record(&mut self, entry: &Entry) -> io::Result<()> {
        let mut line = serde_json::to_vec(entry)?;
        line.push(b'\n');
        self.file.write_all(&line)?;
        self.file.sync_data()?;
        checkpoint();
        Ok(())
    }
}

/// What a journal says. A last line that is not whole was never acted upon.
pub(crate) fn read(directory: &Path) -> Vec<Entry> {
    let journal = fs::read_to_string(directory.join("journal")).unwrap_or_default();
    journal.lines().map_while(|line| serde_json::from_str(line).ok()).collect()
}

/// The lock on a session's directory; `None` where its keeper lives.
pub(crate) fn try_lock(directory: &Path) -> io::Result<Option<Flock<File>>> {
    match Flock::lock(File::open(directory)?, FlockArg::LockExclusiveNonblock) {
        Ok(lock) => Ok(Some(lock)),
        Err((_, nix::errno::Errno::EWOULDBLOCK)) => Ok(None),
        Err((_, errno)) => Err(errno.into()),
    }
}

/// Locks the state directory: no session begins or is cleaned up meanwhile.
pub(crate) fn lock_state(state: &Path) -> io::Result<Flock<File>> {
    loop {
        fs::create_dir_all(state)?;
        let directory = File::open(state)?;
        let lock = Flock::lock(directory, FlockArg::LockExclusive).map_err(|(_, errno)| errno)?;
        if state.exists() {
            return Ok(lock);
        }
        // `drydock clean` has removed it in between.
    }
}

/// The test hook that ends the keeper at its nth change to the machine, as `kill -9` would.
pub const KILL_AT: &str = "DRYDOCK_TEST_KILL_AT";

/// Called before and after each change to the machine; see [`KILL_AT`].
pub(crate) fn checkpoint() {
    static COUNT: AtomicU32 = AtomicU32::new(1);
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    let wanted = std::env::var(KILL_AT).ok().and_then(|text| text.parse::<u32>().ok());
    if wanted == Some(count) {
        let _ = nix::sys::signal::raise(nix::sys::signal::Signal::SIGKILL);
    }
}

#[cfg(test)]
mod tests {
    use super::{Entry, Journal, Process, read, try_lock};

    #[test]
    fn what_is_recorded_is_read_back_and_half_a_line_is_not() -> std::io::Result<()> {
        let state = std::env::temp_dir().join(format!("drydock-journal-{}", std::process::id()));
        let mut journal = Journal::create(&state, "one")?;
        let entry = Entry::Hierarchy("none,name=x".to_owned());
        journal.record(&entry)?;
        std::io::Write::write_all(&mut journal.file, b"{\"group\":\"/sys")?;
        assert_eq!(read(&state.join("one")), [entry]);
        assert!(try_lock(&state.join("one"))?.is_none());
        drop(journal);
        assert!(try_lock(&state.join("one"))?.is_some());
        std::fs::remove_dir_all(&state)
    }

    #[test]
    fn a_process_is_itself_and_pid_zero_is_nobody() {
        let own = i32::try_from(std::process::id()).unwrap_or(0);
        assert!(Process::of(own).is_some_and(|process| process.start > 0));
        assert_eq!(Process::of(own), Process::of(own));
        assert_eq!(Process::of(0), None);
    }
}
