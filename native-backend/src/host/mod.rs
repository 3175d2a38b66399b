//! A session on the real kernel: the engine's plans, performed by Linux.
//!
//! | module | what it is | where it runs |
//! |---|---|---|
//! | here, [`connection`], [`numbers`], [`resolve`], [`terminal`] | [`LinuxHost`], a kernel to the engine | controller |
//! | [`profile`], [`machine`], [`disk`] | which hosts this machine can be | controller |
//! | [`keeper`], [`hierarchies`], [`groups`] | what is made on the machine, and its removal | keeper |
//! | [`init`], [`rootfs`] | the first task: namespaces, root, the other tasks | session |
//! | [`agent`], [`again`], [`calls`], [`files`], [`attributes`], [`process`], [`scheduling`], [`namespaces`], [`settle`], [`fatal`], [`observe`], [`proc_view`] | calls, probes | each actor |
//! | [`wire`], [`protocol`], [`raw`] | messages; the few unsafe system calls | all |

mod again;
mod agent;
mod attributes;
mod calls;
mod connection;
pub(crate) mod disk;
mod error;
mod fatal;
mod files;
pub(crate) mod groups;
pub(crate) mod hierarchies;
mod init;
mod keeper;
pub(crate) mod machine;
mod namespaces;
mod numbers;
mod observe;
mod proc_view;
mod process;
pub mod profile;
pub(crate) mod protocol;
pub(crate) mod raw;
mod resolve;
pub(crate) mod rootfs;
mod scheduling;
mod settle;
mod terminal;
mod users;
mod wire;

pub use connection::{forget_interrupt, interrupt_on_sigint};
pub use error::HostError;

use connection::{Connection, Gone, Said};
use drydock_engine::host::HostProfile;
use drydock_engine::plan::reply::FileKind;
use drydock_engine::plan::{
    Actor, Answer, Backend, Call, Errno, FileRef, Observation, Observe, Probe, Refusal, Reply, Step, Text,
};
use drydock_engine::shell::lost::{self, Lost};
use numbers::Birth;
use protocol::{KeeperRequest, Work};
use std::cell::RefCell;
use std::path::PathBuf;

/// What a caller may choose.
#[derive(Clone, Debug)]
pub struct Options {
    /// Where journals are: `/run/drydock`.
    pub state: PathBuf,
    /// The `drydock` program, which is keeper and agents; `None` for the program that is running.
    pub program: Option<PathBuf>,
}

/// The real kernel, seen from inside a session of its own. Dropping it ends the session and removes it.
#[derive(Debug)]
pub struct LinuxHost {
    connection: RefCell<Connection>,
}

/// If this process was started by a session as its keeper or as an agent, it becomes that and does not return.
/// To be called first thing in `main`.
pub fn run_if_part_of_a_session() {
    match std::env::var(protocol::ROLE).as_deref() {
        Ok(protocol::KEEPER) => keeper::run(),
        Ok(protocol::AGENT) => agent::run(),
        Ok(protocol::AGENT_AGAIN) => agent::run_again(),
        _ => {}
    }
}

impl LinuxHost {
    /// Starts a session that looks like the profile.
    ///
    /// # Errors
    ///
    /// See [`HostError`]; nothing is left of the session then.
    pub fn start(profile: &HostProfile, options: &Options) -> Result<Self, HostError> {
        if !nix::unistd::geteuid().is_root() {
            return Err(HostError::NotRoot);
        }
        Ok(Self { connection: RefCell::new(Connection::start(profile, options)?) })
    }

    fn call(&self, actor: &Actor, call: &Call) -> Answer {
        if let Call::Clone3 { child, .. } = call
            && self.is_there(child)
        {
            return Err(Refusal::bare(Errno::EEXIST, call.name()));
        }
        let mut connection = self.connection.borrow_mut();
        let gone = || Refusal::bare(Errno::ESRCH, call.name());
        let resolved = resolve::resolve(call, &|other| connection.pid_for(actor, other)).ok_or_else(gone)?;
        let birth = match call {
            Call::Clone3 { flags, .. } => Some(connection.expect_child(actor, flags)),
            _ => None,
        };
        let mut tids = birth.as_ref().map(Birth::tids).unwrap_or_default();
        let mut said = connection.ask(actor, Work::Perform(Box::new(resolved.clone()), tids.clone()), call);
        while let Ok(Said::Answer(Err(Refusal { errno: Errno::EPERM, .. }), _)) = &said {
            // Who is root in a user namespace chooses pids in the namespaces that this one owns, and only there. For
            // those above the session's counter is set, and the next pid is the one that is wanted.
            let Some(birth) = birth.as_ref().filter(|_| !tids.is_empty()) else { break };
            connection.set_next_pid(birth.pid());
            tids.pop();
            said = connection.ask(actor, Work::Perform(Box::new(resolved.clone()), tids.clone()), call);
        }
        if let (Err(Gone::Silent), Call::Write { file: FileRef::Path(path), data, .. }) = (&said, call)
            && lost::may_freeze(&path.to_string())
        {
            let pid = connection.process(actor);
            drop(connection);
            if lost::look(self, pid, true) == Some(Lost::Frozen) {
                let data = data.resolve(|actor| self.pid(actor));
                return Ok(Reply::Count(data.map_or(0, |data| data.len() as u64)));
            }
            connection = self.connection.borrow_mut();
            said = connection.wait_longer(actor);
        }
        match (said, call) {
            (Ok(Said::Answer(Ok(Reply::Pid(pid)), Some(socket))), Call::Clone3 { child, flags }) => {
                let is_thread = flags.iter().any(|flag| flag == "thread");
                connection.add_child(actor, child, birth.unwrap_or_default(), (pid, is_thread), socket);
                Ok(Reply::Pid(pid))
            }
            (Ok(Said::Answer(Ok(reply), _)), Call::Execveat { .. }) => {
                connection.became_program(actor);
                Ok(reply)
            }
            (Ok(Said::Answer(Ok(reply), _)), Call::Unshare { .. } | Call::Setns { .. }) => {
                connection.changed_namespaces(actor, &resolved);
                Ok(reply)
            }
            (Ok(Said::Answer(answer, _)), _) => answer,
            (Ok(Said::Observation(_)), _) => Err(Refusal::bare(Errno::EIO, call.name())),
            // The agent's socket is closed by execve, and by its end.
            (Err(Gone::Closed), Call::Execve { argv, .. }) => {
                connection.became_program(actor);
                connection.await_workers(actor, crate::workload::workers(argv));
                Ok(Reply::Done)
            }
            (Err(Gone::Closed), Call::ExitGroup { .. } | Call::Exit { .. }) => {
                connection.await_end(actor);
                Ok(Reply::Done)
            }
            (Err(Gone::Closed), Call::Kill { .. }) => {
                connection.await_end(actor);
                Ok(Reply::Done)
            }
            (Err(Gone::Closed), Call::Write { file: FileRef::Path(path), data, .. })
                if path.to_string().ends_with("cgroup.kill") =>
            {
                connection.await_end(actor);
                let pids = |actor: &Actor| connection.pid(actor);
                Ok(Reply::Count(data.resolve(pids).map_or(0, |data| data.len() as u64)))
            }
            (Err(Gone::Closed | Gone::Never), _) => Err(gone()),
            (Err(Gone::Silent), _) => Err(Refusal::bare(Errno::EINTR, call.name())),
        }
    }

    /// mount(2) of a version 1 hierarchy. A new one can be made only outside the session's cgroup namespace
    /// (see [`KeeperRequest::Create`]); the keeper makes it, and then it is there to be mounted inside.
    fn mount_cgroup(&self, step: &Step, data: &Text) -> Answer {
        let keeper = |request| self.connection.borrow_mut().ask_keeper(&request);
        let data = data.resolve(|actor| self.pid(actor)).unwrap_or_default();
        let answer = self.call(&step.actor, &step.call);
        match answer {
            Ok(reply) => {
                // A failure to write it down would mean that it may be left behind after a crash.
                keeper(KeeperRequest::Note(data)).map_err(|errno| Refusal::bare(errno, "mount"))?;
                Ok(reply)
            }
            Err(Refusal { errno: Errno::EPERM, .. }) if self.is_root(&step.actor) => {
                keeper(KeeperRequest::Create(data)).map_err(|errno| Refusal::bare(errno, "mount"))?;
                let answer = self.call(&step.actor, &step.call);
                let released = keeper(KeeperRequest::Release);
                answer
                    .and_then(|reply| released.map(|()| reply).map_err(|errno| Refusal::bare(errno, "mount")))
            }
            Err(other) => Err(other),
        }
    }
}

impl LinuxHost {
    /// True where a task has this name: a child with the same could not be told from it.
    fn is_there(&self, actor: &Actor) -> bool {
        let path = self.pid(actor).map(|pid| Text::from(format!("/proc/{pid}")));
        path.is_some_and(|path| {
            matches!(self.observe(&Actor::shell(), &Probe::Path(path)), Observation::Stat(_))
        })
    }

    /// Asks for something that tells the states of tasks, and again where an agent was seen on its way back to sleep:
    /// it runs for a moment after its answer, which no task of the session does.
    fn once_agents_sleep<T>(&self, actor: &Actor, ask: impl Fn() -> T, seen: impl Fn(&T) -> Vec<u32>) -> T {
        for _ in 0..50 {
            let answer = ask();
            let connection = self.connection.borrow();
            if !seen(&answer).iter().any(|pid| connection.is_idle_agent(actor, *pid)) {
                return answer;
            }
            drop(connection);
            std::thread::sleep(std::time::Duration::from_millis(2));
        }
        ask()
    }

    /// True where an actor acts as root.
    fn is_root(&self, actor: &Actor) -> bool {
        let status = self.observe(actor, &Probe::File(Text::from("/proc/self/status")));
        let Observation::Data(status) = status else { return false };
        let ids = status.lines().find_map(|line| line.strip_prefix("Uid:\t"));
        ids.and_then(|ids| ids.split('\t').nth(1)) == Some("0")
    }
}

fn is_remount(flags: &[String]) -> bool {
    flags.iter().any(|flag| flag == "remount")
}

impl LinuxHost {
    /// mount(2) with MS_REMOUNT of a version 1 hierarchy. It changes which controllers the hierarchy has, and by
    /// them it is removed later.
    fn remount_cgroup(&self, step: &Step, data: &Text, target: &Text) -> Answer {
        let data = data.resolve(|actor| self.pid(actor)).unwrap_or_default();
        let noted = self.connection.borrow_mut().ask_keeper(&KeeperRequest::Remount(data));
        noted.map_err(|errno| Refusal::bare(errno, "mount"))?;
        // A removed group counts for some milliseconds more, and for so long the hierarchy is busy.
        for _ in 0..20 {
            match self.call(&step.actor, &step.call) {
                Err(Refusal { errno: Errno::EBUSY, .. }) if !self.has_directories(&step.actor, target) => {
                    std::thread::sleep(std::time::Duration::from_millis(10));
                }
                answer => return answer,
            }
        }
        self.call(&step.actor, &step.call)
    }

    fn has_directories(&self, actor: &Actor, path: &Text) -> bool {
        match self.observe(actor, &Probe::Directory(path.clone())) {
            Observation::Entries(entries) => entries.iter().any(|entry| entry.kind == FileKind::Directory),
            _ => false,
        }
    }
}

/// The tasks that an answer shows running: out of /proc/PID/stat or status, or of a list of all tasks.
fn running(observation: &Observation) -> Vec<u32> {
    match observation {
        Observation::Data(text) => running_in(text).into_iter().collect(),
        Observation::Tasks(tasks) => {
            tasks.iter().filter(|task| task.state == 'R').map(|task| task.pid).collect()
        }
        _ => Vec::new(),
    }
}

/// The task of a /proc/PID/stat or status that says R.
fn running_in(text: &str) -> Option<u32> {
    if let Some((_, rest)) = text.rsplit_once(") ") {
        return text.split(' ').next()?.parse().ok().filter(|_| rest.starts_with("R "));
    }
    let field = |name: &str| text.lines().find_map(|line| line.strip_prefix(name));
    field("Pid:\t")?.parse().ok().filter(|_| field("State:\tR").is_some())
}

/// True for a file that may tell a task's state.
fn tells_a_state(path: &Text) -> bool {
    let path = path.to_string();
    path.starts_with("/proc/") && (path.ends_with("/stat") || path.ends_with("/status"))
}

impl LinuxHost {
    fn look(&self, actor: &Actor, probe: &Probe) -> Observation {
        let mut connection = self.connection.borrow_mut();
        let plain = |text: &Text| text.resolve(|other| connection.pid_for(actor, other)).map(Text::from);
        let resolved = match probe {
            Probe::Path(path) => plain(path).map(Probe::Path),
            Probe::Directory(path) => plain(path).map(Probe::Directory),
            Probe::File(path) => plain(path).map(Probe::File),
            Probe::Link(path) => plain(path).map(Probe::Link),
            Probe::Target(path) => plain(path).map(Probe::Target),
            Probe::WorkingDirectory | Probe::Mounts | Probe::Tasks | Probe::States(_) | Probe::Cgroups => {
                Some(probe.clone())
            }
        };
        let Some(probe) = resolved else { return Observation::Refused(Errno::ESRCH) };
        // An actor that is a program by now has no agent; it is in the same namespaces as the shell.
        let shell = Actor::shell();
        let asked = if connection.has_agent(actor) { actor } else { &shell };
        match connection.look(asked, probe) {
            Ok(Said::Observation(observation)) => observation,
            Ok(Said::Answer(..)) | Err(_) => Observation::Refused(Errno::ESRCH),
        }
    }
}

impl Observe for LinuxHost {
    fn observe(&self, actor: &Actor, probe: &Probe) -> Observation {
        match probe {
            Probe::Tasks => self.once_agents_sleep(actor, || self.look(actor, probe), running),
            Probe::File(path) if tells_a_state(path) => {
                self.once_agents_sleep(actor, || self.look(actor, probe), running)
            }
            _ => self.look(actor, probe),
        }
    }

    fn pid(&self, actor: &Actor) -> Option<u32> {
        self.connection.borrow().pid(actor)
    }

    fn pid_for(&self, viewer: &Actor, actor: &Actor) -> Option<u32> {
        self.connection.borrow().pid_for(viewer, actor)
    }
}

impl Backend for LinuxHost {
    fn perform(&mut self, step: &Step) -> Answer {
        match &step.call {
            Call::Mount { fstype, flags, data, .. } if fstype == "cgroup" && flags.is_empty() => {
                self.mount_cgroup(step, data)
            }
            Call::Mount { fstype, flags, data, target, .. } if fstype == "cgroup" && is_remount(flags) => {
                self.remount_cgroup(step, data, target)
            }
            Call::Mount { fstype, flags, .. } if fstype == "cgroup2" && flags.is_empty() => {
                let noted = self.connection.borrow_mut().ask_keeper(&KeeperRequest::Tree);
                noted.map_err(|errno| Refusal::bare(errno, "mount"))?;
                self.call(&step.actor, &step.call)
            }
            Call::Read { file: FileRef::Path(path), .. } if tells_a_state(path) => {
                let seen = |answer: &Answer| match answer {
                    Ok(Reply::Data(text)) => running_in(text).into_iter().collect(),
                    _ => Vec::new(),
                };
                self.once_agents_sleep(&step.actor, || self.call(&step.actor, &step.call), seen)
            }
            _ => self.call(&step.actor, &step.call),
        }
    }

    fn take_terminal(&mut self) -> String {
        self.connection.borrow_mut().take_terminal()
    }

    fn is_model(&self) -> bool {
        false
    }
}

#[cfg(test)]
mod tests {
    use super::running_in;

    #[test]
    fn a_running_task_is_found_in_both_forms() {
        assert_eq!(running_in("12 (a) b) R 1 12 12\n"), Some(12));
        assert_eq!(running_in("12 (a) S 1 12 12\n"), None);
        assert_eq!(running_in("Name:\tsh\nState:\tR (running)\nPid:\t7\n"), Some(7));
        assert_eq!(running_in("Name:\tsh\nState:\tS (sleeping)\nPid:\t7\n"), None);
        assert_eq!(running_in("cpu  1 2 3\n"), None);
    }
}
