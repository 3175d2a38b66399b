//! Programs as workloads: the model runs no code, it knows what each program does, takes and says.
//!
//! | module | what it holds |
//! |---|---|
//! | [`sleep`] | waiting |
//! | [`dd`] | copying, from what to where |
//! | [`bzip2`] | a filter that wants a whole CPU |
//! | [`stress`], [`memhog`] | workers that use CPUs and memory |
//! | [`yes`] | the same line again and again |
//! | [`text`] | numbers as the GNU programs read and write them |

mod bzip2;
mod dd;
pub mod memhog;
mod sleep;
pub mod stress;
mod text;
mod yes;

use super::fs::Place;
use super::fs::path::Walker;
use super::fs::ramfs::Content;
use super::refuse::{not_modelled, refuse_path};
use super::task::{Demand, Stdio, comm_of};
use super::user::access::Access;
use super::{Kernel, Task, limits};
use crate::plan::reply::FileKind;
use crate::plan::{Errno, Fidelity, Refusal, WaitStatus};
use serde::Serialize;

/// A program that the model knows.
#[derive(Clone, Copy, Debug)]
pub struct ProgramRow {
    /// Its name.
    pub name: &'static str,
    /// Its arguments, as its own help puts them.
    pub usage: &'static str,
    /// How true the model is.
    pub fidelity: Fidelity,
    /// The name of the message that says what it is.
    pub doc: &'static str,
}

/// All programs of [`crate::host::PROGRAMS`].
pub const PROGRAMS: [ProgramRow; 7] = [
    ProgramRow { name: "sleep", usage: "NUMBER[smhd]…", fidelity: Fidelity::Exact, doc: "program-sleep" },
    ProgramRow {
        name: "dd",
        usage: "[if=FILE] [of=FILE] [bs=BYTES] [count=N] [iflag=direct] [oflag=direct] [status=none]",
        fidelity: Fidelity::Partial("partial-program-dd"),
        doc: "program-dd",
    },
    ProgramRow {
        name: "bzip2",
        usage: "[-1 … -9] [-ckqvz]",
        fidelity: Fidelity::Partial("partial-program-bzip2"),
        doc: "program-bzip2",
    },
    ProgramRow { name: "true", usage: "", fidelity: Fidelity::Exact, doc: "program-true" },
    ProgramRow {
        name: "stress",
        usage: "[-c N] [-m N] [--vm-bytes BYTES] [--vm-hang N] [--vm-keep] [-t N] [-q]",
        fidelity: Fidelity::Partial("partial-program-stress"),
        doc: "program-stress",
    },
    ProgramRow {
        name: "memhog",
        usage: "[-rNUM] SIZE[kmg]",
        fidelity: Fidelity::Partial("partial-program-memhog"),
        doc: "program-memhog",
    },
    ProgramRow {
        name: "yes",
        usage: "[STRING]…",
        fidelity: Fidelity::Partial("partial-program-yes"),
        doc: "program-yes",
    },
];

/// When a workload ends by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Ends {
    Never,
    /// At this moment of the simulated clock.
    AtClock(u64),
    /// After so much CPU time, in milliseconds of a thousandth of a CPU.
    AfterWork(u64),
    /// When so many bytes have been moved to or from a disk.
    AfterTransfer(u64),
}

/// What a workload does at its end.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Behaviour {
    /// Nothing but to end.
    Quiet,
    /// It prints a text, and ends with this status.
    Print { text: String, status: u8 },
    /// It touches memory and prints dots.
    Memhog(memhog::Run),
    /// It waits for its workers.
    Stress(stress::Run),
    /// It writes lines to its standard output.
    Lines,
    /// It complains and fails.
    Fail { message: String, status: u8 },
    /// dd: what it has copied.
    Copy(dd::Copy),
    /// A filter from standard input to standard output.
    Filter,
}

/// A program at work.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Work {
    pub(crate) ends: Ends,
    pub(crate) behaviour: Behaviour,
}

/// What a program's start gives: what it asks for and what it does.
struct Launch {
    demand: Demand,
    work: Work,
}

impl Launch {
    fn new(demand: Demand, ends: Ends, behaviour: Behaviour) -> Self {
        Self { demand, work: Work { ends, behaviour } }
    }

    /// A program that ends at once: it did nothing, or complains.
    fn at_once(behaviour: Behaviour) -> Self {
        let demand = Demand { cpu_milli: 0, memory: 0, ends_after_ms: Some(0) };
        Self::new(demand, Ends::AfterWork(0), behaviour)
    }

    fn fail(message: String) -> Self {
        Self::at_once(Behaviour::Fail { message, status: 1 })
    }
}

impl Work {
    /// True for a program whose children end with it.
    pub(crate) fn has_workers(&self) -> bool {
        matches!(self.behaviour, Behaviour::Stress(_))
    }

    /// True where it ends with the end of its standard input.
    pub(crate) fn reads_input(&self) -> bool {
        match &self.behaviour {
            Behaviour::Filter => true,
            Behaviour::Copy(copy) => copy.from_input,
            Behaviour::Quiet
            | Behaviour::Print { .. }
            | Behaviour::Memhog(_)
            | Behaviour::Stress(_)
            | Behaviour::Lines
            | Behaviour::Fail { .. } => false,
        }
    }

    /// The line that it writes again and again.
    pub(crate) fn line(&self, argv: &[String]) -> Option<String> {
        matches!(self.behaviour, Behaviour::Lines).then(|| yes::line(argv))
    }

    /// True where it writes to its standard output all the time.
    pub(crate) fn writes_output(&self) -> bool {
        match &self.behaviour {
            Behaviour::Copy(copy) => copy.to.is_none(),
            Behaviour::Filter | Behaviour::Lines => true,
            Behaviour::Quiet
            | Behaviour::Print { .. }
            | Behaviour::Memhog(_)
            | Behaviour::Stress(_)
            | Behaviour::Fail { .. } => false,
        }
    }
}

/// execve(2): the caller becomes the program at `path`. Gives the process's number.
pub(crate) fn execve(
    kernel: &mut Kernel,
    task: &Task,
    path: &str,
    argv: Vec<String>,
) -> Result<u32, Refusal> {
    kernel.vet_nproc_at_exec(task)?;
    let place = Walker::new(kernel, task, "execve").place(&task.cwd, path)?;
    kernel.may_execute(task, &place, path)?;
    if let Some(words) = kernel.script_words(task, &place, &argv)? {
        kernel.become_program(task.pid, path, &words);
        return Ok(task.pid);
    }
    kernel.check_program(&place, path)?;
    let row = PROGRAMS.iter().find(|row| row.name == comm_of(path));
    let Some(row) = row else { return not_modelled("execve", &format!("the program {path}")) };
    let arguments = argv.get(1..).unwrap_or_default();
    let pid = kernel.take_over_process(task.pid);
    kernel.become_program(pid, path, &argv);
    let launch = match row.name {
        "sleep" => sleep::start(kernel.now_ms(), arguments),
        "dd" => dd::start(kernel, pid, arguments)?,
        "bzip2" => bzip2::start(kernel, pid, arguments)?,
        "stress" => stress::start(kernel, pid, arguments)?,
        "memhog" => memhog::start(kernel, arguments)?,
        "yes" => yes::start(kernel, task, &argv)?,
        _ => Launch::at_once(Behaviour::Quiet),
    };
    kernel.set_to_work(pid, launch);
    stress::dispatch(kernel, pid);
    Ok(pid)
}

impl Kernel {
    /// execve(2), "ERRORS": EACCES for what is no regular file, has no execute bit, or is on a noexec mount.
    fn may_execute(&self, task: &Task, place: &Place, path: &str) -> Result<(), Refusal> {
        let noexec = self.mounts.get(place.mount).is_some_and(|mount| mount.flags.noexec);
        let stat = self.stat(&place.node);
        if stat.kind == FileKind::Regular && stat.mode & 0o111 != 0 {
            self.permit(task, &place.node, Access::SEARCH, "execve", path)?;
        } else {
            return refuse_path(Errno::EACCES, "execve", "rule-not-executable", path);
        }
        if noexec {
            return refuse_path(Errno::EACCES, "execve", "rule-noexec", path);
        }
        Ok(())
    }

    /// execve(2), "ERRORS": ENOEXEC for a file that is no program.
    fn check_program(&self, place: &Place, path: &str) -> Result<(), Refusal> {
        let inode = self.content_inode(&place.node);
        let program = inode.and_then(|(tree, id)| self.trees.get(&tree).and_then(|ram| ram.get(id)));
        match program.map(|inode| &inode.content) {
            Some(Content::Program) => Ok(()),
            _ => refuse_path(Errno::ENOEXEC, "execve", "rule-not-a-program", path),
        }
    }

    /// What execve does to a task whatever the program is: its name, its arguments, what it may do.
    pub(crate) fn follow_execve(&mut self, pid: u32, argv: &[String]) {
        let root = self.task(pid).and_then(|task| self.root_of(task.credentials.users));
        if let Some(mut task) = self.task_mut(pid) {
            task.comm = argv.first().map(|word| comm_of(word)).unwrap_or_default();
            task.argv = argv.to_vec();
            task.credentials.follow_execve(root);
        }
    }

    /// What every execve does: name, arguments, no pipe ends but the standard streams, no handlers.
    fn become_program(&mut self, pid: u32, path: &str, argv: &[String]) {
        self.follow_execve(pid, argv);
        if let Some(mut task) = self.task_mut(pid) {
            task.comm = comm_of(path);
            task.pipes.clear();
            task.ignores_terminal_signals = false;
        }
        self.drop_unheld_pipes();
    }

    /// The work begins; its memory is charged to the task's groups.
    fn set_to_work(&mut self, pid: u32, launch: Launch) {
        if let Some(mut task) = self.task_mut(pid) {
            task.demand = Some(launch.demand);
            task.work = Some(launch.work);
        }
        self.touch_memory(pid);
    }

    /// A program ends by itself: it says what it has to say.
    pub(crate) fn finish(&mut self, pid: u32) {
        let Some(task) = self.task(pid).cloned() else { return };
        let Some(work) = &task.work else { return };
        let status = match &work.behaviour {
            Behaviour::Quiet | Behaviour::Lines => 0,
            Behaviour::Print { text, status } => {
                self.say(&task, 1, text);
                *status
            }
            Behaviour::Memhog(run) => {
                self.say(&task, 1, &run.rest());
                0
            }
            Behaviour::Stress(run) => {
                let text = run.farewell(self, pid);
                self.end_workers(pid);
                self.say(&task, 1, &text);
                0
            }
            Behaviour::Fail { message, status } => {
                self.say(&task, 2, message);
                *status
            }
            Behaviour::Copy(copy) => {
                dd::finish(self, &task, copy);
                0
            }
            Behaviour::Filter => {
                bzip2::finish(self, &task);
                0
            }
        };
        self.end(pid, WaitStatus::Exited(status));
    }

    /// A program writes text to its standard output (1) or error (2).
    fn say(&mut self, task: &Task, descriptor: usize, text: &str) {
        match task.stdio.get(descriptor) {
            Some(Stdio::Terminal) => self.terminal.push_str(text),
            Some(Stdio::File(place)) => self.append(place, text, 0),
            Some(Stdio::Pipe(handle)) => {
                if let Some(pipe) = self.pipes.get_mut(&handle.pipe) {
                    pipe.text.push_str(text);
                }
            }
            Some(Stdio::Closed) | None => {}
        }
    }

    /// A program writes bytes of which only the number is known. A terminal would show noise.
    fn put_bytes(&mut self, task: &Task, bytes: u64) {
        match &task.stdio[1] {
            Stdio::Terminal | Stdio::Closed => {}
            Stdio::File(place) => {
                let written = self.grow_file(task.pid, &place.node, bytes);
                self.append(place, "", written);
            }
            Stdio::Pipe(handle) => {
                if let Some(pipe) = self.pipes.get_mut(&handle.pipe) {
                    pipe.opaque = pipe.opaque.saturating_add(bytes).min(limits::PIPE_CAPACITY);
                    pipe.passed = pipe.passed.saturating_add(bytes);
                }
            }
        }
    }

    /// Adds to a file of a tmpfs; other files take what is written, or not, without a trace.
    fn append(&mut self, place: &Place, text: &str, bytes: u64) {
        let Some((tree, id)) = self.content_inode(&place.node) else { return };
        let Some(inode) = self.tree_mut(tree).and_then(|ram| ram.get_mut(id)) else { return };
        match &mut inode.content {
            Content::Text(known) if bytes == 0 => known.push_str(text),
            Content::Text(known) => {
                inode.content = Content::Opaque((known.len() as u64).saturating_add(bytes));
            }
            Content::Opaque(size) => *size = size.saturating_add(text.len() as u64).saturating_add(bytes),
            Content::Hole(size) => {
                inode.content = Content::Opaque(size.saturating_add(text.len() as u64).saturating_add(bytes));
            }
            Content::Program
            | Content::Directory { .. }
            | Content::Symlink(_)
            | Content::Character(..)
            | Content::Block(..)
            | Content::Fifo => return,
        }
        self.note_change(tree, id);
    }
}
