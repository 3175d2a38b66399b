//! The controller's ends: keeper, agents, terminal.

use super::numbers::{Birth, PidSpace, Seat, Spaces, entered};
use super::protocol::{KEEPER, KeeperReply, KeeperRequest, ROLE, Request, Response, Setup, Work};
use super::terminal::Terminal;
use super::{HostError, Options, raw, wire};
use drydock_engine::host::HostProfile;
use drydock_engine::plan::{Actor, Answer, Call, Errno, FileRef, Observation, OpenMode, Probe};
use drydock_engine::shell::lost::may_freeze;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use std::collections::BTreeMap;
use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::net::UnixStream;
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Child, Command};
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::{Duration, Instant};

/// How long an agent may take for a call that does not wait by its nature. One that takes longer is frozen or
/// starved by its control groups.
const PATIENCE: Duration = Duration::from_secs(10);

/// How long the tasks that a program makes at its start are waited for.
const WORKERS_PATIENCE: Duration = Duration::from_millis(500);

/// How long a call may take that may freeze whoever makes it, before it is looked whether it has.
const SHORT_PATIENCE: Duration = Duration::from_millis(500);

/// How long one that did not answer the last time may take until it does.
const THAWING: Duration = Duration::from_secs(1);

/// How long one may take that did not answer twice: it is frozen or stopped.
const STILL_FROZEN: Duration = Duration::from_millis(150);

/// How long a task may take from its last words to its end.
const ENDING: Duration = Duration::from_secs(1);

/// Set by the signal handler: the person at the terminal pressed Ctrl-C.
static INTERRUPTED: AtomicBool = AtomicBool::new(false);

/// From now on, Ctrl-C ends what the session's foreground waits for; only a second one ends this program.
pub fn interrupt_on_sigint() {
    raw::on_sigint(&INTERRUPTED);
}

/// Forgets a Ctrl-C that nobody has acted upon; a second one would end the program.
pub fn forget_interrupt() {
    INTERRUPTED.store(false, Ordering::Relaxed);
}

/// What an agent said.
#[derive(Debug)]
pub(super) enum Said {
    /// To a call; the socket is a new child's.
    Answer(Answer, Option<UnixStream>),
    /// To a probe.
    Observation(Observation),
}

/// Why an agent said nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Gone {
    /// There is no agent in this actor.
    Never,
    /// Its socket was closed.
    Closed,
    /// It does not answer.
    Silent,
}

/// An actor as the controller knows it.
#[derive(Debug)]
struct Known {
    pid: u32,
    /// Its place in the pid namespaces.
    seat: Seat,
    /// The process that it is a thread of.
    process: u32,
    /// `None` from execve or its end on.
    agent: Option<UnixStream>,
    /// The request that it has not answered yet. It is asked nothing else before, and not waited for that long again.
    owes: Option<u64>,
    /// It was waited for again, in vain.
    still_silent: bool,
}

/// A session's controller side.
#[derive(Debug)]
pub(super) struct Connection {
    keeper: Child,
    link: Option<UnixStream>,
    terminal: Terminal,
    actors: BTreeMap<Actor, Known>,
    last_pid: u32,
    spaces: Spaces,
    last_request: u64,
}

impl Connection {
    /// Starts keeper and session.
    pub(super) fn start(profile: &HostProfile, options: &Options) -> Result<Self, HostError> {
        let state = state_directory(options)?;
        let program = options.program.clone().unwrap_or_else(|| PathBuf::from("/proc/self/exe"));
        let (terminal, writer) = Terminal::new().map_err(|errno| HostError::Keeper(errno.into()))?;
        let (link, keeper_end) = UnixStream::pair().map_err(HostError::Keeper)?;
        let errors = writer.try_clone().map_err(HostError::Keeper)?;
        let keeper = Command::new(program)
            .arg0("drydock")
            .env(ROLE, KEEPER)
            .stdin(OwnedFd::from(keeper_end))
            .stdout(writer)
            .stderr(errors)
            .spawn()
            .map_err(HostError::Keeper)?;
        let mut connection = Self {
            keeper,
            link: Some(link),
            terminal,
            actors: BTreeMap::new(),
            last_pid: profile.tasks.iter().map(|task| task.pid).max().unwrap_or(1),
            spaces: Spaces::default(),
            last_request: 0,
        };
        connection.set_up(Setup { profile: profile.clone(), state, id: new_id() })?;
        Ok(connection)
    }

    fn set_up(&mut self, setup: Setup) -> Result<(), HostError> {
        let link = self.link.as_ref().ok_or_else(|| HostError::Setup("no keeper".to_owned()))?;
        let reply = wire::send(link, &setup, &[]).and_then(|()| wire::receive::<KeeperReply>(link));
        let sockets = match reply {
            Ok((KeeperReply::Ready, sockets)) => sockets,
            Ok((KeeperReply::Failed(problem), _)) => return Err(HostError::Setup(problem)),
            Ok((KeeperReply::Done(_), _)) | Err(_) => {
                return Err(HostError::Setup(format!("the keeper ended. {}", self.terminal.take())));
            }
        };
        for (task, socket) in setup.profile.tasks.iter().zip(sockets) {
            let agent = UnixStream::from(socket);
            if !matches!(wire::receive(&agent), Ok((Response::Hello, _))) {
                let words = self.terminal.take();
                return Err(HostError::Setup(format!("the agent of {} did not start. {words}", task.actor)));
            }
            self.add(&Actor::new(task.actor.clone()), task.pid, task.pid, agent);
        }
        Ok(())
    }

    /// The pid of an actor in the session's pid namespace.
    pub(super) fn pid(&self, actor: &Actor) -> Option<u32> {
        self.actors.get(actor).map(|known| known.pid)
    }

    /// The pid of an actor as another one sees it.
    pub(super) fn pid_for(&self, viewer: &Actor, actor: &Actor) -> Option<u32> {
        let viewer = self.actors.get(viewer).map_or(0, |known| known.seat.own);
        self.actors.get(actor).map(|known| match self.spaces.number(&known.seat, viewer) {
            // What can't be seen from there has been written further up.
            0 => known.pid,
            number => number,
        })
    }

    /// What a child of an actor is going to be: its numbers are the next ones, as on a machine where nobody else makes
    /// tasks.
    pub(super) fn expect_child(&mut self, parent: &Actor, flags: &[String]) -> Birth {
        let seat = self.actors.get(parent).map(|known| known.seat.clone());
        let (own, mut space) = seat.map_or((0, 0), |seat| (seat.own, seat.children));
        if flags.iter().any(|flag| flag == "newpid") && own == space {
            space = self.spaces.add(space);
        }
        self.spaces.next(space, self.last_pid + 1)
    }

    /// Notes a new actor: a process, or a thread of one. It has told the number that its parent sees.
    pub(super) fn add_child(
        &mut self,
        parent: &Actor,
        child: &Actor,
        birth: Birth,
        (number, is_thread): (u32, bool),
        agent: UnixStream,
    ) {
        let own = self.actors.get(parent).map_or(0, |known| known.seat.own);
        let pid = if own == 0 { number } else { birth.pid() };
        let process = if is_thread { self.process(parent).unwrap_or(pid) } else { pid };
        self.spaces.gave(&birth);
        let numbers = if birth.numbers.len() > 1 { birth.numbers } else { vec![pid] };
        self.add(child, pid, process, agent);
        if let Some(known) = self.actors.get_mut(child) {
            known.seat = Seat { own: birth.space, children: birth.space, numbers };
        }
    }

    /// After unshare(2) and setns(2): children of the actor may be in another pid namespace.
    pub(super) fn changed_namespaces(&mut self, actor: &Actor, call: &Call) {
        let Some(own) = self.actors.get(actor).map(|known| known.seat.own) else { return };
        let children = match call {
            Call::Unshare { flags } if flags.iter().any(|flag| flag == "newpid") => {
                Some(self.spaces.add(own))
            }
            call => entered(call).and_then(|(number, children)| self.space_of(own, number, children)),
        };
        if let (Some(children), Some(known)) = (children, self.actors.get_mut(actor)) {
            known.seat.children = children;
        }
    }

    /// The pid namespace of the task with a number as it is seen from one, or that of its children.
    fn space_of(&self, viewer: PidSpace, number: u32, children: bool) -> Option<PidSpace> {
        let is_it = |known: &&Known| self.spaces.number(&known.seat, viewer) == number;
        let seat = self.actors.values().find(is_it).map(|known| &known.seat)?;
        Some(if children { seat.children } else { seat.own })
    }

    /// The session's first task.
    fn first(&self) -> Option<Actor> {
        self.actors.iter().find(|(_, known)| known.pid == 1).map(|(actor, _)| actor.clone())
    }

    /// Has the session's first task set the counter of pids, so that the next task gets this one (proc(5),
    /// `ns_last_pid`).
    pub(super) fn set_next_pid(&mut self, pid: u32) {
        let Some(first) = self.first() else { return };
        let call = Call::Write {
            file: FileRef::Path("/proc/sys/kernel/ns_last_pid".into()),
            data: pid.saturating_sub(1).to_string().into(),
            mode: OpenMode::Write,
        };
        // Where there is no such counter, the task has another number, and all else is as it was.
        let _ = self.ask(&first, Work::Perform(Box::new(call.clone()), Vec::new()), &call);
    }

    /// The process of an actor in the session's pid namespace.
    pub(super) fn process(&self, actor: &Actor) -> Option<u32> {
        self.actors.get(actor).map(|known| known.process)
    }

    /// Notes a new actor: a process, or a thread of one.
    pub(super) fn add(&mut self, actor: &Actor, pid: u32, process: u32, agent: UnixStream) {
        self.last_pid = self.last_pid.max(pid);
        self.actors.insert(
            actor.clone(),
            Known {
                pid,
                seat: Seat::outer(pid),
                process,
                agent: Some(agent),
                owes: None,
                still_silent: false,
            },
        );
    }

    /// execve(2), "Effect on process attributes": the other threads are gone, and the one that made the call has
    /// the process's number.
    pub(super) fn became_program(&mut self, actor: &Actor) {
        let Some(process) = self.process(actor) else { return };
        let first = self.actors.values().find(|known| known.pid == process).map(|known| known.seat.clone());
        self.actors.retain(|other, known| other == actor || known.process != process);
        if let Some(known) = self.actors.get_mut(actor) {
            known.pid = process;
            known.seat.numbers = first.map_or_else(|| vec![process], |seat| seat.numbers);
        }
    }

    /// A program makes so many tasks at its start, with the pids behind its own: waits a moment until they are
    /// there, so that what is typed next finds them, and gives no pid twice.
    pub(super) fn await_workers(&mut self, actor: &Actor, n_workers: u32) {
        let Some(pid) = self.pid(actor).filter(|_| n_workers > 0 && self.has_agent(&Actor::shell())) else {
            return;
        };
        let start = Instant::now();
        let mut next = pid + 1;
        while next <= pid + n_workers && start.elapsed() < WORKERS_PATIENCE {
            match self.look(&Actor::shell(), Probe::Path(format!("/proc/{next}").into())) {
                Ok(Said::Observation(Observation::Stat(_))) => next += 1,
                Ok(_) => std::thread::sleep(Duration::from_millis(2)),
                Err(_) => break,
            }
        }
        self.last_pid = self.last_pid.max(next - 1);
    }

    /// True where the actor takes calls.
    pub(super) fn has_agent(&self, actor: &Actor) -> bool {
        self.actors.get(actor).is_some_and(|known| known.agent.is_some())
    }

    /// True for a task that is an agent with nothing to do, while another actor asks.
    pub(super) fn is_idle_agent(&self, asker: &Actor, pid: u32) -> bool {
        // Who has no agent of its own is answered for by the shell.
        let shell = Actor::shell();
        let asker = if self.has_agent(asker) { asker } else { &shell };
        // And for one that is stopped or frozen the first task.
        let is_silent = self.actors.get(asker).is_some_and(|known| known.owes.is_some());
        let first = self.first().filter(|_| is_silent);
        let asker = first.as_ref().unwrap_or(asker);
        self.actors.iter().any(|(actor, known)| actor != asker && known.pid == pid && known.agent.is_some())
    }

    /// What tasks have written since this was asked last.
    pub(super) fn take_terminal(&mut self) -> String {
        self.terminal.take()
    }

    /// Has an actor perform a call.
    pub(super) fn ask(&mut self, actor: &Actor, work: Work, call: &Call) -> Result<Said, Gone> {
        let patience = match call {
            Call::Wait4 { patience_ms: time, .. } | Call::ClockNanosleep { milliseconds: time } => {
                PATIENCE.checked_add(Duration::from_millis(*time))
            }
            // Until the other side of the pipe writes or ends.
            Call::Read { file: FileRef::Pipe(_), .. } => None,
            // Whoever freezes itself does not answer. The caller asks whether that is why, and waits on.
            Call::Write { file: FileRef::Path(path), .. } if may_freeze(&path.to_string()) => {
                Some(SHORT_PATIENCE)
            }
            _ => Some(PATIENCE),
        };
        self.exchange(actor, work, patience)
    }

    /// Waits on for the answer to the last call of an actor, which has been silent so far.
    pub(super) fn wait_longer(&mut self, actor: &Actor) -> Result<Said, Gone> {
        let known = self.actors.get_mut(actor).ok_or(Gone::Never)?;
        let (Some(id), Some(agent)) = (known.owes, known.agent.take()) else { return Err(Gone::Never) };
        let said = self.await_answer(&agent, id, Some(PATIENCE));
        self.keep(actor, agent, id, &said);
        said
    }

    /// Waits a moment for a task that has closed its socket on its way out to be gone, or a zombie: only then it has
    /// left its control groups (do_exit() in kernel/exit.c).
    pub(super) fn await_end(&mut self, actor: &Actor) {
        let (Some(pid), Some(first)) = (self.pid(actor), self.first()) else { return };
        let until = Instant::now() + ENDING;
        while Instant::now() < until {
            let stat = self.look(&first, Probe::File(format!("/proc/{pid}/stat").into()));
            let Ok(Said::Observation(Observation::Data(stat))) = stat else { return };
            if stat.rsplit_once(") ").is_none_or(|(_, rest)| rest.starts_with(['Z', 'X'])) {
                return;
            }
            std::thread::sleep(Duration::from_millis(1));
        }
    }

    /// Has an actor answer a probe.
    ///
    /// One that is stopped or frozen can't; what does not depend on who asks, the first task answers for it.
    pub(super) fn look(&mut self, actor: &Actor, probe: Probe) -> Result<Said, Gone> {
        let said = self.exchange(actor, Work::Observe(probe.clone()), Some(PATIENCE));
        match (said, self.first()) {
            (Err(Gone::Silent), Some(first)) if first != *actor => {
                self.exchange(&first, Work::Observe(probe), Some(PATIENCE))
            }
            (said, _) => said,
        }
    }

    fn exchange(&mut self, actor: &Actor, work: Work, patience: Option<Duration>) -> Result<Said, Gone> {
        let known = self.actors.get_mut(actor).ok_or(Gone::Never)?;
        let owes = known.owes;
        let thawing = if known.still_silent { STILL_FROZEN } else { THAWING };
        let agent = known.agent.take().ok_or(Gone::Never)?;
        // Who is frozen reads nothing, and would perform later what has been refused by then.
        let free = owes.map_or(Ok(()), |id| self.await_answer(&agent, id, Some(thawing)).map(drop));
        if let Err(gone) = free {
            self.keep(actor, agent, owes.unwrap_or_default(), &Err(gone));
            if let Some(known) = self.actors.get_mut(actor) {
                known.still_silent = true;
            }
            return Err(gone);
        }
        self.last_request += 1;
        let id = self.last_request;
        INTERRUPTED.store(false, Ordering::Relaxed);
        let sent = wire::send(&agent, &Request { id, work }, &[]);
        let said = sent.map_err(|_| Gone::Closed).and_then(|()| self.await_answer(&agent, id, patience));
        self.keep(actor, agent, id, &said);
        said
    }

    /// Keeps an agent that is still there.
    fn keep(&mut self, actor: &Actor, agent: UnixStream, id: u64, said: &Result<Said, Gone>) {
        if let (Ok(_) | Err(Gone::Silent), Some(known)) = (said, self.actors.get_mut(actor)) {
            known.agent = Some(agent);
            known.owes = said.is_err().then_some(id);
            known.still_silent &= said.is_err();
        }
    }

    fn await_answer(
        &mut self,
        agent: &UnixStream,
        id: u64,
        patience: Option<Duration>,
    ) -> Result<Said, Gone> {
        let until = patience.and_then(|patience| Instant::now().checked_add(patience));
        loop {
            self.wait_for(agent, until)?;
            match wire::receive::<Response>(agent).map_err(|_| Gone::Closed)? {
                (Response::Performed(of, answer), mut fds) if of == id => {
                    return Ok(Said::Answer(answer, fds.pop().map(UnixStream::from)));
                }
                (Response::Observed(of, observation), _) if of == id => {
                    return Ok(Said::Observation(observation));
                }
                // An answer to a question that nobody waits for any more.
                (Response::Performed(..) | Response::Observed(..) | Response::Hello, _) => {}
            }
        }
    }

    /// Waits until the agent says something, and reads the terminal meanwhile.
    fn wait_for(&mut self, agent: &UnixStream, until: Option<Instant>) -> Result<(), Gone> {
        let mut terminal_open = true;
        loop {
            if INTERRUPTED.swap(false, Ordering::Relaxed) {
                let _ = wire::send(agent, &Request { id: 0, work: Work::Interrupt }, &[]);
            }
            let left = until.map(|until| until.saturating_duration_since(Instant::now()));
            if left.is_some_and(|left| left.is_zero()) {
                return Err(Gone::Silent);
            }
            let timeout = left.map_or(PollTimeout::NONE, |left| {
                PollTimeout::try_from(left.max(Duration::from_millis(1))).unwrap_or(PollTimeout::MAX)
            });
            let mut fds = vec![PollFd::new(agent.as_fd(), PollFlags::POLLIN)];
            if terminal_open {
                fds.push(PollFd::new(self.terminal.fd(), PollFlags::POLLIN));
            }
            // EINTR is Ctrl-C: the loop looks.
            let polled = poll(&mut fds, timeout).is_ok();
            let answered = polled && fds[0].any() == Some(true);
            let written = polled && fds.get(1).is_some_and(|fd| fd.any() == Some(true));
            if written {
                terminal_open = self.terminal.drain();
            }
            if answered {
                return Ok(());
            }
        }
    }

    /// Has the keeper do something outside the session.
    pub(super) fn ask_keeper(&mut self, request: &KeeperRequest) -> Result<(), Errno> {
        let link = self.link.as_ref().ok_or(Errno::ESRCH)?;
        match wire::send(link, request, &[]).and_then(|()| wire::receive::<KeeperReply>(link)) {
            Ok((KeeperReply::Done(result), _)) => result,
            Ok(_) | Err(_) => Err(Errno::ESRCH),
        }
    }
}

impl Drop for Connection {
    /// The keeper ends the session and removes what it made as soon as the socket is closed.
    fn drop(&mut self) {
        self.actors.clear();
        self.link = None;
        let _ = self.keeper.wait();
    }
}

/// The state directory as an absolute path; the keeper has another working directory in mind.
fn state_directory(options: &Options) -> Result<PathBuf, HostError> {
    let error = |source: io::Error| HostError::State { path: options.state.clone(), source };
    std::fs::create_dir_all(&options.state).map_err(error)?;
    std::fs::canonicalize(&options.state).map_err(error)
}

/// Unique among the sessions that are there: the pid is, and the number within this process.
fn new_id() -> String {
    static COUNT: AtomicU32 = AtomicU32::new(1);
    let boot_ticks = crate::journal::Process::of(i32::try_from(std::process::id()).unwrap_or(0));
    let start = boot_ticks.map_or(0, |process| process.start);
    format!("{}-{start}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed))
}
