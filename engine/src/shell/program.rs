//! Programs: a child is made with `clone3`, sets its descriptors, and becomes the program with `execve`.

use super::Stream;
use super::expand::Failure;
use super::interpret::{Flow, Interpreter};
use super::pipeline::Part;
use super::redirect::Target;
use super::simple::Prepared;
use super::stream::{InputKind, Sink, Source};
use crate::plan::{
    Actor, Answer, Backend, Call, Errno, FileRef, OpenMode, PipeEnd, PipeName, Refusal, StdioSource, Step,
    Text,
};

/// What a program reads as its standard input.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Feed {
    /// What the command around it reads.
    Inherited,
    /// A text that the shell writes into a pipe.
    Held(Text),
    /// A pipe that the part before it writes to.
    Pipe(PipeName),
}

/// A program that has been started.
pub(super) struct Started {
    /// Its task.
    pub(super) actor: Actor,
    /// The pipe that its output is read from by the shell.
    pub(super) captured: Option<PipeName>,
}

impl Interpreter<'_> {
    /// Runs one program in the foreground.
    pub(super) fn run_program(&mut self, prepared: Prepared, path: Text, tail: bool) -> Flow {
        if tail && self.can_become(&prepared) {
            return self.become_program(&prepared, &path);
        }
        self.stages(vec![Part::Program(prepared, path)])
    }

    /// Makes a pipe that has a name of its own.
    pub(super) fn make_pipe(&mut self) -> Result<PipeName, Failure> {
        let name = PipeName(self.shell.fresh_name("pipe"));
        match self.step(Call::Pipe2 { name: name.clone() }, "why-pipe") {
            Ok(_) => Ok(name),
            Err(refusal) => Err(Failure::fatal(format!("pipe error: {}", refusal.errno.text()))),
        }
    }

    /// Closes a pipe's end of the shell, so that the other side sees the end.
    pub(super) fn close(&mut self, end: PipeEnd) {
        // A pipe that can't be closed has been closed before.
        let _ = self.step(Call::Close { end }, "why-close-pipe");
    }

    /// Starts a program; `output` is the pipe to the part behind it.
    pub(super) fn start(
        &mut self,
        prepared: &Prepared,
        path: &Text,
        feed: &Feed,
        output: Option<&PipeName>,
    ) -> Result<Started, Failure> {
        let feed = self.feed_for(prepared, feed);
        let fed = match &feed {
            Feed::Held(_) => Some(self.make_pipe()?),
            _ => None,
        };
        let captured = match (&self.io.stdout, &self.io.stderr, output) {
            (Sink::Capture(_), _, None) | (_, Sink::Capture(_), _) => Some(self.make_pipe()?),
            _ => None,
        };
        let mut descriptors = self.inherited(&feed, fed.as_ref(), output, captured.as_ref());
        descriptors.extend(self.descriptors_of(&prepared.redirections)?);
        let actor = self.clone_child(&program_name(&self.resolve(path)))?;
        self.set_up(&actor, &descriptors, prepared, path);
        self.close_after_start(&feed, fed, output, captured.as_ref());
        Ok(Started { actor, captured })
    }

    /// Here-documents of the command itself count before what it inherits.
    fn feed_for(&self, prepared: &Prepared, feed: &Feed) -> Feed {
        let own = prepared.redirections.iter().rev().find_map(|one| match &one.to {
            Target::Held(text) if one.descriptor == 0 => Some(text.clone()),
            _ => None,
        });
        if let Some(text) = own {
            return Feed::Held(text);
        }
        match (feed, &self.io.stdin) {
            (Feed::Inherited, Source::Input(index)) => match self.inputs.get(*index) {
                Some(input) => match (&input.kind, &input.rest) {
                    (_, Some(rest)) => Feed::Held(rest.clone()),
                    (InputKind::Pipe(PipeEnd::Read(name)), None) => Feed::Pipe(name.clone()),
                    _ => Feed::Inherited,
                },
                None => Feed::Inherited,
            },
            _ => feed.clone(),
        }
    }

    /// What the descriptors are before the command's own redirections; those of the shell are left out.
    fn inherited(
        &mut self,
        feed: &Feed,
        fed: Option<&PipeName>,
        output: Option<&PipeName>,
        captured: Option<&PipeName>,
    ) -> Vec<(StdioSource, u32)> {
        let mut list = Vec::new();
        match (feed, fed) {
            (Feed::Pipe(name), _) | (Feed::Held(_), Some(name)) => {
                list.push((StdioSource::Pipe(PipeEnd::Read(name.clone())), 0));
            }
            _ => list.extend(self.input_file().map(|from| (from, 0))),
        }
        let write = |name: &PipeName| StdioSource::Pipe(PipeEnd::Write(name.clone()));
        let stdout = self.io.stdout.clone();
        match output {
            Some(name) => list.push((write(name), 1)),
            None => list.extend(self.sink_source(&stdout, captured, 1).map(|from| (from, 1))),
        }
        let stderr = self.io.stderr.clone();
        if output.is_none() && stderr == stdout && !matches!(stderr, Sink::Terminal(_)) {
            list.push((StdioSource::Descriptor(1), 2));
        } else {
            list.extend(self.sink_source(&stderr, captured, 2).map(|from| (from, 2)));
        }
        list
    }

    fn input_file(&self) -> Option<StdioSource> {
        let Source::Input(index) = self.io.stdin else { return None };
        match &self.inputs.get(index)?.kind {
            InputKind::File(path) => Some(StdioSource::File { path: path.clone(), mode: OpenMode::Read }),
            _ => None,
        }
    }

    fn sink_source(
        &mut self,
        sink: &Sink,
        captured: Option<&PipeName>,
        descriptor: u32,
    ) -> Option<StdioSource> {
        match sink {
            Sink::Terminal(Stream::Stdout) => (descriptor == 2).then_some(StdioSource::Descriptor(1)),
            Sink::Terminal(Stream::Stderr) => (descriptor == 1).then_some(StdioSource::Descriptor(2)),
            Sink::Capture(_) => captured.map(|name| StdioSource::Pipe(PipeEnd::Write(name.clone()))),
            Sink::Closed => Some(StdioSource::File { path: Text::from("/dev/null"), mode: OpenMode::Write }),
            Sink::File(index) => {
                let file = self.files.get_mut(*index)?;
                let mode = if file.opened { OpenMode::Append } else { file.mode };
                file.opened = true;
                file.mode = OpenMode::Append;
                Some(StdioSource::File { path: file.path.clone(), mode })
            }
        }
    }

    /// A child of the task that runs this.
    pub(super) fn clone_child(&mut self, stem: &str) -> Result<Actor, Failure> {
        let child = Actor::new(self.shell.fresh_name(stem));
        match self.step(Call::Clone3 { child: child.clone(), flags: Vec::new() }, "why-clone") {
            Ok(_) => Ok(child),
            Err(refusal) => Err(Failure::fatal(format!("fork: {}", refusal.errno.text()))),
        }
    }

    /// In the child: descriptors, then execve. What is refused ends the child, as in any shell.
    fn set_up(
        &mut self,
        actor: &Actor,
        descriptors: &[(StdioSource, u32)],
        prepared: &Prepared,
        path: &Text,
    ) {
        if let Err((status, message)) = self.try_set_up(actor, descriptors, prepared, path) {
            self.complain(&message);
            // A task that could not become the program can always end.
            let _ = self.step_by(actor, Call::ExitGroup { status }, "why-exit-refused");
        }
    }

    fn try_set_up(
        &mut self,
        actor: &Actor,
        descriptors: &[(StdioSource, u32)],
        prepared: &Prepared,
        path: &Text,
    ) -> Result<(), (u8, String)> {
        for (from, to) in descriptors {
            let call = Call::Dup2 { from: from.clone(), to: *to };
            if let Err(refusal) = self.step_by(actor, call, "why-redirect") {
                return Err((1, format!("sh: {}", self.refused_descriptor(from, &refusal))));
            }
        }
        self.perform_setup(actor, &prepared.setup)?;
        let argv: Vec<String> = prepared.words.iter().map(|word| self.resolve(word)).collect();
        if super::wait::is_endless(&argv) {
            self.endless.insert(actor.clone());
        }
        let call = Call::Execve {
            path: path.clone(),
            argv: prepared.words.clone(),
            env: self.environment(prepared),
        };
        self.step_by(actor, call, "why-execve").map(|_| ()).map_err(|refusal| {
            // What was found by its path may not be there in another root.
            if let Some(missing) = prepared.missing.filter(|_| refusal.errno == Errno::ENOENT) {
                return missing(argv.first().map_or("", String::as_str));
            }
            let status = if refusal.errno == Errno::ENOENT { 127 } else { 126 };
            (status, format!("sh: {}: {}", self.resolve(path), refusal.errno.text()))
        })
    }

    fn refused_descriptor(&mut self, from: &StdioSource, refusal: &Refusal) -> String {
        match from {
            StdioSource::File { path, .. } => self.refused_path(path, refusal.errno).message,
            _ => refusal.errno.text().to_owned(),
        }
    }

    /// Performs a step as another task.
    pub(super) fn step_by(&mut self, actor: &Actor, call: Call, why: &str) -> Answer {
        self.backend.perform(&Step::because(actor, call, why))
    }

    fn environment(&self, prepared: &Prepared) -> Vec<Text> {
        let mut all: std::collections::BTreeMap<&str, &Text> = self
            .shell
            .state
            .variables
            .iter()
            .filter(|(_, variable)| variable.exported)
            .map(|(name, variable)| (name.as_str(), &variable.value))
            .collect();
        all.extend(prepared.assignments.iter().map(|(name, value)| (name.as_str(), value)));
        let pair = |(name, value): (&str, &Text)| {
            let mut pair = Text::from(format!("{name}="));
            pair.push(value);
            pair
        };
        all.into_iter().map(pair).collect()
    }

    fn close_after_start(
        &mut self,
        feed: &Feed,
        fed: Option<PipeName>,
        output: Option<&PipeName>,
        captured: Option<&PipeName>,
    ) {
        if let Feed::Pipe(name) = feed {
            self.close(PipeEnd::Read(name.clone()));
        }
        for name in output.into_iter().chain(captured) {
            self.close(PipeEnd::Write(name.clone()));
        }
        if let (Feed::Held(data), Some(name)) = (feed, fed) {
            self.close(PipeEnd::Read(name.clone()));
            self.write_pipe(&name, data);
            self.close(PipeEnd::Write(name));
        }
    }

    /// Writes what the shell has printed into the pipe of a program. Its reader may have gone: that is fine.
    fn write_pipe(&mut self, name: &PipeName, data: &Text) {
        if !data.is_empty() {
            let file = FileRef::Pipe(PipeEnd::Write(name.clone()));
            let _ = self.step(Call::Write { file, data: data.clone(), mode: OpenMode::Write }, "why-feed");
        }
    }

    /// True where nothing follows in this task and its descriptors need no help of the shell.
    fn can_become(&self, prepared: &Prepared) -> bool {
        let held = prepared.redirections.iter().any(|one| matches!(one.to, Target::Held(_)));
        let captured =
            matches!(self.io.stdout, Sink::Capture(_)) || matches!(self.io.stderr, Sink::Capture(_));
        let plain = matches!(self.feed_for(prepared, &Feed::Inherited), Feed::Inherited);
        self.actor() != Actor::shell() && !held && !captured && plain
    }

    /// A subshell's last command takes its place, as in other shells.
    fn become_program(&mut self, prepared: &Prepared, path: &Text) -> Flow {
        let mut descriptors = self.inherited(&Feed::Inherited, None, None, None);
        match self.descriptors_of(&prepared.redirections) {
            Ok(own) => descriptors.extend(own),
            Err(failure) => return self.fail(&failure, 1),
        }
        let actor = self.actor();
        match self.try_set_up(&actor, &descriptors, prepared, path) {
            Ok(()) => {
                self.replaced = true;
                self.became.insert(actor, program_name(&self.resolve(path)));
            }
            Err((status, message)) => {
                self.complain(&message);
                self.shell.state.status = status;
            }
        }
        Flow::Exit
    }
}

/// The last component of a path, which tasks are named after.
fn program_name(path: &str) -> String {
    path.rsplit('/').next().filter(|name| !name.is_empty()).unwrap_or("program").to_owned()
}
