//! Redirections: `<`, `>`, `>>`, `2>&1`, `<<END`, `<<<`, `&>`.

use super::expand::Failure;
use super::interpret::Interpreter;
use super::parse;
use super::stream::{Input, InputKind, Io, OutputFile, Sink, Source};
use crate::plan::{Call, Errno, OpenMode, StdioSource, Text};
use brush_parser::ast::{IoFileRedirectKind, IoFileRedirectTarget, IoHereDocument, IoRedirect};

/// A redirection whose words have been expanded.
#[derive(Clone, Debug)]
pub(super) struct Redirection {
    /// Which descriptor is set.
    pub(super) descriptor: u32,
    /// What it is set to.
    pub(super) to: Target,
}

/// What a descriptor is set to.
#[derive(Clone, Debug)]
pub(super) enum Target {
    /// A file.
    File(Text, OpenMode),
    /// The same as another descriptor.
    Same(u32),
    /// A text to read.
    Held(Text),
    /// Nothing.
    Closed,
}

impl Interpreter<'_> {
    /// Expands the words of a redirection; `&>` gives two.
    pub(super) fn expand_redirection(&mut self, redirect: &IoRedirect) -> Result<Vec<Redirection>, Failure> {
        let one = |descriptor: Option<i32>, usual: u32, to| {
            let descriptor = descriptor.map_or(usual, |number| u32::try_from(number).unwrap_or(u32::MAX));
            vec![Redirection { descriptor, to }]
        };
        Ok(match redirect {
            IoRedirect::File(number, kind, target) => {
                let (usual, target) = self.expand_target(kind, target)?;
                one(*number, usual, target)
            }
            IoRedirect::HereDocument(number, document) => one(*number, 0, self.expand_document(document)?),
            IoRedirect::HereString(number, word) => {
                let mut text = self.expand_to_text(&word.value)?;
                text.push_str("\n");
                one(*number, 0, Target::Held(text))
            }
            IoRedirect::OutputAndError(word, append) => {
                let mode = if *append { OpenMode::Append } else { OpenMode::Truncate };
                let path = self.expand_to_text(&word.value)?;
                let mut both = one(None, 1, Target::File(path, mode));
                both.push(Redirection { descriptor: 2, to: Target::Same(1) });
                both
            }
        })
    }

    fn expand_target(
        &mut self,
        kind: &IoFileRedirectKind,
        target: &IoFileRedirectTarget,
    ) -> Result<(u32, Target), Failure> {
        let word = match target {
            IoFileRedirectTarget::Filename(word) | IoFileRedirectTarget::Duplicate(word) => &word.value,
            IoFileRedirectTarget::Fd(number) => {
                return Ok((1, Target::Same(u32::try_from(*number).unwrap_or(u32::MAX))));
            }
            IoFileRedirectTarget::ProcessSubstitution(..) => {
                return Err(Failure::new("process substitution is not part of this shell"));
            }
        };
        let path = self.expand_to_text(word)?;
        Ok(match kind {
            IoFileRedirectKind::Read => (0, Target::File(path, OpenMode::Read)),
            IoFileRedirectKind::Write | IoFileRedirectKind::Clobber => {
                (1, Target::File(path, OpenMode::Truncate))
            }
            IoFileRedirectKind::Append => (1, Target::File(path, OpenMode::Append)),
            IoFileRedirectKind::ReadAndWrite => (0, Target::File(path, OpenMode::Read)),
            IoFileRedirectKind::DuplicateInput => (0, self.duplicate(&path)?),
            IoFileRedirectKind::DuplicateOutput => (1, self.duplicate(&path)?),
        })
    }

    fn duplicate(&self, word: &Text) -> Result<Target, Failure> {
        let word = self.resolve(word);
        if word == "-" {
            return Ok(Target::Closed);
        }
        match word.parse() {
            Ok(number) => Ok(Target::Same(number)),
            Err(_) => Err(Failure::new(format!("{word}: ambiguous redirect"))),
        }
    }

    fn expand_document(&mut self, document: &IoHereDocument) -> Result<Target, Failure> {
        let text = &document.doc.value;
        let text = if document.remove_tabs {
            text.split_inclusive('\n').map(|line| line.trim_start_matches('\t')).collect()
        } else {
            text.clone()
        };
        if !document.requires_expansion {
            return Ok(Target::Held(Text::from(text)));
        }
        let pieces = parse::here_document(&text).map_err(|error| Failure::new(error.message))?;
        self.expand_quoted(&pieces).map(Target::Held)
    }

    /// Sets descriptors for a command that the shell performs itself. With `lazy`, a single output file is
    /// opened by the first write, so that `echo 1 > tasks` is one step.
    pub(super) fn apply(&mut self, redirections: &[Redirection], lazy: bool) -> Result<Io, Failure> {
        let mut io = self.io.clone();
        let files = redirections.iter().filter(|one| matches!(one.to, Target::File(..))).count();
        for redirection in redirections {
            self.apply_one(&mut io, redirection, lazy && files == 1)?;
        }
        Ok(io)
    }

    fn apply_one(&mut self, io: &mut Io, redirection: &Redirection, lazy: bool) -> Result<(), Failure> {
        let descriptor = redirection.descriptor;
        match (&redirection.to, descriptor) {
            (Target::File(path, OpenMode::Read), 0) => {
                // The reading itself is one step; other commands open the file first.
                if !lazy {
                    self.open(path, OpenMode::Read)?;
                }
                io.stdin = self.add_input(InputKind::File(path.clone()), None);
            }
            (Target::Held(text), 0) => io.stdin = self.add_input(InputKind::Held, Some(text.clone())),
            (Target::File(path, mode), 1 | 2) => {
                let sink = self.open_output(path, *mode, lazy)?;
                set_output(io, descriptor, sink);
            }
            (Target::Same(1), 2) => io.stderr = io.stdout.clone(),
            (Target::Same(2), 1) => io.stdout = io.stderr.clone(),
            (Target::Same(other), _) if *other == descriptor => {}
            (Target::Closed, 0) => io.stdin = Source::Terminal,
            (Target::Closed, 1 | 2) => set_output(io, descriptor, Sink::Closed),
            (Target::Same(other), _) => {
                return Err(Failure::new(format!("{other}: {}", Errno::EBADF.text())));
            }
            _ => return Err(Failure::new(format!("{descriptor}: {}", Errno::EBADF.text()))),
        }
        Ok(())
    }

    fn open_output(&mut self, path: &Text, mode: OpenMode, lazy: bool) -> Result<Sink, Failure> {
        let mut file = OutputFile { path: path.clone(), mode, opened: false, opener: None };
        if !lazy {
            self.open(path, mode)?;
            file.opened = true;
            file.mode = if mode == OpenMode::Truncate { OpenMode::Write } else { OpenMode::Append };
        }
        self.files.push(file);
        Ok(Sink::File(self.files.len() - 1))
    }

    /// Opens a file, as the redirections of a command that does more than print have to.
    pub(super) fn open(&mut self, path: &Text, mode: OpenMode) -> Result<(), Failure> {
        let answer = self.step(Call::Open { path: path.clone(), mode }, "why-redirect-open");
        answer.map(|_| ()).map_err(|refusal| self.refused_path(path, refusal.errno))
    }

    /// What the shell says where a redirection's file can't be opened.
    pub(super) fn refused_path(&mut self, path: &Text, errno: Errno) -> Failure {
        // A control group refuses to make a file with EACCES.
        if matches!(errno, Errno::ENOENT | Errno::EACCES) {
            self.hint_path(path);
        }
        Failure::new(format!("{}: {}", self.resolve(path), errno.text()))
    }

    /// Opens what a command with a lazy redirection has not written to: `: > file` still makes the file.
    pub(super) fn open_unwritten(&mut self, io: &Io) -> Result<(), Failure> {
        for sink in [&io.stdout, &io.stderr] {
            let Sink::File(index) = sink else { continue };
            let Some(file) = self.files.get(*index).filter(|file| !file.opened).cloned() else { continue };
            self.open(&file.path, file.mode)?;
            if let Some(file) = self.files.get_mut(*index) {
                file.opened = true;
            }
        }
        if let Source::Input(index) = io.stdin
            && let Some(Input { kind: InputKind::File(path), rest: None }) = self.inputs.get(index).cloned()
        {
            self.open(&path, OpenMode::Read)?;
        }
        Ok(())
    }

    /// The same for a program: what its own task sets with `dup2` before it becomes the program.
    pub(super) fn descriptors_of(
        &self,
        redirections: &[Redirection],
    ) -> Result<Vec<(StdioSource, u32)>, Failure> {
        let mut list = Vec::new();
        for redirection in redirections {
            let to = redirection.descriptor;
            if to > 2 {
                return Err(Failure::new(format!("{to}: {}", Errno::EBADF.text())));
            }
            match &redirection.to {
                Target::File(path, mode) => {
                    list.push((StdioSource::File { path: path.clone(), mode: *mode }, to))
                }
                Target::Same(from) if *from <= 2 => list.push((StdioSource::Descriptor(*from), to)),
                Target::Same(from) => return Err(Failure::new(format!("{from}: {}", Errno::EBADF.text()))),
                // Held texts become pipes before the task is made; a closed descriptor reads and writes nothing.
                Target::Held(_) => {}
                Target::Closed => {
                    let mode = if to == 0 { OpenMode::Read } else { OpenMode::Write };
                    list.push((StdioSource::File { path: Text::from("/dev/null"), mode }, to));
                }
            }
        }
        Ok(list)
    }
}

fn set_output(io: &mut Io, descriptor: u32, sink: Sink) {
    if descriptor == 1 {
        io.stdout = sink;
    } else {
        io.stderr = sink;
    }
}
