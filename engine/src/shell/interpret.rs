//! Lists, conditions, loops, functions: which simple command comes next.

use super::expand::Failure;
use super::limits::{CALL_DEPTH, COMMANDS_A_LINE, OUTPUT_BYTES, VALUE_BYTES};
use super::stream::{Input, Io, OutputFile};
use super::{Chunk, Hint, LineResult, Shell};
use crate::plan::{Actor, Backend, Text};
use brush_parser::ast::{
    AndOr, AndOrList, CaseClauseCommand, CaseItemPostAction, Command, CompoundCommand, CompoundList,
    ForClauseCommand, IfClauseCommand, Pipeline, Program, RedirectList, SeparatorOperator,
};
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
    pub(super) backend: &'a mut dyn Backend,
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
    /// What is run is in the background: nobody presses Ctrl-C.
    pub(super) background: bool,
    /// Programs that have been waited for.
    pub(super) waits: u32,
    commands: u32,
    depth: u32,
    /// Functions that are being run.
    pub(super) functions: u32,
    loops: u32,
    /// Conditions that are being tested: `set -e` does not count there.
    conditions: u32,
}

impl<'a> Interpreter<'a> {
    /// Ready to run a line.
    pub(super) fn new(shell: &'a mut Shell, backend: &'a mut dyn Backend) -> Self {
        Self {
            shell,
            backend,
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
            background: false,
            waits: 0,
            commands: 0,
            depth: 0,
            functions: 0,
            loops: 0,
            conditions: 0,
        }
    }

    /// Runs a whole line.
    pub(super) fn program(&mut self, program: &Program) {
        self.check_jobs();
        self.program_items(program);
        self.drain_terminal();
        self.check_jobs();
    }

    /// What the line gave.
    pub(super) fn finish(mut self) -> LineResult {
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

    /// Runs something on a copy of the shell, as `$( )` and the parts of a pipeline do.
    pub(super) fn in_copy(&mut self, run: impl FnOnce(&mut Self) -> Flow) -> Flow {
        let loops = std::mem::take(&mut self.loops);
        let flow = run(self);
        self.loops = loops;
        if flow.is_abort() { flow } else { Flow::Next }
    }

    /// The same, with every way of leaving told to the caller.
    pub(super) fn in_copy_kept(&mut self, run: impl FnOnce(&mut Self) -> Flow) -> Flow {
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

    /// A compound command with its redirections around it.
    fn redirected(
        &mut self,
        compound: &CompoundCommand,
        redirects: Option<&RedirectList>,
        tail: bool,
    ) -> Flow {
        let Some(redirects) = redirects else { return self.compound(compound, tail) };
        let mut list = Vec::new();
        for redirect in &redirects.0 {
            match self.expand_redirection(redirect) {
                Ok(more) => list.extend(more),
                Err(failure) => return self.fail(&failure, 1),
            }
        }
        let io = match self.apply(&list, false) {
            Ok(io) => io,
            Err(failure) => return self.fail(&failure, 1),
        };
        let outer = std::mem::replace(&mut self.io, io);
        let flow = self.compound(compound, false);
        self.io = outer;
        flow
    }

    fn compound(&mut self, compound: &CompoundCommand, tail: bool) -> Flow {
        match compound {
            CompoundCommand::BraceGroup(group) => self.list(&group.list, tail),
            CompoundCommand::Subshell(subshell) => self.subshell(&subshell.list),
            CompoundCommand::ForClause(clause) => self.for_loop(clause),
            CompoundCommand::CaseClause(clause) => self.case(clause),
            CompoundCommand::IfClause(clause) => self.condition(clause),
            CompoundCommand::WhileClause(clause) => self.while_loop(&clause.0, &clause.1.list, true),
            CompoundCommand::UntilClause(clause) => self.while_loop(&clause.0, &clause.1.list, false),
            CompoundCommand::Arithmetic(command) => match self.arithmetic(&command.expr.value) {
                Ok(number) => {
                    self.shell.state.status = u8::from(number == 0);
                    Flow::Next
                }
                Err(failure) => self.fail(&failure, 1),
            },
            CompoundCommand::ArithmeticForClause(_) => {
                self.fail(&Failure::fatal("for ((…)): not part of this shell"), 2)
            }
            CompoundCommand::Coprocess(_) => self.fail(&Failure::fatal("coproc: not part of this shell"), 2),
        }
    }

    /// Runs a list whose status is looked at.
    fn test(&mut self, list: &CompoundList) -> Flow {
        self.conditions += 1;
        let flow = self.list(list, false);
        self.conditions -= 1;
        flow
    }

    fn condition(&mut self, clause: &IfClauseCommand) -> Flow {
        let flow = self.test(&clause.condition);
        if flow != Flow::Next {
            return flow;
        }
        if self.shell.state.status == 0 {
            return self.list(&clause.then, false);
        }
        for branch in clause.elses.iter().flatten() {
            let Some(condition) = &branch.condition else { return self.list(&branch.body, false) };
            let flow = self.test(condition);
            if flow != Flow::Next {
                return flow;
            }
            if self.shell.state.status == 0 {
                return self.list(&branch.body, false);
            }
        }
        self.shell.state.status = 0;
        Flow::Next
    }

    fn case(&mut self, clause: &CaseClauseCommand) -> Flow {
        let value = match self.expand_to_text(&clause.value.value) {
            Ok(value) => self.resolve(&value).chars().collect::<Vec<_>>(),
            Err(failure) => return self.fail(&failure, 1),
        };
        self.shell.state.status = 0;
        let mut fall_through = false;
        for item in &clause.cases {
            let mut taken = fall_through;
            for pattern in &item.patterns {
                match self.expand_to_pattern(&pattern.value) {
                    Ok(pattern) => taken = taken || pattern.matches(&value),
                    Err(failure) => return self.fail(&failure, 1),
                }
            }
            if !taken {
                continue;
            }
            let flow = item.cmd.as_ref().map_or(Flow::Next, |list| self.list(list, false));
            if flow != Flow::Next || matches!(item.post_action, CaseItemPostAction::ExitCase) {
                return flow;
            }
            fall_through = matches!(item.post_action, CaseItemPostAction::UnconditionallyExecuteNextCaseItem);
        }
        Flow::Next
    }

    fn for_loop(&mut self, clause: &ForClauseCommand) -> Flow {
        let words = match &clause.values {
            None => self.shell.state.arguments.clone(),
            Some(words) => match self.expand_words(words.iter().map(|word| word.value.as_str())) {
                Ok(words) => words,
                Err(failure) => return self.fail(&failure, 1),
            },
        };
        self.shell.state.status = 0;
        self.loops += 1;
        let mut flow = Flow::Next;
        for word in words {
            if let Err(failure) = self.assign(&clause.variable_name, word) {
                flow = self.fail(&failure, 1);
                break;
            }
            flow = self.list(&clause.body.list, false);
            if let Some(end) = leaves_loop(flow) {
                flow = end;
                break;
            }
            flow = Flow::Next;
        }
        self.loops -= 1;
        flow
    }

    fn while_loop(&mut self, condition: &CompoundList, body: &CompoundList, wanted: bool) -> Flow {
        self.loops += 1;
        let mut status = 0;
        let flow = loop {
            self.commands += 1;
            let flow = self.test(condition);
            if let Some(end) = leaves_loop(flow) {
                break end;
            }
            if flow == Flow::Next && (self.shell.state.status == 0) != wanted {
                self.shell.state.status = status;
                break Flow::Next;
            }
            if flow == Flow::Next {
                let flow = self.list(body, false);
                status = self.shell.state.status;
                if let Some(end) = leaves_loop(flow) {
                    break end;
                }
            }
        };
        self.loops -= 1;
        flow
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

/// What a flow means to the loop it happens in: `None` where the next round follows.
fn leaves_loop(flow: Flow) -> Option<Flow> {
    match flow {
        Flow::Next | Flow::Continue(0 | 1) => None,
        Flow::Break(0 | 1) => Some(Flow::Next),
        Flow::Break(more) => Some(Flow::Break(more - 1)),
        Flow::Continue(more) => Some(Flow::Continue(more - 1)),
        other => Some(other),
    }
}
