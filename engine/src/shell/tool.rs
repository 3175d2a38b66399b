//! Tools: commands that whoever embeds the shell adds to it, such as a test's own.
//!
//! A tool is a program that is written in Rust: a task of its own performs its calls, a child of the task that
//! runs it or, where nothing follows there, that task itself. So what a tool does to itself (its groups, its
//! user, its working directory) ends with it, and a program that it becomes at last keeps it.

use super::interpret::{Flow, Interpreter};
use super::simple::Prepared;
use super::state::State;
use super::stream::Sink;
use super::{Hint, parse, wait};
use crate::plan::{Actor, Answer, Call, Observation, Observe, Probe, Text, WaitStatus};

/// A command that is added to a shell with [`super::Shell::set_tools`].
#[derive(Clone, Copy, Debug)]
pub struct Tool {
    /// What is typed.
    pub name: &'static str,
    /// What it does; gives its status.
    pub run: fn(&mut ToolRun<'_, '_>) -> u8,
}

/// A tool at work.
pub struct ToolRun<'r, 'i> {
    shell: &'r mut Interpreter<'i>,
    words: Vec<Text>,
}

impl ToolRun<'_, '_> {
    /// The words behind the tool's name.
    pub fn arguments(&self) -> Vec<String> {
        self.words.iter().skip(1).map(|word| self.shell.resolve(word)).collect()
    }

    /// One of them as it was typed, pids still by name.
    pub fn text(&self, index: usize) -> Text {
        self.words.get(index + 1).cloned().unwrap_or_default()
    }

    /// Opens what the tool reads and writes, before its task sees other files.
    pub fn open_streams(&mut self) {
        // What can't be opened is said by whoever reads it.
        if let Ok(io) = self.shell.open_beforehand(&[]) {
            self.shell.io = io;
        }
    }

    /// All words, the tool's name first.
    pub fn all_words(&self) -> Vec<Text> {
        self.words.clone()
    }

    /// The task that performs the tool.
    pub fn actor(&self) -> Actor {
        self.shell.actor()
    }

    /// The pid of a task.
    pub fn pid(&self, actor: &Actor) -> Option<u32> {
        self.shell.backend.pid_for(&self.shell.actor(), actor)
    }

    /// Performs a call as the tool's task.
    pub fn perform(&mut self, call: Call) -> Answer {
        self.shell.step(call, "why-tool")
    }

    /// Performs a call as another task.
    pub fn perform_by(&mut self, actor: &Actor, call: Call) -> Answer {
        self.shell.step_by(actor, call, "why-tool")
    }

    /// Looks at the kernel as the tool's task.
    pub fn observe(&self, probe: &Probe) -> Observation {
        self.shell.backend.observe(&self.shell.actor(), probe)
    }

    /// Prints to the tool's standard output.
    pub fn print(&mut self, text: &str) {
        let sink = self.shell.io.stdout.clone();
        // Whoever reads it may have gone: a tool does not care.
        let _ = self.shell.emit(&sink, &Text::from(text));
    }

    /// All of the tool's standard input.
    pub fn input(&mut self) -> String {
        let source = self.shell.io.stdin.clone();
        let text = self.shell.read_all(&source).unwrap_or_default();
        self.shell.resolve(&text)
    }

    /// Becomes another command, from the argument with this number on; gives its status.
    pub fn become_command(&mut self, from: usize) -> u8 {
        let words: Vec<Text> = self.words.iter().skip(from + 1).cloned().collect();
        self.become_words(&words)
    }

    /// Becomes a command that is given as words.
    pub fn become_words(&mut self, words: &[Text]) -> u8 {
        if words.is_empty() {
            return 0;
        }
        self.shell.run_words(words, true);
        self.shell.status()
    }

    /// Becomes a new shell that runs a text, as `sh -c` does; `$$` is the tool's task.
    pub fn become_shell(&mut self, text: &str) -> u8 {
        self.shell.run_as_new_shell(text)
    }

    /// Makes a child, as fork(2) does, and lets it do something; gives how it ended.
    ///
    /// # Errors
    /// Where the kernel refuses the child.
    pub fn fork(
        &mut self,
        name: &str,
        run: impl FnOnce(&mut ToolRun<'_, '_>) -> u8,
    ) -> Result<WaitStatus, crate::plan::Refusal> {
        let child = Actor::new(self.shell.shell.fresh_name(name));
        self.shell.step(Call::Clone3 { child: child.clone(), flags: Vec::new() }, "why-tool")?;
        let words = self.words.clone();
        self.shell.in_child(&child, |shell| {
            let status = run(&mut ToolRun { shell, words });
            shell.set_status(status)
        });
        self.shell.end_child(&child);
        let patience = super::limits::LONG_PATIENCE_MS;
        Ok(self.shell.wait_one(&child, patience))
    }

    /// Lets a child that is there do something and end; gives how it ended.
    pub fn as_child(&mut self, child: &Actor, run: impl FnOnce(&mut ToolRun<'_, '_>) -> u8) -> WaitStatus {
        let words = self.words.clone();
        self.shell.in_child(child, |shell| {
            let status = run(&mut ToolRun { shell, words });
            shell.set_status(status)
        });
        self.shell.end_child(child);
        self.shell.wait_one(child, super::limits::LONG_PATIENCE_MS)
    }

    /// getppid(2): 0 where the parent can't be seen.
    pub fn parent_number(&self) -> u32 {
        let path = Text::from("/proc/self/stat");
        let Observation::Data(stat) = self.observe(&Probe::File(path)) else { return 0 };
        let parent = stat.rsplit_once(") ").and_then(|(_, rest)| rest.split(' ').nth(1)?.parse().ok());
        // /proc may show the numbers of a namespace further up.
        let shown = stat.split(' ').next().and_then(|pid| pid.parse::<u32>().ok());
        let own = self.pid(&self.actor());
        if shown == own { parent.unwrap_or(0) } else { self.parent_inside(parent.unwrap_or(0)) }
    }

    /// The number of a parent in the tool's own pid namespace, by the one that /proc shows.
    fn parent_inside(&self, shown: u32) -> u32 {
        let status = |pid: &str| match self.observe(&Probe::File(Text::from(format!("/proc/{pid}/status")))) {
            Observation::Data(text) => text,
            _ => String::new(),
        };
        let numbers = |text: &str| -> Vec<u32> {
            let line = text.lines().find_map(|line| line.strip_prefix("NSpid:")).unwrap_or_default();
            line.split_whitespace().filter_map(|word| word.parse().ok()).collect()
        };
        let own = numbers(&status("self"));
        let parent = numbers(&status(&shown.to_string()));
        if own.len() <= parent.len() { parent.get(own.len() - 1).copied().unwrap_or(0) } else { 0 }
    }

    /// The tool's task stays as it is and does nothing more, as a program does that waits for a signal. Of use only
    /// in the background.
    pub fn stay(&mut self) {
        self.shell.replaced = true;
    }

    /// A name for a task or pipe that nothing else has.
    pub fn fresh_name(&mut self, stem: &str) -> String {
        self.shell.shell.fresh_name(stem)
    }
}

impl Interpreter<'_> {
    /// The task that runs becomes a new shell that runs a text, and gives its status. It has the variables that are
    /// exported, and `$$` is the task.
    pub(super) fn run_as_new_shell(&mut self, text: &str) -> u8 {
        let program = match parse::program(text) {
            Ok(program) => program,
            Err(error) => {
                self.complain(&format!("sh: {}", error.message));
                return 2;
            }
        };
        let fresh = State { main: self.actor(), ..self.shell.state.for_new_shell() };
        let outer = std::mem::replace(&mut self.shell.state, fresh);
        let last = program.complete_commands.len();
        for (index, list) in program.complete_commands.iter().enumerate() {
            if self.list(list, index + 1 == last) != Flow::Next {
                let more = list.0.len() > 1 || list.0.iter().any(|item| !item.0.additional.is_empty());
                if !self.left_running.is_empty() && (more || index + 1 < last) {
                    self.hint(Hint::new("hint-background-loop"));
                }
                break;
            }
        }
        let ended = std::mem::replace(&mut self.shell.state, outer);
        self.set_status(ended.status);
        ended.status
    }

    /// The tool of that name.
    pub(super) fn tool(&self, name: &str) -> Option<Tool> {
        self.shell.tools.iter().find(|tool| tool.name == name).copied()
    }

    /// Runs a tool in a task of its own.
    pub(super) fn run_tool(&mut self, tool: Tool, prepared: Prepared, tail: bool) -> Flow {
        let io = match self.apply(&prepared.redirections, false) {
            Ok(io) => io,
            Err(failure) => return self.fail(&failure, 1),
        };
        let saved = match self.assign_for_now(&prepared) {
            Ok(saved) => saved,
            Err(failure) => return self.fail(&failure, 1),
        };
        let outer = std::mem::replace(&mut self.io, io);
        let words = prepared.words;
        let flow = if tail && !self.is_session_shell() && !matches!(self.io.stdout, Sink::Capture(_)) {
            let status = (tool.run)(&mut ToolRun { shell: self, words });
            self.set_status(status)
        } else {
            self.run_tool_in_child(tool, words)
        };
        self.io = outer;
        self.restore(saved);
        flow
    }

    fn run_tool_in_child(&mut self, tool: Tool, words: Vec<Text>) -> Flow {
        let child = match self.clone_child(tool.name) {
            Ok(child) => child,
            Err(failure) => return self.fail(&failure, 254),
        };
        let flow = self.in_child(&child, |shell| {
            let status = (tool.run)(&mut ToolRun { shell, words });
            shell.set_status(status)
        });
        self.end_and_await(child, flow)
    }

    /// Ends a child that has done its work, and waits for it.
    pub(super) fn end_and_await(&mut self, child: Actor, flow: Flow) -> Flow {
        self.end_child(&child);
        let (status, interrupted) = self.wait_for(&[child]);
        self.set_status(status);
        if interrupted || flow.is_abort() {
            self.set_status(130);
            return Flow::Abort;
        }
        if self.left_running.is_empty() { Flow::Next } else { Flow::Exit }
    }

    /// Ends a child that has done its work, unless it has become a program.
    fn end_child(&mut self, child: &Actor) {
        if !std::mem::take(&mut self.replaced) {
            let status = self.status();
            // It may have ended itself.
            let _ = self.step_by(child, Call::ExitGroup { status }, "why-subshell-exit");
        }
    }
}

/// What a signal's end is called, for tools that tell how a child ended.
pub fn signal_text(signal: crate::plan::Signal) -> String {
    wait::signal_text(signal)
}
