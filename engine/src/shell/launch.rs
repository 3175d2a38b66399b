//! Commands that set something up and then become the command behind them: `nice`, `taskset`, `cgexec`.
//!
//! What is set up is done by the task that becomes the command, so it ends with it. Where the command is a program,
//! that is its own task; where the shell performs the command itself, a child of the shell does both.

use super::commands::{Action, Command, Planned, Request, sh};
use super::commands::{Identity, identity};
use super::expand::Failure;
use super::interpret::{Flow, Interpreter};
use super::redirect::Redirection;
use super::simple::{Performer, Prepared, Saved};
use super::stream::{InputKind, Io, Sink, Source};
use super::{Hint, Stream, commands};
use crate::plan::{
    Actor, Backend, Call, Errno, FileRef, Observation, Observe, OpenMode, PriorityWhich, Probe, Reply,
    TaskRef, Text,
};

/// A step of the new task before it becomes the command.
#[derive(Clone, Debug)]
pub(super) struct Setup {
    /// What it does.
    pub(super) act: Act,
    /// The name of the message that says why.
    pub(super) why: &'static str,
    /// What a refusal means, for the task with this pid.
    pub(super) refused: fn(Errno, u32) -> Refused,
}

/// What a new task does before it becomes the command.
#[derive(Clone, Debug)]
pub(super) enum Act {
    /// A call about itself.
    Call(Call),
    /// It asks for its nice value and adds so much to it.
    Nice(i32),
    /// It writes its own pid into a file.
    WriteOwnPid(Text),
    /// It maps its own user or group of before, in a user namespace that it has made; `None` is to the same number.
    MapOwn {
        /// The group, not the user.
        group: bool,
        /// What it is inside.
        inside: Option<u32>,
    },
    /// It gives up its groups, if it may.
    TryClearGroups,
    /// It makes a child that does the rest, and ends as that one does. The word is what the task is called.
    Fork(&'static str),
    /// It becomes the command, as execve(2) has it, also where the shell performs that itself.
    Become,
}

impl Act {
    /// True where the task may do other things afterwards, or sees other files.
    fn changes_user(&self) -> bool {
        matches!(
            self,
            Self::Fork(_)
                | Self::Call(
                    Call::Setresuid { .. }
                        | Call::Setresgid { .. }
                        | Call::Setgroups { .. }
                        | Call::Unshare { .. }
                        | Call::Setns { .. }
                        | Call::Chroot { .. }
                )
        )
    }
}

/// What becomes of a command whose set-up was refused.
#[derive(Clone, Debug)]
pub(super) enum Refused {
    /// It does not run: the status and what is said.
    Ends(u8, String),
    /// It is said, and the command runs all the same.
    GoesOn(String),
}

/// What a launching command comes to.
pub(super) enum Launched {
    /// Something that it does by itself, such as telling how it is used.
    Planned(Planned),
    /// Another command.
    Command(Launch),
}

/// Status and message, as it is printed, for the name of a command that is not there.
pub(super) type Missing = fn(&str) -> (u8, String);

/// A command to become.
pub(super) struct Launch {
    /// What is done before.
    pub(super) setup: Vec<Setup>,
    /// The command's words.
    pub(super) words: Vec<Text>,
    /// What is said of a command that is not there.
    pub(super) missing: Missing,
}

/// Reads a launching command's words.
pub(super) type Launcher = fn(&Request<'_>) -> Launched;

impl Interpreter<'_> {
    /// Takes launching commands off the front of a command.
    pub(super) fn unwrap_launchers(&self, mut prepared: Prepared) -> Prepared {
        while let Performer::Shell(command) = self.performer(&prepared.words)
            && let Action::Launch(launcher) = command.action
        {
            let Launched::Command(launch) = self.ask_launcher(command, launcher, &prepared.words) else {
                break;
            };
            prepared.words = launch.words;
            prepared.setup.extend(launch.setup);
            prepared.missing = Some(launch.missing);
        }
        prepared
    }

    fn ask_launcher(&self, command: &'static Command, launcher: Launcher, words: &[Text]) -> Launched {
        let actor = self.actor();
        launcher(&Request {
            command,
            actor: &actor,
            arguments: words.get(1..).unwrap_or_default(),
            observe: &self.backend,
            to_terminal: self.shell.has_screen && self.io.stdout == Sink::Terminal(Stream::Stdout),
        })
    }

    /// Who performs a command that was launched: only programs can be, and what stands for one here.
    pub(super) fn launched_performer(&self, words: &[Text]) -> Performer {
        match self.performer(words) {
            Performer::Shell(command) if command.builtin && !IS_A_PROGRAM_TOO.contains(&command.name) => {
                Performer::Missing
            }
            Performer::Function(_) | Performer::Nobody => Performer::Missing,
            other => other,
        }
    }

    /// Runs a launched command whose task makes a child for the rest of the set-up: `unshare --fork`.
    pub(super) fn run_forked(&mut self, mut prepared: Prepared) -> Flow {
        let Some((first, name)) = take_first(&mut prepared) else { return Flow::Next };
        // Files are opened before anything changes.
        let io = match self.open_beforehand(&prepared.redirections) {
            Ok(io) => io,
            Err(failure) => return self.fail(&failure, 1),
        };
        prepared.redirections.clear();
        let child = match self.clone_child(name) {
            Ok(child) => child,
            Err(failure) => return self.fail(&failure, 254),
        };
        let outer = std::mem::replace(&mut self.io, io);
        let flow = match self.perform_setup(&child, &first) {
            Err((status, message)) => {
                self.complain(&message);
                self.set_status(status)
            }
            Ok(()) => self.in_child(&child, |shell| shell.run_prepared(prepared, false)),
        };
        self.io = outer;
        self.end_and_await(child, flow)
    }

    /// The task becomes a command that the shell performs: what execve(2) does to it happens.
    fn become_command(&mut self, actor: &Actor, setup: &[Setup], words: &[Text]) {
        if setup.iter().any(|setup| matches!(setup.act, Act::Become)) {
            // Where it is refused, the task stays what it was.
            let _ = self.step_by(actor, Call::Execveat { argv: words.to_vec() }, "why-execve");
        }
    }

    /// Runs a launched command that the shell performs itself, in a task of its own.
    pub(super) fn run_in_own_task(&mut self, mut prepared: Prepared) -> Flow {
        let setup = std::mem::take(&mut prepared.setup);
        let missing = prepared.missing.take();
        // Files are opened before the command becomes somebody else, and stay open to it.
        let outer = if setup.iter().any(|setup| setup.act.changes_user()) {
            match self.open_beforehand(&prepared.redirections) {
                Ok(io) => {
                    prepared.redirections.clear();
                    Some(std::mem::replace(&mut self.io, io))
                }
                Err(failure) => return self.fail(&failure, 1),
            }
        } else {
            None
        };
        let name = prepared.words.first().map(|word| self.resolve(word)).unwrap_or_default();
        let child = match self.clone_child(&name) {
            Ok(child) => child,
            Err(failure) => {
                if let Some(io) = outer {
                    self.io = io;
                }
                return self.fail(&failure, 254);
            }
        };
        let flow = match (self.perform_setup(&child, &setup), self.launched_performer(&prepared.words)) {
            (Err((status, message)), _) => {
                self.complain(&message);
                self.set_status(status)
            }
            (Ok(()), Performer::Missing) => {
                let (status, message) =
                    missing.map_or_else(|| (127, format!("{name}\n")), |missing| missing(&name));
                self.complain_as_is(&message);
                if self.backend.is_model() && commands::NOT_MODELLED.contains(&name.as_str()) {
                    self.hint(Hint::new("hint-not-modelled").with("command", &name));
                }
                self.set_status(status)
            }
            (Ok(()), _) if self.is_new_shell(&prepared.words) => {
                self.become_command(&child, &setup, &prepared.words);
                self.in_child(&child, |shell| shell.run_new_shell(&prepared))
            }
            (Ok(()), _) => {
                self.become_command(&child, &setup, &prepared.words);
                self.in_child(&child, |shell| shell.run_prepared(prepared, false))
            }
        };
        if let Some(io) = outer {
            self.io = io;
        }
        self.end_and_await(child, flow)
    }

    /// True for `sh` and what follows it.
    pub(super) fn is_new_shell(&self, words: &[Text]) -> bool {
        matches!(self.performer(words), Performer::Shell(command) if command.name == sh::SH.name)
    }

    /// True for a task that nothing is left to do for but a last command, whose output nobody collects.
    pub(super) fn may_become_shell(&self) -> bool {
        let collected = |sink: &Sink| matches!(sink, Sink::Capture(_));
        !self.is_session_shell() && !collected(&self.io.stdout) && !collected(&self.io.stderr)
    }

    /// The task that runs does the set-up and becomes a new shell, as its last command.
    pub(super) fn become_new_shell(&mut self, prepared: Prepared) -> Flow {
        let actor = self.actor();
        // Files are opened before the command becomes somebody else.
        let changes_user = prepared.setup.iter().any(|setup| setup.act.changes_user());
        let io =
            if changes_user { self.open_beforehand(&prepared.redirections) } else { Ok(self.io.clone()) };
        let io = match io {
            Ok(io) => io,
            Err(failure) => return self.fail(&failure, 1),
        };
        let redirections = if changes_user { Vec::new() } else { prepared.redirections.clone() };
        let prepared = Prepared { redirections, ..prepared };
        let outer = std::mem::replace(&mut self.io, io);
        let flow = match self.perform_setup(&actor, &prepared.setup) {
            Ok(()) => {
                self.become_command(&actor, &prepared.setup, &prepared.words);
                self.run_new_shell(&prepared)
            }
            Err((status, message)) => {
                self.complain(&message);
                self.set_status(status)
            }
        };
        self.io = outer;
        flow
    }

    /// The task that runs is the new shell, with the variables and redirections of its command.
    fn run_new_shell(&mut self, prepared: &Prepared) -> Flow {
        let saved = match self.assign_for_new_shell(prepared) {
            Ok(saved) => saved,
            Err(failure) => return self.fail(&failure, 1),
        };
        let flow = self.run_redirected(&prepared.redirections, |shell| {
            sh::become_shell(shell, prepared.words.get(1..).unwrap_or_default())
        });
        self.restore(saved);
        flow
    }

    /// Sets the variables of `NAME=value sh …`, which the new shell has in its environment.
    pub(super) fn assign_for_new_shell(&mut self, prepared: &Prepared) -> Result<Vec<Saved>, Failure> {
        let saved = self.assign_for_now(prepared)?;
        for (name, _) in &prepared.assignments {
            if let Some(variable) = self.shell.state.variables.get_mut(name) {
                variable.exported = true;
            }
        }
        Ok(saved)
    }

    /// Opens what a command reads and writes, as the task that runs now: its later reads and writes are this task's.
    pub(super) fn open_beforehand(&mut self, redirections: &[Redirection]) -> Result<Io, Failure> {
        let io = self.apply(redirections, false)?;
        self.open_unwritten(&io)?;
        let opener = self.actor();
        for sink in [&io.stdout, &io.stderr] {
            if let Sink::File(index) = sink
                && let Some(file) = self.files.get_mut(*index)
            {
                file.opener.get_or_insert(opener.clone());
                if file.mode == OpenMode::Truncate {
                    file.mode = OpenMode::Write;
                }
            }
        }
        // What it reads is read at once.
        if let Source::Input(_) = &io.stdin
            && let Ok(text) = self.read_all(&io.stdin)
        {
            return Ok(Io { stdin: self.add_input(InputKind::Held, Some(text)), ..io });
        }
        Ok(io)
    }

    /// Runs something with redirections.
    fn run_redirected(&mut self, redirections: &[Redirection], run: impl FnOnce(&mut Self) -> Flow) -> Flow {
        let io = match self.apply(redirections, false) {
            Ok(io) => io,
            Err(failure) => return self.fail(&failure, 1),
        };
        let outer = std::mem::replace(&mut self.io, io);
        let flow = run(self);
        self.io = outer;
        flow
    }

    /// The set-up of a new task.
    ///
    /// # Errors
    /// The status and the message of the command that can't run.
    pub(super) fn perform_setup(&mut self, actor: &Actor, setup: &[Setup]) -> Result<(), (u8, String)> {
        for Setup { act, why, refused } in setup {
            let call = match act {
                Act::Fork(_) | Act::Become => continue,
                Act::TryClearGroups => Call::Setgroups { groups: Vec::new() },
                Act::MapOwn { group, inside } => map_own(&self.noted_identity, *group, *inside),
                Act::Call(call) => call.clone(),
                Act::Nice(by) => self.lower_priority(actor, *by, why),
                Act::WriteOwnPid(path) => Call::Write {
                    file: FileRef::Path(path.clone()),
                    data: Text::pid_of(actor),
                    mode: OpenMode::Write,
                },
            };
            if matches!(&call, Call::Unshare { flags } if flags.iter().any(|flag| flag == "newuser")) {
                // In a user namespace of its own the task is nobody at first.
                self.noted_identity = self.identity_of(actor);
            }
            if let Err(refusal) = self.step_by(actor, call, why) {
                let path = named_path(act).map(|path| self.resolve(path)).unwrap_or_default();
                match refused(refusal.errno, self.backend.pid(actor).unwrap_or(0)) {
                    Refused::Ends(status, message) => return Err((status, message.replace("{path}", &path))),
                    Refused::GoesOn(message) if message.is_empty() => {}
                    Refused::GoesOn(message) => self.complain(&message),
                }
            }
        }
        Ok(())
    }

    /// Who a task is, as /proc tells it.
    fn identity_of(&self, actor: &Actor) -> Identity {
        match self.backend.observe(actor, &Probe::File(Text::from("/proc/self/status"))) {
            Observation::Data(status) => identity(&status),
            _ => Identity::default(),
        }
    }

    /// The call that changes a task's nice value by so much.
    fn lower_priority(&mut self, actor: &Actor, by: i32, why: &str) -> Call {
        let (which, task) = (PriorityWhich::Process, TaskRef::Pid(0));
        let now = match self.step_by(actor, Call::Getpriority { which, task: task.clone() }, why) {
            Ok(Reply::Nice(nice)) => nice,
            _ => 0,
        };
        Call::Setpriority { which, task, nice: now.saturating_add(by) }
    }
}

/// The path that a set-up's message names as `{path}`.
fn named_path(act: &Act) -> Option<&Text> {
    match act {
        Act::Call(Call::Chroot { path }) => Some(path),
        _ => None,
    }
}

/// Takes the part of a set-up before the fork off a command; gives it and what the task is called that does it.
pub(super) fn take_first(prepared: &mut Prepared) -> Option<(Vec<Setup>, &'static str)> {
    let index = prepared.setup.iter().position(|setup| matches!(setup.act, Act::Fork(_)))?;
    let rest = prepared.setup.split_off(index + 1);
    let Some(Act::Fork(name)) = prepared.setup.pop().map(|setup| setup.act) else { return None };
    Some((std::mem::replace(&mut prepared.setup, rest), name))
}

/// Writes the map of one id.
fn map_own(own: &Identity, group: bool, inside: Option<u32>) -> Call {
    let (file, outside) = if group { ("gid_map", own.egid) } else { ("uid_map", own.euid) };
    Call::Write {
        file: FileRef::Path(Text::from(format!("/proc/self/{file}"))),
        data: Text::from(format!("{} {outside} 1", inside.unwrap_or(outside))),
        mode: OpenMode::Write,
    }
}

/// Commands of the shell that are programs on every Linux as well.
const IS_A_PROGRAM_TOO: [&str; 9] = ["[", "echo", "env", "false", "kill", "printf", "pwd", "test", "true"];
