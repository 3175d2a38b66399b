//! Commands that the shell performs by kernel calls: look, plan, perform, render.

use super::commands::{self, Answers, Command, Output, Planned, Request};
use super::expand::Failure;
use super::interpret::{Flow, Interpreter};
use super::stream::{InputKind, Io, Sink, Source};
use super::{Hint, Stream};
use crate::plan::{Call, Errno, FileRef, OpenMode, Refusal, Text};

impl Interpreter<'_> {
    /// Look, plan, perform, render.
    pub(super) fn run_planned(
        &mut self,
        command: &'static Command,
        plan: impl FnOnce(&Request<'_>) -> Planned,
        arguments: &[Text],
    ) -> Flow {
        let arguments = match self.with_jobs(command, arguments) {
            Ok(arguments) => arguments,
            Err(failure) => return self.fail(&failure, 1),
        };
        let actor = self.actor();
        let to_terminal = self.shell.has_screen && self.io.stdout == Sink::Terminal(Stream::Stdout);
        let (actor, arguments) = (&actor, arguments.as_slice());
        let mut planned = plan(&Request { command, actor, arguments, observe: &self.backend, to_terminal });
        if planned.stdin && self.io.stdin == Source::Terminal && self.shell.interactive {
            self.hint(Hint::new("hint-no-input").with("command", command.name));
        }
        let stdin = if planned.stdin {
            self.read_enough(&self.io.stdin.clone(), planned.enough).map(Some)
        } else {
            Ok(None)
        };
        if !planned.stdin
            && let Err(failure) = self.open_unread()
        {
            return self.fail(&failure, 1);
        }
        let stdin = match stdin {
            Err(refusal) if refusal.at == "open" => return self.input_refused(&refusal),
            other => other,
        };
        let mut answers = planned.plan.perform(&mut self.backend);
        while let Some(next) = planned.next.take() {
            let request = Request { command, actor, arguments, observe: &self.backend, to_terminal };
            let Some(following) = next(&request, &answers) else { break };
            planned = following;
            answers = planned.plan.perform(&mut self.backend);
        }
        let output = (planned.render)(&Answers { answers: &answers, stdin, observe: &self.backend });
        self.deliver(command, output)
    }

    /// Opens an input file that the command does not read.
    fn open_unread(&mut self) -> Result<(), Failure> {
        let io = Io { stdin: self.io.stdin.clone(), ..Io::terminal() };
        self.open_unwritten(&io)
    }

    fn input_refused(&mut self, refusal: &Refusal) -> Flow {
        let path = match self.io.stdin {
            Source::Input(index) => match self.inputs.get(index).map(|input| &input.kind) {
                Some(InputKind::File(path)) => path.clone(),
                _ => Text::default(),
            },
            Source::Terminal => Text::default(),
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
