//! A session on the model: lines typed so far and a frame for every step.

use super::recorder::{Record, Recorder};
use crate::explain::catalogue;
use crate::host::HostProfile;
use crate::kernel::Kernel;
use crate::shell::commands::Completion;
use crate::shell::{Chunk, LineResult, Shell, Stream};
use std::rc::Rc;

/// The model after a step.
#[derive(Clone)]
pub struct Frame {
    /// The step and its answer; `None` for the host as it was found.
    pub record: Option<Record>,
    /// The kernel after the step.
    pub kernel: Kernel,
}

/// A line that was typed, and what came of it.
#[derive(Clone)]
pub struct LineRecord {
    /// As it was typed.
    pub line: String,
    /// What was printed.
    pub output: Vec<Chunk>,
    /// The exit status, `$?`.
    pub status: u8,
    /// Helpful sentences, such as "did you mean".
    pub hints: Vec<String>,
    /// The number of its first step, from 1. A line without steps has `first_step > last_step`.
    pub first_step: u32,
    /// The number of its last step.
    pub last_step: u32,
    /// True where the line is the start of something longer (an open quote, `if` without `fi`).
    pub incomplete: bool,
    /// The shell before the line, for going on from there.
    before: Shell,
}

impl LineRecord {
    /// What was printed to one of the two streams.
    pub fn text_of(&self, stream: Stream) -> String {
        let chunks = self.output.iter().filter(|chunk| chunk.stream == stream);
        chunks.map(|chunk| chunk.text.as_str()).collect()
    }
}

/// Everything that happened since the host was booted. Cloning is cheap.
#[derive(Clone)]
pub struct Session {
    profile: HostProfile,
    shell: Shell,
    // Behind pointers: the vector's chunks of 64 pass through the stack when it is cut off, and a page has little of it.
    frames: imbl::Vector<Rc<Frame>>,
    lines: imbl::Vector<Rc<LineRecord>>,
}

impl Session {
    /// Boots a host.
    pub fn new(profile: HostProfile) -> Self {
        let kernel = Kernel::boot(&profile);
        let frames = imbl::Vector::unit(Rc::new(Frame { record: None, kernel }));
        Self { shell: Shell::new(&profile), profile, frames, lines: imbl::Vector::new() }
    }

    /// Boots a host and types lines.
    pub fn replay<'a>(profile: HostProfile, lines: impl IntoIterator<Item = &'a str>) -> Self {
        let mut session = Self::new(profile);
        for line in lines {
            session.run(line);
        }
        session
    }

    /// Types a line at the end.
    pub fn run(&mut self, line: &str) -> &LineRecord {
        let before = self.shell.clone();
        let first_step = self.n_steps() + 1;
        let mut kernel = self.now().clone();
        let frames = &mut self.frames;
        let mut recorder = Recorder::new(&mut kernel, |record, kernel: &Kernel| {
            frames.push_back(Rc::new(Frame { record: Some(record), kernel: kernel.clone() }));
        });
        let result = self.shell.run(line, &mut recorder);
        // What the shell took from the terminal at the end of the line belongs to the last frame.
        if let Some(last) = self.frames.back_mut() {
            Rc::make_mut(last).kernel = kernel;
        }
        self.note(line, result, before, first_step)
    }

    fn note(&mut self, line: &str, result: LineResult, before: Shell, first_step: u32) -> &LineRecord {
        let hints = result.hints.iter().map(|hint| catalogue().text(&hint.id, &hint.facts)).collect();
        self.lines.push_back(Rc::new(LineRecord {
            line: line.to_owned(),
            output: result.output,
            status: result.status,
            hints,
            first_step,
            last_step: self.n_steps(),
            incomplete: result.incomplete,
            before,
        }));
        &self.lines[self.lines.len() - 1]
    }

    /// The host that was booted.
    pub fn profile(&self) -> &HostProfile {
        &self.profile
    }

    /// The number of steps so far; frames are numbered from 0 (the host as found) to this.
    pub fn n_steps(&self) -> u32 {
        u32::try_from(self.frames.len() - 1).unwrap_or(u32::MAX)
    }

    /// Frame `index`; the last one where there are fewer.
    pub fn frame(&self, index: u32) -> &Frame {
        let index = (index as usize).min(self.frames.len() - 1);
        &self.frames[index]
    }

    /// The kernel as it is now.
    pub fn now(&self) -> &Kernel {
        &self.frame(self.n_steps()).kernel
    }

    /// The lines typed so far.
    pub fn lines(&self) -> impl ExactSizeIterator<Item = &LineRecord> {
        self.lines.iter().map(|line| &**line)
    }

    /// The line that a step belongs to, by its index from 0.
    pub fn line_of_step(&self, step: u32) -> Option<u32> {
        if step == 0 || step > self.n_steps() {
            return None;
        }
        // Lines are in order of their steps: find the first that ends at or behind the step.
        let (mut low, mut high) = (0, self.lines.len());
        while low < high {
            let middle = low.midpoint(high);
            if self.lines[middle].last_step < step { low = middle + 1 } else { high = middle }
        }
        u32::try_from(low).ok().filter(|_| low < self.lines.len())
    }

    /// Forgets everything from the line of this index on, so that another future can be typed.
    pub fn fork_before_line(&mut self, line: u32) {
        let Some(record) = self.lines.get(line as usize) else { return };
        self.shell = record.before.clone();
        let keep_frames = record.first_step as usize;
        self.frames.truncate(keep_frames);
        self.lines.truncate(line as usize);
    }

    /// What could be typed next at the cursor (a byte offset) of a line.
    pub fn complete(&self, line: &str, cursor: usize) -> Completion {
        crate::shell::commands::complete(line, cursor, &self.shell, self.now())
    }
}
