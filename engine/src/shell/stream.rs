//! Where a command's input comes from and where its output goes.

use super::commands::Enough;
use super::interpret::Interpreter;
use super::limits::{OUTPUT_BYTES, VALUE_BYTES};
use super::{Chunk, Stream};
use crate::kernel::limits;
use crate::plan::{
    Actor, Answer, Backend, Call, Errno, FileRef, Observe, OpenMode, PipeEnd, Refusal, Reply, Step, Text,
};

/// Where input comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Source {
    /// The terminal. Nobody types while a command runs, so there is nothing to read.
    Terminal,
    /// An input by its index in [`Interpreter::inputs`].
    Input(usize),
}

/// Where output goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Sink {
    /// The session's output.
    Terminal(Stream),
    /// A file by its index in [`Interpreter::files`].
    File(usize),
    /// A text that is collected, by its index in [`Interpreter::captures`].
    Capture(usize),
    /// Nowhere: the descriptor is closed.
    Closed,
}

/// The three descriptors of a command.
#[derive(Clone, Debug)]
pub(super) struct Io {
    /// Descriptor 0.
    pub(super) stdin: Source,
    /// Descriptor 1.
    pub(super) stdout: Sink,
    /// Descriptor 2.
    pub(super) stderr: Sink,
}

impl Io {
    /// All three at the terminal.
    pub(super) fn terminal() -> Self {
        Self {
            stdin: Source::Terminal,
            stdout: Sink::Terminal(Stream::Stdout),
            stderr: Sink::Terminal(Stream::Stderr),
        }
    }
}

/// A file that output goes to.
#[derive(Clone, Debug)]
pub(super) struct OutputFile {
    /// Its path.
    pub(super) path: Text,
    /// How the next write opens it: as the redirection says if it has not been opened yet.
    pub(super) mode: OpenMode,
    /// True once an `open` or a `write` has been made.
    pub(super) opened: bool,
    /// Who opened it, where that is another user than who writes.
    pub(super) opener: Option<Actor>,
}

/// What an input is made of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum InputKind {
    /// A text that is at hand: a here-document, or what a command before this one in a pipeline printed.
    Held,
    /// A file.
    File(Text),
    /// A pipe's end.
    Pipe(PipeEnd),
}

/// An input that several commands may read from, one after the other.
#[derive(Clone, Debug)]
pub(super) struct Input {
    /// What it is.
    pub(super) kind: InputKind,
    /// What has been read from it and not used yet; `None` before the first reading.
    pub(super) rest: Option<Text>,
}

impl Interpreter<'_> {
    /// The task that performs what is run.
    pub(super) fn actor(&self) -> Actor {
        self.shell.state.actor.clone()
    }

    /// Performs one step as the shell.
    pub(super) fn step(&mut self, call: Call, why: &str) -> Answer {
        let step = Step::because(&self.shell.state.actor, call, why);
        self.backend.perform(&step)
    }

    /// The characters of a text; an actor that never was gives `?`.
    pub(super) fn resolve(&self, text: &Text) -> String {
        let known = text.resolve(|actor| self.backend.pid_for(&self.actor(), actor));
        known.unwrap_or_else(|| text.to_string())
    }

    /// Prints to standard error, as far as that is possible.
    pub(super) fn complain(&mut self, message: &str) {
        self.complain_as_is(&format!("{message}\n"));
    }

    /// The same for a message that has its newline, if it is to have one.
    pub(super) fn complain_as_is(&mut self, message: &str) {
        let sink = self.io.stderr.clone();
        // A refused write to standard error has nowhere to be told.
        let _ = self.emit(&sink, &Text::from(message));
    }

    /// Writes a text to where output goes.
    ///
    /// # Errors
    /// The kernel's refusal.
    pub(super) fn emit(&mut self, sink: &Sink, text: &Text) -> Result<(), Refusal> {
        if text.is_empty() {
            return Ok(());
        }
        match sink {
            Sink::Terminal(stream) => self.print(*stream, &self.resolve(text)),
            Sink::Capture(index) => self.capture(*index, text),
            Sink::File(index) => return self.write_file(*index, text),
            Sink::Closed => return Err(Refusal::bare(Errno::EBADF, "write")),
        }
        Ok(())
    }

    /// Appends to the session's output.
    pub(super) fn print(&mut self, stream: Stream, text: &str) {
        self.printed = self.printed.saturating_add(text.len());
        if text.is_empty() || self.printed > OUTPUT_BYTES {
            return;
        }
        match self.output.last_mut() {
            Some(last) if last.stream == stream => last.text.push_str(text),
            _ => self.output.push(Chunk { stream, text: text.to_owned() }),
        }
    }

    fn capture(&mut self, index: usize, text: &Text) {
        let resolved = self.resolve(text).len();
        self.captured = self.captured.saturating_add(resolved);
        if let Some(capture) = self.captures.get_mut(index)
            && self.captured <= VALUE_BYTES * 4
        {
            capture.push(text);
        }
    }

    fn write_file(&mut self, index: usize, text: &Text) -> Result<(), Refusal> {
        let Some(file) = self.files.get(index) else { return Ok(()) };
        let call =
            Call::Write { file: FileRef::Path(file.path.clone()), data: text.clone(), mode: file.mode };
        let why = if file.opened { "why-redirect-write" } else { "" };
        let writer = file.opener.clone().unwrap_or_else(|| self.actor());
        let answer = self.step_by(&writer, call, why);
        let opened = !matches!(&answer, Err(refusal) if refusal.at == "open");
        if let Some(file) = self.files.get_mut(index)
            && opened
        {
            file.opened = true;
            // What follows goes behind what is there.
            file.mode = OpenMode::Append;
        }
        answer.map(|_| ())
    }

    /// What tasks have written to the terminal since the last time.
    pub(super) fn drain_terminal(&mut self) {
        let text = self.backend.take_terminal();
        self.print(Stream::Stdout, &text);
    }

    /// Everything that is still to be read from an input.
    ///
    /// # Errors
    /// The kernel's refusal.
    pub(super) fn read_all(&mut self, source: &Source) -> Result<Text, Refusal> {
        let Source::Input(index) = source else { return Ok(Text::default()) };
        self.fill(*index)?;
        Ok(self
            .inputs
            .get_mut(*index)
            .and_then(|input| input.rest.replace(Text::default()))
            .unwrap_or_default())
    }

    /// As much from an input as a command needs. The rest of a pipe stays in it.
    ///
    /// # Errors
    /// The kernel's refusal.
    pub(super) fn read_enough(&mut self, source: &Source, enough: Option<Enough>) -> Result<Text, Refusal> {
        let (Some(enough), Source::Input(index)) = (enough, source) else { return self.read_all(source) };
        let file = match (self.inputs.get(*index).map(|input| (&input.kind, &input.rest)), enough) {
            (Some((InputKind::Pipe(end), None)), _) => FileRef::Pipe(end.clone()),
            (Some((InputKind::File(path), None)), Enough::Bytes(_)) => FileRef::Path(path.clone()),
            _ => return self.read_all(source),
        };
        let mut text = String::new();
        while let Some(count) = enough.next_read(&text) {
            if text.len() as u64 > limits::READ_MAX {
                return Err(Refusal::bare(Errno::EFBIG, "read"));
            }
            let part = self.read_waiting(&file, Some(count))?;
            text.push_str(&part);
            if (part.len() as u64) < count {
                break;
            }
        }
        Ok(Text::from(text))
    }

    /// One line from an input, and whether a newline ended it; `None` at its end.
    ///
    /// # Errors
    /// The kernel's refusal.
    pub(super) fn read_line(&mut self, source: &Source) -> Result<Option<(String, bool)>, Refusal> {
        let Source::Input(index) = source else { return Ok(None) };
        self.fill(*index)?;
        let Some(rest) = self.inputs.get(*index).and_then(|input| input.rest.clone()) else {
            return Ok(None);
        };
        let rest = self.resolve(&rest);
        if rest.is_empty() {
            return Ok(None);
        }
        let (line, ended, left) = match rest.split_once('\n') {
            Some((line, left)) => (line.to_owned(), true, left),
            None => (rest.clone(), false, ""),
        };
        if let Some(input) = self.inputs.get_mut(*index) {
            input.rest = Some(Text::from(left));
        }
        Ok(Some((line, ended)))
    }

    /// Reads an input to its end if that has not been done yet.
    fn fill(&mut self, index: usize) -> Result<(), Refusal> {
        let file = match self.inputs.get(index) {
            Some(Input { kind: InputKind::File(path), rest: None }) => FileRef::Path(path.clone()),
            Some(Input { kind: InputKind::Pipe(end), rest: None }) => FileRef::Pipe(end.clone()),
            _ => return Ok(()),
        };
        let answer = match &file {
            FileRef::Path(_) => self.read_once(file.clone(), None),
            FileRef::Pipe(_) => self.read_pipe(&file),
        };
        // What can't be read is not tried a second time.
        let text = answer.clone().unwrap_or_default();
        if let Some(input) = self.inputs.get_mut(index) {
            input.rest = Some(Text::from(text));
        }
        answer.map(|_| ())
    }

    fn read_once(&mut self, file: FileRef, at_most: Option<u64>) -> Result<String, Refusal> {
        match self.step(Call::Read { file, at_most }, "")? {
            Reply::Data(text) => Ok(text),
            _ => Ok(String::new()),
        }
    }

    /// Reads a pipe to its end. Where its writers run on without end, they are interrupted, as a person would.
    pub(super) fn read_pipe(&mut self, file: &FileRef) -> Result<String, Refusal> {
        self.read_waiting(file, None)
    }

    fn read_waiting(&mut self, file: &FileRef, at_most: Option<u64>) -> Result<String, Refusal> {
        match self.read_once(file.clone(), at_most) {
            Err(refusal) if refusal.errno == Errno::EAGAIN => {
                self.interrupt_running();
                self.read_once(file.clone(), at_most)
            }
            answer => answer,
        }
    }

    /// Adds an input.
    pub(super) fn add_input(&mut self, kind: InputKind, rest: Option<Text>) -> Source {
        self.inputs.push(Input { kind, rest });
        Source::Input(self.inputs.len() - 1)
    }

    /// Starts to collect output; [`Self::take_capture`] ends it.
    pub(super) fn start_capture(&mut self) -> Sink {
        self.captures.push(Text::default());
        Sink::Capture(self.captures.len() - 1)
    }

    /// What was collected since the matching [`Self::start_capture`].
    pub(super) fn take_capture(&mut self) -> Text {
        self.captures.pop().unwrap_or_default()
    }
}
