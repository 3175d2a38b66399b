//! Pipelines. What the shell performs itself is run part by part with the text handed on; programs are tasks
//! with pipes between them; the two may be mixed.

use super::expand::Failure;
use super::interpret::{Flow, Interpreter};
use super::program::Feed;
use super::simple::{Performer, Prepared};
use super::stream::{InputKind, Io, Sink, Source};
use crate::plan::{Actor, Backend, Call, FileRef, PipeEnd, PipeName, Text};
use brush_parser::ast::Command;

/// A part of a pipeline.
pub(super) enum Part<'c> {
    /// A program, by its path.
    Program(Prepared, Text),
    /// A simple command that the shell performs, or that is not there.
    Simple(Prepared),
    /// A compound command.
    Compound(&'c Command),
}

impl Interpreter<'_> {
    /// Runs `a | b | c` in the foreground.
    pub(super) fn pipe(&mut self, commands: &[Command]) -> Flow {
        match self.parts(commands) {
            Ok(parts) => self.stages(parts),
            Err(failure) => self.fail(&failure, 1),
        }
    }

    /// Expands the words of all parts, and finds out who performs them.
    pub(super) fn parts<'c>(&mut self, commands: &'c [Command]) -> Result<Vec<Part<'c>>, Failure> {
        let mut parts = Vec::new();
        for command in commands {
            let Command::Simple(simple) = command else {
                parts.push(Part::Compound(command));
                continue;
            };
            let saved = self.shell.state.clone();
            let prepared = self.prepare(simple);
            self.shell.state = saved;
            let prepared = self.unwrap_launchers(prepared?);
            let performer = if prepared.setup.is_empty() {
                self.performer(&prepared.words)
            } else {
                self.launched_performer(&prepared.words)
            };
            parts.push(match performer {
                // Where a child does the rest, the task that the pipeline starts is another one.
                Performer::Program(path) if !prepared.forks() => Part::Program(prepared, path),
                _ => Part::Simple(prepared),
            });
        }
        Ok(parts)
    }

    /// Runs the parts and waits for the programs among them.
    pub(super) fn stages(&mut self, parts: Vec<Part<'_>>) -> Flow {
        let before = std::mem::take(&mut self.running);
        let flow = self.run_stages(parts);
        self.running = before;
        match flow {
            Ok(flow) => flow,
            Err(failure) => self.fail(&failure, 254),
        }
    }

    fn run_stages(&mut self, parts: Vec<Part<'_>>) -> Result<Flow, Failure> {
        let outer = self.io.clone();
        let count = parts.len();
        let mut feed = Feed::Inherited;
        let mut last_is_program = false;
        let mut flow = Flow::Next;
        for (index, part) in parts.into_iter().enumerate() {
            let last = index + 1 == count;
            last_is_program = matches!(part, Part::Program(..));
            match part {
                Part::Program(prepared, path) => {
                    self.backend.begin_command(&prepared.text);
                    feed = self.program_stage(&prepared, &path, &feed, last)?;
                }
                inside => {
                    let (text, ended) = self.inside_stage(inside, &feed, &outer, last);
                    feed = Feed::Held(text);
                    flow = ended;
                }
            }
            if flow.is_abort() {
                break;
            }
        }
        self.io = outer;
        Ok(self.end_stages(flow, last_is_program))
    }

    fn end_stages(&mut self, flow: Flow, last_is_program: bool) -> Flow {
        let actors = std::mem::take(&mut self.running);
        if actors.is_empty() {
            return flow;
        }
        let (status, interrupted) = self.wait_for(&actors);
        if last_is_program {
            self.shell.state.status = status;
        }
        if interrupted {
            self.shell.state.status = 130;
            return Flow::Abort;
        }
        if self.left_running.is_empty() { flow } else { Flow::Exit }
    }

    fn program_stage(
        &mut self,
        prepared: &Prepared,
        path: &Text,
        feed: &Feed,
        last: bool,
    ) -> Result<Feed, Failure> {
        let output = if last { None } else { Some(self.make_pipe()?) };
        let started = self.start(prepared, path, feed, output.as_ref())?;
        self.running.push(started.actor);
        if let Some(name) = started.captured {
            self.read_captured(name);
        }
        Ok(output.map_or(Feed::Inherited, Feed::Pipe))
    }

    /// Reads what a program prints inside `$( )`.
    fn read_captured(&mut self, name: PipeName) {
        let end = PipeEnd::Read(name);
        let text = self.read_pipe(&FileRef::Pipe(end.clone())).unwrap_or_default();
        let sink = match (&self.io.stdout, &self.io.stderr) {
            (Sink::Capture(index), _) | (_, Sink::Capture(index)) => Sink::Capture(*index),
            _ => return,
        };
        let _ = self.emit(&sink, &Text::from(text));
        self.close(end);
    }

    /// Runs a part in the shell, on a copy of its state; gives what it printed for the part behind it.
    fn inside_stage(&mut self, part: Part<'_>, feed: &Feed, outer: &Io, last: bool) -> (Text, Flow) {
        let stdin = match feed {
            Feed::Inherited => outer.stdin.clone(),
            Feed::Held(text) => self.add_input(InputKind::Held, Some(text.clone())),
            Feed::Pipe(name) => self.add_input(InputKind::Pipe(PipeEnd::Read(name.clone())), None),
        };
        let stdout = if last { outer.stdout.clone() } else { self.start_capture() };
        self.io = Io { stdin: stdin.clone(), stdout, stderr: outer.stderr.clone() };
        let saved = self.shell.state.clone();
        let flow = self.in_copy(|interpreter| match part {
            Part::Simple(prepared) | Part::Program(prepared, _) => {
                interpreter.counted(|interpreter| interpreter.run_prepared(prepared, false))
            }
            Part::Compound(command) => interpreter.command(command, false),
        });
        let status = self.shell.state.status;
        self.shell.state = saved;
        self.shell.state.status = status;
        let text = if last { Text::default() } else { self.take_capture() };
        if let Feed::Pipe(name) = feed {
            self.drop_unread(&stdin);
            self.close(PipeEnd::Read(name.clone()));
        }
        self.io = outer.clone();
        (text, flow)
    }

    /// Marks a pipe as read, so that nothing reads it once it is closed.
    fn drop_unread(&mut self, source: &Source) {
        if let Source::Input(index) = source
            && let Some(input) = self.inputs.get_mut(*index)
        {
            input.rest = Some(Text::default());
        }
    }

    /// Runs `( … )`: a child of the shell performs it, and the shell waits for the child.
    pub(super) fn subshell(&mut self, list: &brush_parser::ast::CompoundList) -> Flow {
        let child = match self.clone_child("sh") {
            Ok(child) => child,
            Err(failure) => return self.fail(&failure, 254),
        };
        let flow = self.in_child(&child, |interpreter| interpreter.list(list, true));
        if !std::mem::take(&mut self.replaced) {
            let status = self.shell.state.status;
            let _ = self.step_by(&child, Call::ExitGroup { status }, "why-subshell-exit");
        }
        let (status, interrupted) = self.wait_for(&[child]);
        self.shell.state.status = status;
        if interrupted || flow.is_abort() {
            self.shell.state.status = 130;
            return Flow::Abort;
        }
        if self.left_running.is_empty() { Flow::Next } else { Flow::Exit }
    }

    /// Runs something as a child, with a copy of the state; `$?` afterwards is the child's.
    pub(super) fn in_child(&mut self, child: &Actor, run: impl FnOnce(&mut Self) -> Flow) -> Flow {
        let saved = self.shell.state.clone();
        let jobs = std::mem::take(&mut self.shell.jobs);
        self.shell.state.actor = child.clone();
        let flow = self.in_new_loops(run);
        let flow = if flow.is_abort() { flow } else { Flow::Next };
        let status = self.shell.state.status;
        self.shell.state = saved;
        self.shell.state.status = status;
        self.shell.jobs = jobs;
        flow
    }
}
