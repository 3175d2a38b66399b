//! The shell: from a line of text to kernel calls, the same for the model and for real Linux.
//!
//! The grammar is POSIX sh with a few of bash's conveniences (`&>`, `<<<`, `$'…'`). Known commands are performed
//! by the shell task itself, as busybox does with its applets; unknown programs and workloads are started with
//! `clone3` and `execve`. Each simple command is planned when it is reached.
//!
//! | module | what it does |
//! |---|---|
//! | `parse` | a line to a syntax tree, with limits on what is accepted, and messages for what is wrong |
//! | `state` | variables, functions, options: what `( … )` copies |
//! | `interpret`, `compound` | lists; conditions, loops, functions |
//! | `simple`, `perform` | one simple command: expansion, redirections, dispatch; look, plan, perform, render |
//! | `expand`, `parameter`, `fields`, `pattern`, `glob`, `arithmetic` | from words to fields |
//! | `redirect`, `stream` | where input comes from and output goes to |
//! | `pipeline`, `program`, `wait`, `background`, `job` | tasks: pipes, clone3 and execve, Ctrl-C, the background |
//! | `builtin` | what the commands of the shell itself may do to it |
//! | `helper` | programs that the kernel starts |
//! | `launch` | commands that become the command behind them |
//! | [`lost`] | a shell whose own task has ended, or is stopped or frozen |
//! | [`tool`] | commands that whoever embeds the shell adds |
//! | [`commands`] | one file a command, each one table entry |
//! | [`complete`] | what could follow the cursor |
//! | `suggest`, `wording` | did-you-mean, and the sentences of the message catalogue that `help` prints |

mod arithmetic;
mod background;
mod builtin;
pub mod commands;
pub mod complete;
mod compound;
mod expand;
mod fields;
mod glob;
mod helper;
mod interpret;
mod job;
mod launch;
mod limits;
pub mod lost;
mod parameter;
mod parse;
mod pattern;
mod perform;
mod pipeline;
mod program;
mod redirect;
mod simple;
mod state;
mod stream;
mod suggest;
pub mod tool;
mod wait;
mod wording;

#[cfg(test)]
mod tests;

pub use suggest::nearest;

use crate::host::HostProfile;
use crate::plan::Backend;
use interpret::Interpreter;
use job::Jobs;
use serde::{Deserialize, Serialize};
use state::State;

/// Where a piece of output went.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stream {
    /// Standard output.
    Stdout,
    /// Standard error.
    Stderr,
}

/// A piece of output, in the order in which it appeared.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Chunk {
    /// Where it went.
    pub stream: Stream,
    /// What it was.
    pub text: String,
}

/// Help beyond what the real tools print.
pub type Hint = crate::plan::Message;

/// What a line gave.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LineResult {
    /// Everything that was printed, in order.
    pub output: Vec<Chunk>,
    /// `$?` afterwards.
    pub status: u8,
    /// Help for the person.
    pub hints: Vec<Hint>,
    /// True where the line ends inside a quote or a compound command: more lines are needed. Nothing was
    /// performed; `output` holds what a shell prints that gets no more lines.
    pub incomplete: bool,
}

impl LineResult {
    /// All that went to standard output.
    pub fn stdout(&self) -> String {
        self.text_of(Stream::Stdout)
    }

    /// All that went to standard error.
    pub fn stderr(&self) -> String {
        self.text_of(Stream::Stderr)
    }

    /// All that went to a stream.
    pub fn text_of(&self, stream: Stream) -> String {
        self.output.iter().filter(|chunk| chunk.stream == stream).map(|chunk| chunk.text.as_str()).collect()
    }
}

/// A shell between two lines. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Shell {
    state: State,
    jobs: Jobs,
    /// How many tasks and pipes of each name there have been, so that names are given once.
    names: imbl::OrdMap<String, u32>,
    /// Statuses of background tasks that have ended, for `wait`.
    finished: imbl::OrdMap<String, u8>,
    interactive: bool,
    /// A person looks at what is printed: else commands print as they do into a file.
    has_screen: bool,
    tools: &'static [tool::Tool],
    waits_a_line: u32,
    exited: Option<u8>,
    /// Its task can't go on, since an earlier line.
    lost: Option<lost::Lost>,
    /// A group has been frozen at some time.
    freezes: bool,
}

impl Shell {
    /// The shell that a session on this machine starts with. It is interactive: it reports on jobs.
    pub fn new(profile: &HostProfile) -> Self {
        Self {
            state: State::new(&profile.environment),
            jobs: Jobs::default(),
            names: imbl::OrdMap::new(),
            finished: imbl::OrdMap::new(),
            interactive: true,
            has_screen: true,
            tools: &[],
            waits_a_line: limits::WAITS_A_LINE,
            exited: None,
            lost: None,
            freezes: false,
        }
    }

    /// Sets whether commands print for a person or as into a file.
    pub fn set_screen(&mut self, has_screen: bool) {
        self.has_screen = has_screen;
    }

    /// Turns the reports on background jobs off or on, as `sh -c` and a terminal differ in them.
    pub fn set_interactive(&mut self, interactive: bool) {
        self.interactive = interactive;
    }

    /// Adds commands that come before the shell's own.
    pub fn set_tools(&mut self, tools: &'static [tool::Tool]) {
        self.tools = tools;
    }

    /// How many programs one line may wait for before it is taken for one without end. A script that runs
    /// unattended waits more often than a person's line.
    pub fn set_waits_a_line(&mut self, waits: u32) {
        self.waits_a_line = waits;
    }

    /// The status given to `exit`, once that has been run. The session itself goes on.
    pub fn exited(&self) -> Option<u8> {
        self.exited
    }

    /// `$?`.
    pub fn status(&self) -> u8 {
        self.state.status
    }

    /// Names of the functions that have been defined, sorted.
    pub fn functions(&self) -> impl Iterator<Item = &str> {
        self.state.functions.keys().map(String::as_str)
    }

    /// Names of the variables that are set, sorted.
    pub fn variables(&self) -> impl Iterator<Item = &str> {
        self.state.variables.keys().map(String::as_str)
    }

    /// True for a text that ends inside a quote or a compound command.
    pub fn is_incomplete(text: &str) -> bool {
        parse::program(text).is_err_and(|error| error.incomplete)
    }

    /// True where the session's own shell is gone, stopped or frozen, as far as is known, so that a line like this one
    /// can't be performed.
    pub fn is_lost_to(&self, line: &str) -> bool {
        self.lost.is_some() && !lost::is_for_others(line)
    }

    /// Runs a line, which may hold several commands and newlines.
    pub fn run(&mut self, line: &str, backend: &mut dyn Backend) -> LineResult {
        self.exited = None;
        let program = match parse::program(line) {
            Ok(program) => program,
            Err(error) => return self.refuse(&error),
        };
        let mut interpreter = Interpreter::new(self, backend);
        if lost::is_for_others(line) || !interpreter.is_lost() {
            interpreter.program(&program);
        }
        interpreter.finish()
    }

    fn refuse(&mut self, error: &parse::SyntaxError) -> LineResult {
        self.state.status = 2;
        LineResult {
            output: vec![Chunk { stream: Stream::Stderr, text: format!("sh: {}\n", error.message) }],
            status: 2,
            hints: error.hint.iter().cloned().collect(),
            incomplete: error.incomplete,
        }
    }

    /// A name that no task or pipe has had yet: `sleep.1`, `sleep.2`, ….
    fn fresh_name(&mut self, stem: &str) -> String {
        let count = self.names.get(stem).copied().unwrap_or(0).saturating_add(1);
        self.names.insert(stem.to_owned(), count);
        format!("{stem}.{count}")
    }
}
