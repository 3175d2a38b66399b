//! What passes between the shell and a command's planner: a request, a plan, answers, output.

use super::Command;
use crate::plan::{Actor, Answer, Observation, Observe, Plan, Probe, Refusal, Text};
use crate::shell::{Hint, Stream};

/// What a planner is given.
pub(in crate::shell) struct Request<'a> {
    /// The command's row.
    pub(in crate::shell) command: &'static Command,
    /// Who performs the steps.
    pub(in crate::shell) actor: &'a Actor,
    /// The words behind the command.
    pub(in crate::shell) arguments: &'a [Text],
    /// The kernel to look at.
    pub(in crate::shell) observe: &'a dyn Observe,
    /// True where the output is for a person.
    pub(in crate::shell) to_terminal: bool,
}

impl Request<'_> {
    /// A word as characters.
    pub(in crate::shell) fn show(&self, text: &Text) -> String {
        let known = text.resolve(|actor| self.observe.pid_for(self.actor, actor));
        known.unwrap_or_else(|| text.to_string())
    }

    /// All arguments as characters.
    pub(in crate::shell) fn words(&self) -> Vec<String> {
        self.arguments.iter().map(|word| self.show(word)).collect()
    }

    /// What a path stands for.
    pub(in crate::shell) fn look(&self, path: &Text) -> Observation {
        self.observe.observe(self.actor, &Probe::Path(path.clone()))
    }

    /// `NAME: message`, with a newline.
    pub(in crate::shell) fn message(&self, message: &str) -> String {
        let shell = if self.command.builtin { "sh: " } else { "" };
        format!("{shell}{}: {message}\n", self.command.name)
    }
}

/// A text as characters.
pub(in crate::shell) fn show(observe: &dyn Observe, text: &Text) -> String {
    text.resolve(|actor| observe.pid(actor)).unwrap_or_else(|| text.to_string())
}

/// How much of its input a command needs; it leaves the rest to whoever reads after it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::shell) enum Enough {
    /// So many bytes.
    Bytes(u64),
    /// So many lines.
    Lines(u64),
}

impl Enough {
    /// The count of the next read(2) after what has been read; `None` where that is enough. Lines are looked for in
    /// blocks of `BUFSIZ` (stdio.h), as by coreutils.
    pub(in crate::shell) fn next_read(self, read: &str) -> Option<u64> {
        const BLOCK: u64 = 8192;
        match self {
            Self::Bytes(wanted) => wanted.checked_sub(read.len() as u64).filter(|left| *left > 0),
            Self::Lines(wanted) => {
                let found = read.bytes().filter(|byte| *byte == b'\n').count() as u64;
                (found < wanted).then_some(BLOCK)
            }
        }
    }
}

/// What a planner returns.
pub(in crate::shell) struct Planned {
    /// The kernel calls.
    pub(in crate::shell) plan: Plan,
    /// True where standard input is read.
    pub(in crate::shell) stdin: bool,
    /// What is planned next, once the answers are there: for what can be known only then, such as the files of a
    /// directory that the plan has made. It is performed before anything is printed.
    pub(in crate::shell) next: Option<Next>,
    /// How much of it, where that is not all.
    pub(in crate::shell) enough: Option<Enough>,
    /// What is printed, once the answers are there.
    pub(in crate::shell) render: Render,
}

/// From answers to another plan, whose output is the command's; `None` where there is nothing left to do.
pub(in crate::shell) type Next = Box<dyn FnOnce(&Request<'_>, &[Answer]) -> Option<Planned>>;

/// From answers to output.
pub(in crate::shell) type Render = Box<dyn FnOnce(&Answers<'_>) -> Output>;

impl Planned {
    /// Calls, and what to print.
    pub(in crate::shell) fn new(plan: Plan, render: impl FnOnce(&Answers<'_>) -> Output + 'static) -> Self {
        Self { plan, stdin: false, enough: None, next: None, render: Box::new(render) }
    }

    /// The same, and what is planned when it has been performed.
    #[must_use]
    pub(in crate::shell) fn and_then(
        mut self,
        next: impl FnOnce(&Request<'_>, &[Answer]) -> Option<Self> + 'static,
    ) -> Self {
        self.next = Some(Box::new(next));
        self
    }

    /// The same with standard input read first.
    pub(in crate::shell) fn reading(
        plan: Plan,
        render: impl FnOnce(&Answers<'_>) -> Output + 'static,
    ) -> Self {
        Self { plan, stdin: true, enough: None, next: None, render: Box::new(render) }
    }
}

impl From<Output> for Planned {
    /// No calls: only something to print.
    fn from(output: Output) -> Self {
        Self::new(Plan::default(), |_| output)
    }
}

/// What a renderer is given.
pub(in crate::shell) struct Answers<'a> {
    /// The answers, one a step performed.
    pub(in crate::shell) answers: &'a [Answer],
    /// Standard input, if it was asked for.
    pub(in crate::shell) stdin: Result<Option<Text>, Refusal>,
    /// The kernel, for pids.
    pub(in crate::shell) observe: &'a dyn Observe,
}

impl Answers<'_> {
    /// Standard input as characters.
    pub(in crate::shell) fn stdin(&self) -> Result<String, Refusal> {
        match &self.stdin {
            Ok(text) => Ok(text.as_ref().map(|text| show(self.observe, text)).unwrap_or_default()),
            Err(refusal) => Err(refusal.clone()),
        }
    }
}

/// What a command prints and its status.
#[derive(Clone, Debug, Default)]
pub(in crate::shell) struct Output {
    /// Pieces in order.
    pub(in crate::shell) chunks: Vec<(Stream, Text)>,
    /// `$?`.
    pub(in crate::shell) status: u8,
    /// Help for the person.
    pub(in crate::shell) hints: Vec<Hint>,
    /// What is written to files besides.
    pub(in crate::shell) copies: Vec<Copy>,
}

/// A text that is also written to a file, as `tee` does.
#[derive(Clone, Debug)]
pub(in crate::shell) struct Copy {
    /// The file.
    pub(in crate::shell) path: Text,
    /// Behind what is there, or instead of it.
    pub(in crate::shell) append: bool,
    /// What is written.
    pub(in crate::shell) text: Text,
}

impl Output {
    /// Something on standard output, status 0.
    pub(in crate::shell) fn text(text: impl Into<Text>) -> Self {
        let mut output = Self::default();
        output.out(text);
        output
    }

    /// A message on standard error and a status.
    pub(in crate::shell) fn error(message: impl Into<Text>, status: u8) -> Self {
        let mut output = Self::default();
        output.err(message, status);
        output
    }

    /// Adds to standard output.
    pub(in crate::shell) fn out(&mut self, text: impl Into<Text>) {
        self.chunks.push((Stream::Stdout, text.into()));
    }

    /// Adds to standard error, and sets the status.
    pub(in crate::shell) fn err(&mut self, message: impl Into<Text>, status: u8) {
        self.chunks.push((Stream::Stderr, message.into()));
        self.status = status;
    }

    /// Adds help.
    #[must_use]
    pub(in crate::shell) fn with_hint(mut self, hint: Option<Hint>) -> Self {
        self.hints.extend(hint);
        self
    }
}
