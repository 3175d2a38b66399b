//! The commands: one file each (a few share one), one table entry each.
//!
//! A command that the shell performs by kernel calls has a planner: it is given the arguments and a kernel to
//! look at, and returns a plan and what to do with the answers. It performs nothing itself.

mod cat;
mod cut;
mod echo;
pub(super) mod escape;
mod flow;
mod grep;
mod head;
mod help;
mod input;
mod jobs;
mod kill;
mod ls;
mod ls_render;
mod lscgroup;
mod lssubsys;
mod mkdir;
mod mount;
mod mount_options;
mod names;
pub(super) mod options;
mod place;
mod printf;
mod ps;
mod ps_format;
mod ps_options;
mod rm;
mod rmdir;
mod seq;
mod sort;
mod sys;
mod tee;
mod test;
mod touch;
mod umount;
mod variables;
mod wc;

pub use super::complete::{Completion, complete};

use super::interpret::{Flow, Interpreter};
use super::wording;
use super::{Hint, Stream};
use crate::plan::{Actor, Answer, Fidelity, Observation, Observe, Plan, Probe, Refusal, Text};
use options::Opt;

/// Looks and plans.
pub(super) type Planner = fn(&Request<'_>) -> Planned;

/// How a command is performed.
#[derive(Clone, Copy)]
pub(super) enum Action {
    /// By kernel calls that a planner gives.
    Plan(Planner),
    /// By a change of the shell itself.
    Shell(fn(&mut Interpreter<'_>, &[Text]) -> Flow),
    /// By a task of its own that becomes the program.
    Program,
}

/// What the words behind a command are, for completion.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Completes {
    /// Files and directories.
    Paths,
    /// Directories.
    Directories,
    /// Names of control group controllers.
    Controllers,
    /// Names of commands.
    Commands,
    /// Names of kernel calls.
    Calls,
    /// Names of variables.
    Variables,
    /// Mount points.
    MountPoints,
    /// Nothing that could be listed.
    Nothing,
}

/// A command's row in the table.
pub struct Command {
    /// What is typed.
    pub name: &'static str,
    /// What may follow.
    pub usage: &'static str,
    /// Its options; what they do is said by the message `command-NAME.option-X`.
    pub options: &'static [Opt],
    /// How true it is to the real tool.
    pub fidelity: Fidelity,
    /// What its arguments are.
    pub completes: Completes,
    /// True for what is part of every shell; its messages start with `sh: `.
    pub builtin: bool,
    /// True where it makes no kernel call but the writing of what it prints.
    pub only_prints: bool,
    /// `$?` after wrong usage.
    pub usage_status: u8,
    pub(super) action: Action,
}

/// A row to start from: a tool as coreutils has them.
pub(super) const TOOL: Command = Command {
    name: "",
    usage: "",
    options: &[],
    fidelity: Fidelity::Exact,
    completes: Completes::Paths,
    builtin: false,
    only_prints: false,
    usage_status: 1,
    action: Action::Program,
};

/// A row to start from: a command that is part of the shell.
pub(super) const BUILTIN: Command =
    Command { builtin: true, only_prints: true, completes: Completes::Nothing, usage_status: 2, ..TOOL };

/// All commands, sorted by name.
pub static ALL: [&Command; 58] = [
    &flow::COLON,
    &flow::DOT,
    &test::BRACKET,
    &names::BASENAME,
    &jobs::BG,
    &flow::BREAK,
    &BZIP2,
    &cat::CAT,
    &place::CD,
    &names::COMMAND,
    &flow::CONTINUE,
    &cut::CUT,
    &DD,
    &names::DIRNAME,
    &echo::ECHO,
    &variables::ENV,
    &flow::EVAL,
    &flow::EXIT,
    &variables::EXPORT,
    &flow::FALSE,
    &jobs::FG,
    &grep::GREP,
    &head::HEAD,
    &help::HELP,
    &jobs::JOBS,
    &kill::KILL,
    &variables::LOCAL,
    &ls::LS,
    &lscgroup::LSCGROUP,
    &lssubsys::LSSUBSYS,
    &mkdir::MKDIR,
    &mount::MOUNT,
    &printf::PRINTF,
    &ps::PS,
    &place::PWD,
    &variables::READ,
    &variables::READONLY,
    &flow::RETURN,
    &rm::RM,
    &rmdir::RMDIR,
    &seq::SEQ,
    &variables::SET,
    &flow::SHIFT,
    &SLEEP,
    &sort::SORT,
    &sys::SYS,
    &head::TAIL,
    &tee::TEE,
    &test::TEST,
    &touch::TOUCH,
    &cut::TR,
    &flow::TRUE,
    &names::TYPE,
    &umount::UMOUNT,
    &sort::UNIQ,
    &variables::UNSET,
    &jobs::WAIT,
    &wc::WC,
];

const BZIP2: Command = Command {
    name: "bzip2",
    usage: "[-1 … -9] [-cdkz] [FILE…]",
    fidelity: Fidelity::Partial("partial-command-bzip2"),
    ..TOOL
};

const DD: Command = Command {
    name: "dd",
    usage: "[if=FILE] [of=FILE] [bs=BYTES] [count=N]",
    fidelity: Fidelity::Partial("partial-command-dd"),
    ..TOOL
};

const SLEEP: Command = Command { name: "sleep", usage: "SECONDS", completes: Completes::Nothing, ..TOOL };

/// Well-known tools that the model does not have. On Linux they are run as programs.
pub(super) const NOT_MODELLED: [&str; 63] = [
    "apt",
    "apt-get",
    "awk",
    "bash",
    "brctl",
    "busybox",
    "capsh",
    "cgclassify",
    "cgcreate",
    "cgdelete",
    "cgexec",
    "cgget",
    "cgset",
    "chmod",
    "chown",
    "chroot",
    "cp",
    "curl",
    "date",
    "df",
    "diff",
    "docker",
    "dmesg",
    "du",
    "find",
    "free",
    "gcc",
    "gdb",
    "hostname",
    "htop",
    "id",
    "ifconfig",
    "ip",
    "iptables",
    "less",
    "ln",
    "lsns",
    "lxc-start",
    "man",
    "more",
    "mv",
    "nano",
    "nice",
    "nohup",
    "nproc",
    "nsenter",
    "perl",
    "pgrep",
    "pivot_root",
    "pkill",
    "podman",
    "python3",
    "sed",
    "stat",
    "strace",
    "stress",
    "sudo",
    "systemctl",
    "top",
    "uname",
    "unshare",
    "vi",
    "whoami",
];

/// Finds a command by its name.
pub fn find(name: &str) -> Option<&'static Command> {
    ALL.iter().find(|command| command.name == name).copied()
}

/// What a command does, in a sentence.
pub fn summary(name: &str) -> &'static str {
    wording::sentence(&message_id(name), None).unwrap_or("")
}

/// The name of the message about a command.
pub fn message_id(name: &str) -> String {
    let name = match name {
        ":" => "colon",
        "." => "dot",
        "[" => "bracket",
        other => other,
    };
    format!("command-{name}")
}

/// What an option does, in a sentence.
pub(super) fn option_summary(command: &Command, option: &Opt) -> &'static str {
    wording::sentence(&message_id(command.name), Some(&format!("option-{}", option.id()))).unwrap_or("")
}

/// A command line as the job table shows it, on one line.
pub(super) fn command_text(text: &str) -> String {
    // The syntax tree prints `a |b` for a pipe.
    let spaced = text.replace(" |", " | ").replace("| |", "||");
    spaced.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// What a planner is given.
pub(super) struct Request<'a> {
    /// The command's row.
    pub(super) command: &'static Command,
    /// Who performs the steps.
    pub(super) actor: &'a Actor,
    /// The words behind the command.
    pub(super) arguments: &'a [Text],
    /// The kernel to look at.
    pub(super) observe: &'a dyn Observe,
    /// True where the output is for a person.
    pub(super) to_terminal: bool,
}

impl Request<'_> {
    /// A word as characters.
    pub(super) fn show(&self, text: &Text) -> String {
        show(self.observe, text)
    }

    /// All arguments as characters.
    pub(super) fn words(&self) -> Vec<String> {
        self.arguments.iter().map(|word| self.show(word)).collect()
    }

    /// What a path stands for.
    pub(super) fn look(&self, path: &Text) -> Observation {
        self.observe.observe(self.actor, &Probe::Path(path.clone()))
    }

    /// `NAME: message`, with a newline.
    pub(super) fn message(&self, message: &str) -> String {
        let shell = if self.command.builtin { "sh: " } else { "" };
        format!("{shell}{}: {message}\n", self.command.name)
    }
}

/// A text as characters.
pub(super) fn show(observe: &dyn Observe, text: &Text) -> String {
    text.resolve(|actor| observe.pid(actor)).unwrap_or_else(|| text.to_string())
}

/// What a planner returns.
pub(super) struct Planned {
    /// The kernel calls.
    pub(super) plan: Plan,
    /// True where standard input is read.
    pub(super) stdin: bool,
    /// What is printed, once the answers are there.
    pub(super) render: Render,
}

/// From answers to output.
pub(super) type Render = Box<dyn FnOnce(&Answers<'_>) -> Output>;

impl Planned {
    /// Calls, and what to print.
    pub(super) fn new(plan: Plan, render: impl FnOnce(&Answers<'_>) -> Output + 'static) -> Self {
        Self { plan, stdin: false, render: Box::new(render) }
    }

    /// The same with standard input read first.
    pub(super) fn reading(plan: Plan, render: impl FnOnce(&Answers<'_>) -> Output + 'static) -> Self {
        Self { plan, stdin: true, render: Box::new(render) }
    }
}

impl From<Output> for Planned {
    /// No calls: only something to print.
    fn from(output: Output) -> Self {
        Self::new(Plan::default(), |_| output)
    }
}

/// What a renderer is given.
pub(super) struct Answers<'a> {
    /// The answers, one a step performed.
    pub(super) answers: &'a [Answer],
    /// Standard input, if it was asked for.
    pub(super) stdin: Result<Option<Text>, Refusal>,
    /// The kernel, for pids.
    pub(super) observe: &'a dyn Observe,
}

impl Answers<'_> {
    /// Standard input as characters.
    pub(super) fn stdin(&self) -> Result<String, Refusal> {
        match &self.stdin {
            Ok(text) => Ok(text.as_ref().map(|text| show(self.observe, text)).unwrap_or_default()),
            Err(refusal) => Err(refusal.clone()),
        }
    }
}

/// What a command prints and its status.
#[derive(Clone, Debug, Default)]
pub(super) struct Output {
    /// Pieces in order.
    pub(super) chunks: Vec<(Stream, Text)>,
    /// `$?`.
    pub(super) status: u8,
    /// Help for the person.
    pub(super) hints: Vec<Hint>,
    /// What is written to files besides.
    pub(super) copies: Vec<Copy>,
}

/// A text that is also written to a file, as `tee` does.
#[derive(Clone, Debug)]
pub(super) struct Copy {
    /// The file.
    pub(super) path: Text,
    /// Behind what is there, or instead of it.
    pub(super) append: bool,
    /// What is written.
    pub(super) text: Text,
}

impl Output {
    /// Something on standard output, status 0.
    pub(super) fn text(text: impl Into<Text>) -> Self {
        let mut output = Self::default();
        output.out(text);
        output
    }

    /// A message on standard error and a status.
    pub(super) fn error(message: impl Into<Text>, status: u8) -> Self {
        let mut output = Self::default();
        output.err(message, status);
        output
    }

    /// Adds to standard output.
    pub(super) fn out(&mut self, text: impl Into<Text>) {
        self.chunks.push((Stream::Stdout, text.into()));
    }

    /// Adds to standard error, and sets the status.
    pub(super) fn err(&mut self, message: impl Into<Text>, status: u8) {
        self.chunks.push((Stream::Stderr, message.into()));
        self.status = status;
    }

    /// Adds help.
    #[must_use]
    pub(super) fn with_hint(mut self, hint: Option<Hint>) -> Self {
        self.hints.extend(hint);
        self
    }
}

/// Joins a directory and a name.
pub(super) fn join(directory: &Text, name: &str) -> Text {
    let mut path = directory.clone();
    let ends = directory.pieces().last();
    if !matches!(ends, Some(crate::plan::Piece::Literal(literal)) if literal.ends_with('/')) {
        path.push_str("/");
    }
    path.push_str(name);
    path
}

/// The words of `mount -o` that every file system knows.
pub(super) fn mount_words() -> impl Iterator<Item = &'static str> {
    mount_options::words()
}

/// The columns of `ps -o`.
pub(super) fn ps_columns() -> impl Iterator<Item = &'static str> {
    ps::column_names()
}
