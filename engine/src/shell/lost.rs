//! A shell whose own task has ended, or is stopped or frozen: nothing that it is told can be performed any more.
//!
//! Whatever does this to a task is a call that was performed, so calls are watched, and the task is looked at only
//! after one that may have done it. It can't look at itself: the first task of the host, which nothing ends, does.

use super::Hint;
use super::interpret::{Flow, Interpreter};
use crate::plan::{
    Actor, Answer, Backend, Call, Errno, FileRef, Helper, Observation, Observe, Probe, Refusal, Signal, Step,
};

/// The first task of every host.
const WITNESS: &str = "init";

/// Files by which tasks are frozen.
const FREEZING: [&str; 2] = ["cgroup.freeze", "freezer.state"];

/// Files by which tasks get into a group, which may be frozen.
const JOINING: [&str; 3] = ["cgroup.procs", "cgroup.threads", "tasks"];

/// What has become of a task that can't go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lost {
    /// It is no more, or a zombie.
    Gone,
    /// By a signal.
    Stopped,
    /// By its control group.
    Frozen,
}

/// What has become of the task of this pid; `None` where it can go on, as far as can be seen. `freezing` asks whether
/// it is frozen, too.
pub fn look(observe: &dyn Observe, pid: Option<u32>, freezing: bool) -> Option<Lost> {
    let witness = Actor::new(WITNESS);
    let Some(pid) = pid else { return Some(Lost::Gone) };
    let Observation::States(states) = observe.observe(&witness, &Probe::States(vec![pid])) else {
        return None;
    };
    match states.iter().find(|(found, _)| **found == pid).map(|(_, letter)| letter) {
        None | Some('Z' | 'X') => Some(Lost::Gone),
        Some('T') => Some(Lost::Stopped),
        Some(_) => (freezing && is_frozen(observe, &witness, pid)).then_some(Lost::Frozen),
    }
}

/// True where the group of a task says that it is frozen (cgroup-v2.rst, "cgroup.events"; freezer-subsystem.rst).
fn is_frozen(observe: &dyn Observe, witness: &Actor, pid: u32) -> bool {
    let read = |path: String| match observe.observe(witness, &Probe::File(path.into())) {
        Observation::Data(text) => text,
        _ => String::new(),
    };
    let Observation::Mounts(mounts) = observe.observe(witness, &Probe::Mounts) else { return false };
    let groups = read(format!("/proc/{pid}/cgroup"));
    let group = |wanted: &dyn Fn(&str) -> bool| {
        let fields = groups.lines().filter_map(|line| line.split_once(':')?.1.split_once(':'));
        fields
            .filter(|(controllers, _)| wanted(controllers))
            .map(|(_, path)| path.trim_end_matches('/'))
            .next()
    };
    mounts.iter().any(|mount| match mount.fstype.as_str() {
        "cgroup2" => group(&str::is_empty).is_some_and(|path| {
            read(format!("{}{path}/cgroup.events", mount.target)).lines().any(|line| line == "frozen 1")
        }),
        "cgroup" if mount.options.iter().any(|option| option == "freezer") => {
            let has_freezer = |controllers: &str| controllers.split(',').any(|name| name == "freezer");
            group(&has_freezer)
                .is_some_and(|path| read(format!("{}{path}/freezer.state", mount.target)).starts_with("FR"))
        }
        _ => false,
    })
}

/// True where a write to a file of this name may freeze the task that makes it.
pub fn may_freeze(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    FREEZING.contains(&name) || JOINING.contains(&name)
}

/// A kernel whose calls are watched for what may keep a shell from going on.
pub(super) struct Watched<'a> {
    below: &'a mut dyn Backend,
    /// Something was done that may end or stop a task, or a task could not act.
    pub(super) may_be_lost: bool,
    /// A group of the session has been frozen at some time.
    pub(super) freezes: bool,
}

impl<'a> Watched<'a> {
    pub(super) fn new(below: &'a mut dyn Backend, freezes: bool) -> Self {
        Self { below, may_be_lost: false, freezes }
    }

    fn watch(&mut self, call: &Call, answer: &Answer) {
        match (call, answer) {
            (_, Err(Refusal { errno: Errno::ESRCH | Errno::EINTR, .. })) => self.may_be_lost = true,
            (Call::Kill { signal, .. }, Ok(_)) => self.may_be_lost |= *signal != Signal(0),
            (Call::Write { file: FileRef::Path(path), .. }, _) => {
                let path = path.to_string();
                let name = path.rsplit('/').next().unwrap_or(&path);
                self.freezes |= FREEZING.contains(&name);
                self.may_be_lost |= name == "cgroup.kill" || self.freezes && may_freeze(name);
            }
            _ => {}
        }
    }
}

impl Observe for Watched<'_> {
    fn observe(&self, actor: &Actor, probe: &Probe) -> Observation {
        self.below.observe(actor, probe)
    }

    fn pid(&self, actor: &Actor) -> Option<u32> {
        self.below.pid(actor)
    }

    fn pid_for(&self, viewer: &Actor, actor: &Actor) -> Option<u32> {
        self.below.pid_for(viewer, actor)
    }
}

impl Backend for Watched<'_> {
    fn perform(&mut self, step: &Step) -> Answer {
        let answer = self.below.perform(step);
        self.watch(&step.call, &answer);
        answer
    }

    fn take_terminal(&mut self) -> String {
        self.below.take_terminal()
    }

    fn begin_command(&mut self, text: &str) {
        self.below.begin_command(text);
    }

    fn take_helper(&mut self) -> Option<Helper> {
        self.below.take_helper()
    }

    fn is_model(&self) -> bool {
        self.below.is_model()
    }
}

impl Interpreter<'_> {
    /// Looks at the task that runs this, where something has been done that may keep it from going on. Nothing more is
    /// run by it then.
    pub(super) fn unless_lost(&mut self, flow: Flow) -> Flow {
        if !self.backend.may_be_lost {
            return flow;
        }
        let actor = self.actor();
        let lost = look(&self.backend, self.backend.pid(&actor), self.backend.freezes);
        if actor != Actor::shell() {
            // Its parent tells how it has ended. It makes no exit of its own any more.
            self.replaced |= lost == Some(Lost::Gone);
            return if lost == Some(Lost::Gone) { Flow::Exit } else { flow };
        }
        self.backend.may_be_lost = false;
        self.shell.lost = lost;
        match lost {
            Some(lost) => {
                self.tell(lost);
                Flow::Abort
            }
            None => flow,
        }
    }

    /// Says what has happened to the session's shell, and what to do.
    fn tell(&mut self, lost: Lost) {
        let (hint, status) = match lost {
            Lost::Gone => ("hint-shell-gone", 137),
            Lost::Stopped => ("hint-shell-stopped", 1),
            Lost::Frozen => ("hint-shell-frozen", 1),
        };
        self.hints.retain(|known| known.id == hint);
        self.hint(Hint::new(hint));
        self.shell.state.status = status;
    }

    /// True where the session's shell was lost with an earlier line and still is: then this one is answered.
    pub(super) fn is_lost(&mut self) -> bool {
        self.backend.may_be_lost = self.shell.lost.is_some();
        self.unless_lost(Flow::Next).is_abort()
    }
}

/// True for a line that needs no task of the shell's own.
pub(super) fn is_for_others(line: &str) -> bool {
    matches!(line.split_whitespace().next(), Some("exit" | "help" | "sys"))
}
