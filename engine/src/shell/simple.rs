//! One simple command: its words, redirections and assignments, and who performs it.

use super::commands::{self, Action, Answers, Command, Output, Request};
use super::expand::Failure;
use super::interpret::{Flow, Interpreter};
use super::redirect::{Redirection, Target as RedirectTarget};
use super::stream::{Io, Sink};
use super::{Hint, Stream, suggest};
use crate::plan::reply::FileKind;
use crate::plan::{Call, Errno, FileRef, Observation, OpenMode, Probe, Refusal, Text};
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
    /// The command as it was typed.
    pub(super) text: String,
}

/// Who performs a command.
pub(super) enum Performer {
    /// Nobody: there are only assignments and redirections.
    Nobody,
    /// A function.
    Function(Arc<FunctionBody>),
    /// The shell itself.
    Shell(&'static Command),
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
        match self.performer(&prepared.words) {
            Performer::Nobody => self.run_assignments(&prepared),
            Performer::Function(body) => self.run_function(&body, prepared),
            Performer::Shell(command) => self.run_shell_command(command, prepared),
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

    fn run_missing(&mut self, prepared: &Prepared) -> Flow {
        let name = prepared.words.first().map(|word| self.resolve(word)).unwrap_or_default();
        self.complain(&format!("sh: {name}: command not found"));
        self.shell.state.status = 127;
        let functions: Vec<String> = self.shell.functions().map(str::to_owned).collect();
        let known =
            commands::ALL.iter().map(|command| command.name).chain(functions.iter().map(String::as_str));
        if self.backend.is_model() && commands::NOT_MODELLED.contains(&name.as_str()) {
            self.hint(Hint::new("hint-not-modelled").with("command", &name));
        } else if let Some(nearest) = suggest::nearest(&name, known) {
            let hint = Hint::new("hint-did-you-mean").with("typed", &name).with("suggestion", nearest);
            self.hint(hint.with("does", commands::summary(nearest)));
        } else if self.backend.is_model() {
            self.hint(Hint::new("hint-unknown-command").with("command", &name));
        }
        Flow::Next
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
    fn assign_for_now(&mut self, prepared: &Prepared) -> Result<Vec<Saved>, Failure> {
        let mut saved = Vec::new();
        for (name, value) in &prepared.assignments {
            saved.push((name.clone(), self.shell.state.variables.get(name).cloned()));
            self.assign(name, value.clone())?;
        }
        Ok(saved)
    }

    fn restore(&mut self, saved: Vec<Saved>) {
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
        let saved = match self.assign_for_now(&prepared) {
            Ok(saved) => saved,
            Err(failure) => return self.fail(&failure, 1),
        };
        let arguments: Vec<Text> = prepared.words.into_iter().skip(1).collect();
        let outer = std::mem::replace(&mut self.io, io.clone());
        let flow = match command.action {
            Action::Shell(run) => run(self, &arguments),
            Action::Plan(plan) => self.run_planned(command, plan, &arguments),
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

    /// Look, plan, perform, render.
    fn run_planned(
        &mut self,
        command: &'static Command,
        plan: commands::Planner,
        arguments: &[Text],
    ) -> Flow {
        let arguments = match self.with_jobs(command, arguments) {
            Ok(arguments) => arguments,
            Err(failure) => return self.fail(&failure, 1),
        };
        let actor = self.actor();
        let planned = {
            let request = Request {
                command,
                actor: &actor,
                arguments: &arguments,
                observe: &*self.backend,
                to_terminal: self.io.stdout == Sink::Terminal(Stream::Stdout),
            };
            plan(&request)
        };
        let stdin = if planned.stdin { self.read_all(&self.io.stdin.clone()).map(Some) } else { Ok(None) };
        if !planned.stdin
            && let Err(failure) = self.open_unread()
        {
            return self.fail(&failure, 1);
        }
        let stdin = match stdin {
            Err(refusal) if refusal.at == "open" => return self.input_refused(&refusal),
            other => other,
        };
        let answers = planned.plan.perform(self.backend);
        let output = (planned.render)(&Answers { answers: &answers, stdin, observe: &*self.backend });
        self.deliver(command, output)
    }

    /// Opens an input file that the command does not read.
    fn open_unread(&mut self) -> Result<(), Failure> {
        let io = Io { stdin: self.io.stdin.clone(), ..Io::terminal() };
        self.open_unwritten(&io)
    }

    fn input_refused(&mut self, refusal: &Refusal) -> Flow {
        let path = match self.io.stdin {
            super::stream::Source::Input(index) => match self.inputs.get(index).map(|input| &input.kind) {
                Some(super::stream::InputKind::File(path)) => path.clone(),
                _ => Text::default(),
            },
            super::stream::Source::Terminal => Text::default(),
        };
        let failure = self.refused_path(&path, refusal.errno);
        self.fail(&failure, 1)
    }

    /// Writes a command's output to where it belongs. Standard output is written at once where it is a file.
    fn deliver(&mut self, command: &Command, output: Output) -> Flow {
        self.shell.state.status = output.status;
        let buffered = matches!(self.io.stdout, Sink::File(_));
        let mut whole = Text::default();
        for (stream, text) in &output.chunks {
            let refused = match stream {
                Stream::Stdout if buffered => {
                    whole.push(text);
                    Ok(())
                }
                Stream::Stdout => self.emit(&self.io.stdout.clone(), text),
                Stream::Stderr => self.emit(&self.io.stderr.clone(), text),
            };
            self.report_write(command, refused);
        }
        let refused = self.emit(&self.io.stdout.clone(), &whole);
        self.report_write(command, refused);
        for copy in &output.copies {
            self.copy_to_file(command, copy);
        }
        for hint in output.hints {
            self.hint(hint);
        }
        Flow::Next
    }

    /// Writes what `tee` has read to one of its files.
    fn copy_to_file(&mut self, command: &Command, copy: &commands::Copy) {
        let mode = if copy.append { OpenMode::Append } else { OpenMode::Truncate };
        let call = if copy.text.is_empty() {
            Call::Open { path: copy.path.clone(), mode }
        } else {
            Call::Write { file: FileRef::Path(copy.path.clone()), data: copy.text.clone(), mode }
        };
        if let Err(refusal) = self.step(call, "") {
            if refusal.errno == Errno::ENOENT {
                self.hint_path(&copy.path);
            }
            let path = self.resolve(&copy.path);
            self.complain(&format!("{}: {path}: {}", command.name, refusal.errno.text()));
            self.shell.state.status = 1;
        }
    }

    fn report_write(&mut self, command: &Command, result: Result<(), Refusal>) {
        let Err(refusal) = result else { return };
        self.shell.state.status = 1;
        if refusal.at == "open"
            && let Sink::File(index) = self.io.stdout
            && let Some(file) = self.files.get_mut(index)
        {
            file.opened = true;
            let path = file.path.clone();
            let failure = self.refused_path(&path, refusal.errno);
            self.fail(&failure, 1);
            return;
        }
        let shell = if command.builtin { "sh: " } else { "" };
        self.complain(&format!("{shell}{}: write error: {}", command.name, refusal.errno.text()));
    }
}

/// A variable's name and what it was.
type Saved = (String, Option<super::state::Variable>);
