//! One simple command: its words, redirections and assignments, and who performs it.

use super::commands::{self, Action, Command, Output};
use super::expand::Failure;
use super::interpret::{Flow, Interpreter};
use super::launch::{Launched, Missing};
use super::redirect::{Redirection, Target as RedirectTarget};
use super::tool::Tool;
use super::{Hint, suggest};
use crate::plan::reply::FileKind;
use crate::plan::{Backend, Observation, Observe, OpenMode, Probe, Text};
use brush_parser::ast::{
    Assignment, AssignmentName, AssignmentValue, CommandPrefixOrSuffixItem, FunctionBody, SimpleCommand,
};
use std::sync::Arc;

/// A simple command whose words have been expanded.
#[derive(Clone, Debug, Default)]
pub(super) struct Prepared {
    /// `NAME=value` in front.
    pub(super) assignments: Vec<(String, Text)>,
    /// The command and its arguments.
    pub(super) words: Vec<Text>,
    /// Redirections in order.
    pub(super) redirections: Vec<Redirection>,
    /// What the command's task does before it becomes it.
    pub(super) setup: Vec<super::launch::Setup>,
    /// What is said where there is no such command, if a launching command is in front of it.
    pub(super) missing: Option<Missing>,
    /// The command as it was typed.
    pub(super) text: String,
}

impl Prepared {
    /// True where a child does the rest of the set-up and becomes the command.
    pub(super) fn forks(&self) -> bool {
        self.setup.iter().any(|setup| matches!(setup.act, super::launch::Act::Fork(_)))
    }
}

/// Who performs a command.
pub(super) enum Performer {
    /// Nobody: there are only assignments and redirections.
    Nobody,
    /// A function.
    Function(Arc<FunctionBody>),
    /// The shell itself.
    Shell(&'static Command),
    /// A tool of whoever embeds the shell.
    Tool(Tool),
    /// A program, by its path.
    Program(Text),
    /// A word that is no command.
    Missing,
    /// A path that can't be run: status and message.
    Unusable(u8, String),
}

impl Interpreter<'_> {
    /// Runs a simple command.
    pub(super) fn simple(&mut self, command: &SimpleCommand, tail: bool) -> Flow {
        match self.prepare(command) {
            Ok(prepared) => self.run_prepared(prepared, tail),
            Err(failure) => self.fail(&failure, 1),
        }
    }

    /// Expands the words of a command.
    pub(super) fn prepare(&mut self, command: &SimpleCommand) -> Result<Prepared, Failure> {
        self.substituted = false;
        let prefix = command.prefix.iter().flat_map(|prefix| &prefix.0);
        let suffix = command.suffix.iter().flat_map(|suffix| &suffix.0);
        let name = command.word_or_name.as_ref().map(|word| word.value.as_str());
        let mut prepared = Prepared { text: command.to_string(), ..Prepared::default() };
        prepared.words = self.expand_words(name)?;
        for item in suffix {
            self.prepare_word(item, name, &mut prepared)?;
        }
        for item in prefix {
            match item {
                CommandPrefixOrSuffixItem::AssignmentWord(assignment, _) => {
                    let pair = self.expand_assignment(assignment)?;
                    prepared.assignments.push(pair);
                }
                other => self.prepare_word(other, name, &mut prepared)?,
            }
        }
        Ok(prepared)
    }

    fn prepare_word(
        &mut self,
        item: &CommandPrefixOrSuffixItem,
        name: Option<&str>,
        prepared: &mut Prepared,
    ) -> Result<(), Failure> {
        match item {
            CommandPrefixOrSuffixItem::IoRedirect(redirect) => {
                prepared.redirections.extend(self.expand_redirection(redirect)?);
            }
            CommandPrefixOrSuffixItem::AssignmentWord(assignment, _)
                if matches!(name, Some("export" | "readonly" | "local")) =>
            {
                let (name, value) = self.expand_assignment(assignment)?;
                let mut word = Text::from(format!("{name}="));
                word.push(&value);
                prepared.words.push(word);
            }
            CommandPrefixOrSuffixItem::AssignmentWord(_, word) | CommandPrefixOrSuffixItem::Word(word) => {
                let words = self.expand_words([word.value.as_str()])?;
                prepared.words.extend(words);
            }
            CommandPrefixOrSuffixItem::ProcessSubstitution(..) => {
                return Err(Failure::new("process substitution is not part of this shell"));
            }
        }
        Ok(())
    }

    fn expand_assignment(&mut self, assignment: &Assignment) -> Result<(String, Text), Failure> {
        let (AssignmentName::VariableName(name), AssignmentValue::Scalar(word)) =
            (&assignment.name, &assignment.value)
        else {
            return Err(Failure::fatal("arrays are not part of this shell"));
        };
        let mut value = Text::default();
        if assignment.append {
            value = self.shell.state.get(name).cloned().unwrap_or_default();
        }
        value.push(&self.expand_to_text(&word.value)?);
        Ok((name.clone(), value))
    }

    /// Runs a command whose words have been expanded.
    pub(super) fn run_prepared(&mut self, prepared: Prepared, tail: bool) -> Flow {
        if self.shell.state.options.xtrace {
            self.trace(&prepared);
        }
        self.backend.begin_command(&prepared.text);
        let prepared = self.unwrap_launchers(prepared);
        if prepared.forks() {
            return self.run_forked(prepared);
        }
        if tail && self.is_new_shell(&prepared.words) && self.may_become_shell() {
            return self.become_new_shell(prepared);
        }
        if !prepared.setup.is_empty() {
            return match self.launched_performer(&prepared.words) {
                Performer::Program(path) => self.run_program(prepared, path, tail),
                _ => self.run_in_own_task(prepared),
            };
        }
        match self.performer(&prepared.words) {
            Performer::Nobody => self.run_assignments(&prepared),
            Performer::Function(body) => self.run_function(&body, prepared),
            Performer::Shell(command) => self.run_shell_command(command, prepared),
            Performer::Tool(tool) => self.run_tool(tool, prepared, tail),
            Performer::Program(path) => self.run_program(prepared, path, tail),
            Performer::Missing => self.run_missing(&prepared),
            Performer::Unusable(status, message) => self.fail(&Failure::new(message), status),
        }
    }

    fn trace(&mut self, prepared: &Prepared) {
        let words: Vec<_> = prepared.words.iter().map(|word| self.resolve(word)).collect();
        let assignments =
            prepared.assignments.iter().map(|(name, value)| format!("{name}={}", self.resolve(value)));
        let all: Vec<_> = assignments.chain(words).collect();
        self.complain(&format!("+ {}", all.join(" ")));
    }

    /// Finds who performs a command.
    pub(super) fn performer(&self, words: &[Text]) -> Performer {
        let Some(first) = words.first() else { return Performer::Nobody };
        let name = self.resolve(first);
        if let Some(body) = self.shell.state.functions.get(&name) {
            return Performer::Function(body.clone());
        }
        if let Some(tool) = self.tool(&name) {
            return Performer::Tool(tool);
        }
        match commands::find(&name) {
            Some(command) if !matches!(command.action, Action::Program) => Performer::Shell(command),
            _ => self.find_program(first, &name),
        }
    }

    fn find_program(&self, first: &Text, name: &str) -> Performer {
        if name.contains('/') {
            return match self.look(name) {
                Observation::Stat(stat) if stat.kind == FileKind::Directory => {
                    Performer::Unusable(126, format!("{name}: Is a directory"))
                }
                Observation::Stat(stat) if stat.mode & 0o111 == 0 => {
                    Performer::Unusable(126, format!("{name}: Permission denied"))
                }
                Observation::Stat(_) => Performer::Program(first.clone()),
                Observation::Refused(errno) => Performer::Unusable(127, format!("{name}: {}", errno.text())),
                _ => Performer::Missing,
            };
        }
        self.in_path(name).map_or(Performer::Missing, |path| Performer::Program(Text::from(path)))
    }

    /// The path of a program in one of the directories of `PATH`.
    pub(super) fn in_path(&self, name: &str) -> Option<String> {
        let path = self.shell.state.get("PATH").map(|path| self.resolve(path)).unwrap_or_default();
        let candidates = path.split(':').map(|directory| format!("{directory}/{name}"));
        let runs = |path: &String| {
            matches!(self.look(path), Observation::Stat(stat)
                if stat.kind == FileKind::Regular && stat.mode & 0o111 != 0)
        };
        if name.is_empty() { None } else { candidates.take(64).find(runs) }
    }

    /// What a path stands for.
    pub(super) fn look(&self, path: &str) -> Observation {
        self.backend.observe(&self.actor(), &Probe::Path(Text::from(path)))
    }

    /// Another command with the arguments that were typed, as far as they need no quotes.
    fn with_arguments(&self, command: &str, prepared: &Prepared) -> String {
        let plain = |word: &String| {
            !word.is_empty() && word.chars().all(|c| c.is_ascii_alphanumeric() || "/._-+:,=@%".contains(c))
        };
        let rest: Vec<String> = prepared.words.iter().skip(1).map(|word| self.resolve(word)).collect();
        if !rest.iter().all(plain) {
            return command.to_owned();
        }
        std::iter::once(command).chain(rest.iter().map(String::as_str)).collect::<Vec<_>>().join(" ")
    }

    fn run_missing(&mut self, prepared: &Prepared) -> Flow {
        let name = prepared.words.first().map(|word| self.resolve(word)).unwrap_or_default();
        self.not_found(&name);
        let functions: Vec<String> = self.shell.functions().map(str::to_owned).collect();
        let known =
            commands::ALL.iter().map(|command| command.name).chain(functions.iter().map(String::as_str));
        if self.backend.is_model() && commands::NOT_MODELLED.contains(&name.as_str()) {
            self.hint(Hint::new("hint-not-modelled").with("command", &name));
        } else if commands::NOT_IN_THIS_SHELL.contains(&name.as_str()) {
            self.not_in_this_shell(&name);
        } else if let Some(nearest) = suggest::nearest(&name, known) {
            let hint = Hint::new("hint-command").with("typed", &name);
            let hint = hint.with("suggestion", self.with_arguments(nearest, prepared));
            self.hint(hint.with("does", commands::summary(nearest)));
        } else if self.backend.is_model() {
            self.hint(Hint::new("hint-unknown-command").with("command", &name));
        }
        Flow::Next
    }

    /// `time` before a pipeline, which is a word of the grammar in bash and ksh. dash(1) looks for a program of this name.
    pub(super) fn run_time(&mut self) -> Flow {
        self.not_found("time");
        self.not_in_this_shell("time");
        Flow::Next
    }

    fn not_found(&mut self, name: &str) {
        self.complain(&format!("sh: {name}: command not found"));
        self.shell.state.status = 127;
    }

    fn not_in_this_shell(&mut self, name: &str) {
        self.hint(Hint::new("hint-not-in-this-shell").with("command", name));
    }

    fn run_assignments(&mut self, prepared: &Prepared) -> Flow {
        let status = if self.substituted { self.shell.state.status } else { 0 };
        if let Err(failure) = self.apply(&prepared.redirections, false) {
            return self.fail(&failure, 1);
        }
        for (name, value) in &prepared.assignments {
            if let Err(failure) = self.assign(name, value.clone()) {
                return self.fail(&failure, 1);
            }
        }
        self.shell.state.status = status;
        Flow::Next
    }

    fn run_function(&mut self, body: &FunctionBody, prepared: Prepared) -> Flow {
        let io = match self.apply(&prepared.redirections, false) {
            Ok(io) => io,
            Err(failure) => return self.fail(&failure, 1),
        };
        let saved = match self.assign_for_now(&prepared) {
            Ok(saved) => saved,
            Err(failure) => return self.fail(&failure, 1),
        };
        let outer = std::mem::replace(&mut self.io, io);
        let flow = self.call(body, prepared.words.into_iter().skip(1).collect());
        self.io = outer;
        self.restore(saved);
        flow
    }

    /// Sets the variables of `NAME=value command`; gives what they were.
    pub(super) fn assign_for_now(&mut self, prepared: &Prepared) -> Result<Vec<Saved>, Failure> {
        let mut saved = Vec::new();
        for (name, value) in &prepared.assignments {
            saved.push((name.clone(), self.shell.state.variables.get(name).cloned()));
            self.assign(name, value.clone())?;
        }
        Ok(saved)
    }

    pub(super) fn restore(&mut self, saved: Vec<Saved>) {
        for (name, variable) in saved.into_iter().rev() {
            match variable {
                Some(variable) => self.shell.state.variables.insert(name, variable),
                None => self.shell.state.variables.remove(&name),
            };
        }
    }

    fn run_shell_command(&mut self, command: &'static Command, prepared: Prepared) -> Flow {
        let only_input = matches!(
            prepared.redirections.as_slice(),
            [Redirection { descriptor: 0, to: RedirectTarget::File(_, OpenMode::Read) }]
        );
        let io = match self.apply(&prepared.redirections, command.only_prints || only_input) {
            Ok(io) => io,
            Err(failure) => return self.fail(&failure, 1),
        };
        let saved = if command.name == commands::sh::SH.name {
            self.assign_for_new_shell(&prepared)
        } else {
            self.assign_for_now(&prepared)
        };
        let saved = match saved {
            Ok(saved) => saved,
            Err(failure) => return self.fail(&failure, 1),
        };
        let arguments: Vec<Text> = prepared.words.into_iter().skip(1).collect();
        let outer = std::mem::replace(&mut self.io, io.clone());
        let flow = match command.action {
            Action::Shell(run) => run(self, &arguments),
            Action::Plan(plan) => self.run_planned(command, plan, &arguments),
            Action::Launch(launcher) => self.run_planned(
                command,
                |request| match launcher(request) {
                    Launched::Planned(planned) => planned,
                    // It would have been launched.
                    Launched::Command(_) => Output::default().into(),
                },
                &arguments,
            ),
            Action::Program => Flow::Next,
        };
        let unwritten = self.open_unwritten(&io);
        self.io = outer;
        self.restore(saved);
        match unwritten {
            Ok(()) => flow,
            Err(failure) => self.fail(&failure, 1),
        }
    }
}

/// A variable's name and what it was.
pub(super) type Saved = (String, Option<super::state::Variable>);
