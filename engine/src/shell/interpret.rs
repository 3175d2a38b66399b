//! Lists, conditions, loops, functions: which simple command comes next.

use super::expand::Failure;
use super::limits::{CALL_DEPTH, COMMANDS_A_LINE, OUTPUT_BYTES, VALUE_BYTES};
use super::lost::Watched;
use super::stream::{Input, Io, OutputFile};
use super::{Chunk, Hint, LineResult, Shell};
use crate::plan::{Actor, Backend, Call, Text};
use brush_parser::ast::{AndOr, AndOrList, Command, CompoundList, Pipeline, Program, SeparatorOperator};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// What happens after a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Flow {
    /// The next command.
    Next,
    /// This many loops end.
    Break(u32),
    /// This many loops end, the last of them with a next round.
    Continue(u32),
    /// The function ends.
    Return,
    /// The shell or subshell ends.
    Exit,
    /// The whole line ends.
    Abort,
}

impl Flow {
    /// True where nothing of the line is run any more.
    pub(super) fn is_abort(self) -> bool {
        self == Self::Abort
    }
}

/// One line being run.
pub(super) struct Interpreter<'a> {
    /// The shell it is run by.
    pub(super) shell: &'a mut Shell,
    /// The kernel.
    pub(super) backend: Watched<'a>,
    /// What has been printed.
    pub(super) output: Vec<Chunk>,
    /// Help for the person.
    pub(super) hints: Vec<Hint>,
    /// The descriptors of the command that is being run.
    pub(super) io: Io,
    /// Files that output goes to.
    pub(super) files: Vec<OutputFile>,
    /// Texts, files and pipes that are read.
    pub(super) inputs: Vec<Input>,
    /// Output that is being collected, innermost last.
    pub(super) captures: Vec<Text>,
    /// Bytes printed so far.
    pub(super) printed: usize,
    /// Bytes collected so far.
    pub(super) captured: usize,
    /// A command substitution has set `$?` while the words of a command were expanded.
    pub(super) substituted: bool,
    /// Running programs of the pipelines that are being waited for.
    pub(super) running: Vec<Actor>,
    /// Programs that a subshell in the background has started and would wait for.
    pub(super) left_running: Vec<Actor>,
    /// The subshell has become a program.
    pub(super) replaced: bool,
    /// Who a task was before it made a user namespace, for the child that writes its maps.
    pub(super) noted_identity: super::commands::Identity,
    /// Which programs subshells have become.
    pub(super) became: BTreeMap<Actor, String>,
    /// Tasks whose program runs without end, by what was typed.
    pub(super) endless: BTreeSet<Actor>,
    /// What is run is in the background: nobody presses Ctrl-C.
    pub(super) background: bool,
    /// Times that the working directory was changed.
    pub(super) moves: u32,
    /// Programs that have been waited for.
    pub(super) waits: u32,
    pub(super) commands: u32,
    /// What is run belongs to a program that the kernel has started.
    pub(super) helping: bool,
    /// Programs that the kernel has started.
    pub(super) helpers: u32,
    depth: u32,
    /// Functions that are being run.
    pub(super) functions: u32,
    pub(super) loops: u32,
    /// Conditions that are being tested: `set -e` does not count there.
    pub(super) conditions: u32,
}

impl<'a> Interpreter<'a> {
    /// Ready to run a line.
    pub(super) fn new(shell: &'a mut Shell, backend: &'a mut dyn Backend) -> Self {
        Self {
            backend: Watched::new(backend, shell.freezes),
            shell,
            output: Vec::new(),
            hints: Vec::new(),
            io: Io::terminal(),
            files: Vec::new(),
            inputs: Vec::new(),
            captures: Vec::new(),
            printed: 0,
            captured: 0,
            substituted: false,
            running: Vec::new(),
            left_running: Vec::new(),
            replaced: false,
            noted_identity: super::commands::Identity::default(),
            became: BTreeMap::new(),
            endless: BTreeSet::new(),
            background: false,
            moves: 0,
            waits: 0,
            commands: 0,
            helping: false,
            helpers: 0,
            depth: 0,
            functions: 0,
            loops: 0,
            conditions: 0,
        }
    }

    /// Runs a whole line.
    pub(super) fn program(&mut self, program: &Program) {
        self.check_jobs();
        if self.unless_lost(Flow::Next).is_abort() {
            return;
        }
        if self.shell.state.get("PWD").is_none() {
            let directory = self.working_directory();
            self.shell.state.set("PWD", Text::from(directory));
        }
        self.program_items(program);
        self.drain_terminal();
        self.check_jobs();
    }

    /// What the line gave.
    pub(super) fn finish(mut self) -> LineResult {
        self.shell.freezes = self.backend.freezes;
        if self.printed > OUTPUT_BYTES {
            self.hint(Hint::new("hint-output-limit").with("bytes", OUTPUT_BYTES));
        }
        LineResult {
            output: self.output,
            status: self.shell.state.status,
            hints: self.hints,
            incomplete: false,
        }
    }

    /// Adds a hint, once.
    pub(super) fn hint(&mut self, hint: Hint) {
        if !self.hints.contains(&hint) && self.hints.len() < 8 {
            self.hints.push(hint);
        }
    }

    /// Runs a parsed program.
    pub(super) fn program_items(&mut self, program: &Program) -> Flow {
        for list in &program.complete_commands {
            let flow = self.list(list, false);
            if flow != Flow::Next {
                return flow;
            }
        }
        Flow::Next
    }

    /// Runs something that is not to be seen afterwards, as `$( )` and the parts of a pipeline are. The caller
    /// restores the state; what the task itself had changed is changed back here.
    pub(super) fn in_copy(&mut self, run: impl FnOnce(&mut Self) -> Flow) -> Flow {
        let (moves, directory) = (self.moves, self.shell.state.get("PWD").cloned());
        let flow = self.in_new_loops(run);
        if let Some(path) = directory.filter(|_| self.moves != moves) {
            // Where the directory is gone meanwhile, the shell stays where it is.
            let _ = self.step(Call::Chdir { path }, "why-return");
            self.moves = moves;
        }
        if flow.is_abort() { flow } else { Flow::Next }
    }

    /// Runs something that the loops around it are nothing to.
    pub(super) fn in_new_loops(&mut self, run: impl FnOnce(&mut Self) -> Flow) -> Flow {
        let loops = std::mem::take(&mut self.loops);
        let flow = run(self);
        self.loops = loops;
        flow
    }

    /// Commands one after the other. `tail` says that nothing follows them in this task.
    pub(super) fn list(&mut self, list: &CompoundList, tail: bool) -> Flow {
        for (index, item) in list.0.iter().enumerate() {
            let last = tail && index + 1 == list.0.len();
            let flow = match item.1 {
                SeparatorOperator::Async => self.start_background(&item.0),
                SeparatorOperator::Sequence => self.and_or(&item.0, last),
            };
            if flow != Flow::Next {
                return flow;
            }
        }
        Flow::Next
    }

    /// `a && b || c`.
    pub(super) fn and_or(&mut self, list: &AndOrList, tail: bool) -> Flow {
        let alone = list.additional.is_empty();
        let mut flow = self.pipeline_in(&list.first, !alone, tail && alone);
        for (index, next) in list.additional.iter().enumerate() {
            if flow != Flow::Next {
                return flow;
            }
            let last = index + 1 == list.additional.len();
            let (wanted, pipeline) = match next {
                AndOr::And(pipeline) => (true, pipeline),
                AndOr::Or(pipeline) => (false, pipeline),
            };
            if (self.shell.state.status == 0) == wanted {
                flow = self.pipeline_in(pipeline, !last, tail && last);
            }
        }
        flow
    }

    fn pipeline_in(&mut self, pipeline: &Pipeline, condition: bool, tail: bool) -> Flow {
        let condition = condition || pipeline.bang;
        self.conditions += u32::from(condition);
        let flow = self.pipeline(pipeline, tail);
        self.conditions -= u32::from(condition);
        self.run_helpers();
        let flow = self.unless_lost(flow);
        let failed = self.shell.state.status != 0;
        if flow == Flow::Next
            && failed
            && !condition
            && self.conditions == 0
            && self.shell.state.options.errexit
        {
            return Flow::Exit;
        }
        flow
    }

    fn pipeline(&mut self, pipeline: &Pipeline, tail: bool) -> Flow {
        if pipeline.timed.is_some() {
            return self.run_time();
        }
        let flow = match pipeline.seq.as_slice() {
            [] => Flow::Next,
            [command] => self.command(command, tail && !pipeline.bang),
            parts => self.pipe(parts),
        };
        if pipeline.bang && flow == Flow::Next {
            self.shell.state.status = u8::from(self.shell.state.status == 0);
        }
        flow
    }

    /// One command of any kind.
    pub(super) fn command(&mut self, command: &Command, tail: bool) -> Flow {
        self.counted(|interpreter| interpreter.command_inside(command, tail))
    }

    /// Runs something that counts as a command, one level deeper.
    pub(super) fn counted(&mut self, run: impl FnOnce(&mut Self) -> Flow) -> Flow {
        self.commands += 1;
        if self.commands > COMMANDS_A_LINE {
            return self.stop_line("too many commands in one line", "hint-budget", COMMANDS_A_LINE);
        }
        self.nested(run)
    }

    /// Runs something one level deeper, as far as that goes.
    pub(super) fn nested(&mut self, run: impl FnOnce(&mut Self) -> Flow) -> Flow {
        if self.depth >= CALL_DEPTH {
            return self.stop_line("commands are nested too deep", "hint-depth", CALL_DEPTH);
        }
        self.depth += 1;
        let flow = run(self);
        self.depth -= 1;
        flow
    }

    fn command_inside(&mut self, command: &Command, tail: bool) -> Flow {
        match command {
            Command::Simple(simple) => self.simple(simple, tail),
            Command::Compound(compound, redirects) => self.redirected(compound, redirects.as_ref(), tail),
            Command::Function(function) => {
                let name = function.fname.value.clone();
                self.shell.state.functions.insert(name, Arc::new(function.body.clone()));
                self.shell.state.status = 0;
                Flow::Next
            }
            Command::ExtendedTest(..) => {
                self.hint(Hint::new("hint-double-bracket"));
                self.fail(&Failure::new("[[: not found"), 127)
            }
        }
    }

    /// Ends the line because of one of the shell's limits.
    fn stop_line(&mut self, message: &str, hint: &str, limit: u32) -> Flow {
        self.complain(&format!("sh: {message}: stopped at {limit}"));
        self.hint(Hint::new(hint).with("limit", limit));
        self.shell.state.status = 130;
        Flow::Abort
    }

    /// Prints why a command was not run.
    pub(super) fn fail(&mut self, failure: &Failure, status: u8) -> Flow {
        if !failure.message.is_empty() {
            self.complain(&format!("sh: {}", failure.message));
            self.shell.state.status = status;
        }
        if let Some(hint) = failure.hint.clone() {
            self.hint(hint);
        }
        if failure.fatal { Flow::Abort } else { Flow::Next }
    }

    /// How many of the loops around a `break 3` there are.
    pub(super) fn enclosing_loops(&self, wanted: u32) -> u32 {
        wanted.min(self.loops)
    }

    /// Runs a function's body with its own arguments.
    pub(super) fn call(&mut self, body: &brush_parser::ast::FunctionBody, arguments: Vec<Text>) -> Flow {
        let outer = std::mem::replace(&mut self.shell.state.arguments, arguments);
        let loops = std::mem::take(&mut self.loops);
        self.functions += 1;
        let flow = self.redirected(&body.0, body.1.as_ref(), false);
        self.functions -= 1;
        self.loops = loops;
        self.shell.state.arguments = outer;
        if flow == Flow::Return { Flow::Next } else { flow }
    }

    /// Sets a variable.
    pub(super) fn assign(&mut self, name: &str, value: Text) -> Result<(), Failure> {
        if self.resolve(&value).len() > VALUE_BYTES {
            return Err(Failure::fatal(format!("{name}: value too long")));
        }
        if self.shell.state.set(name, value) {
            Ok(())
        } else {
            Err(Failure::fatal(format!("{name}: readonly variable")))
        }
    }
}
