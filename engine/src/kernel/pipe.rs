//! Pipes (pipe(7)): a buffer, and the tasks that hold its ends.

use super::fs::content::cut;
use super::refuse::refuse;
use super::shared::Shared;
use super::task::Stdio;
use super::{Fact, Kernel, Task, limits};
use crate::plan::{Errno, PipeEnd, PipeName, Refusal, Rule};
use serde::Serialize;

/// Which end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Side {
    Read,
    Write,
}

/// An end that a task holds.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub(crate) struct PipeHandle {
    pub(crate) pipe: String,
    pub(crate) side: Side,
}

impl From<&PipeEnd> for PipeHandle {
    fn from(end: &PipeEnd) -> Self {
        let (PipeName(pipe), side) = match end {
            PipeEnd::Read(name) => (name, Side::Read),
            PipeEnd::Write(name) => (name, Side::Write),
        };
        Self { pipe: pipe.clone(), side }
    }
}

/// What has been written and not yet read.
#[derive(Clone, Debug, Default, Serialize)]
pub(crate) struct Pipe {
    /// Text written by steps.
    pub(crate) text: String,
    /// Bytes of which only the number is known, written by workloads.
    pub(crate) opaque: u64,
    /// Such bytes that were ever written: a reader that takes all until the end has had so many.
    pub(crate) passed: u64,
}

impl Task {
    /// True where one of its descriptors is this end.
    pub(crate) fn holds(&self, handle: &PipeHandle) -> bool {
        self.pipes.contains(handle) || self.stdio.iter().any(|stdio| *stdio == Stdio::Pipe(handle.clone()))
    }
}

impl Kernel {
    /// True where any task holds this end.
    pub(crate) fn is_held(&self, pipe: &str, side: Side) -> bool {
        let handle = PipeHandle { pipe: pipe.to_owned(), side };
        self.tasks.with(Fact::Holds(handle)).next().is_some()
    }

    /// A pipe that nobody holds any more is gone.
    pub(crate) fn drop_unheld_pipes(&mut self) {
        for name in self.tasks.take_released() {
            if !self.is_held(&name, Side::Read) && !self.is_held(&name, Side::Write) {
                self.pipes.remove(&name);
            }
        }
    }

    /// pipe2(2): both ends belong to the caller.
    pub(crate) fn make_pipe(&mut self, pid: u32, name: &PipeName) -> Result<(), Refusal> {
        if self.pipes.contains_key(&name.0) {
            return refuse(Errno::EEXIST, "pipe2", Rule::new("rule-pipe-name-taken").with("pipe", &name.0));
        }
        self.pipes.insert(name.0.clone(), Shared::from(Pipe::default()));
        self.change_process(pid, |task| {
            for side in [Side::Read, Side::Write] {
                task.pipes.insert(PipeHandle { pipe: name.0.clone(), side });
            }
        });
        Ok(())
    }

    /// The caller's end of that name (EBADF where it has none, or has closed it).
    pub(crate) fn held_end(&self, pid: u32, end: &PipeEnd, at: &str) -> Result<PipeHandle, Refusal> {
        let handle = PipeHandle::from(end);
        if self.task(pid).is_some_and(|task| task.holds(&handle)) {
            return Ok(handle);
        }
        refuse(Errno::EBADF, at, Rule::new("rule-pipe-not-held").with("pipe", handle.pipe))
    }

    /// close(2) of an end.
    pub(crate) fn close_end(&mut self, pid: u32, end: &PipeEnd) -> Result<(), Refusal> {
        let handle = PipeHandle::from(end);
        if !self.task(pid).is_some_and(|task| task.pipes.contains(&handle)) {
            return refuse(Errno::EBADF, "close", Rule::new("rule-pipe-not-held").with("pipe", handle.pipe));
        }
        self.change_process(pid, |task| {
            task.pipes.remove(&handle);
        });
        self.drop_unheld_pipes();
        Ok(())
    }

    /// write(2) to a pipe: EPIPE without a reader; a full pipe would block the writer.
    pub(crate) fn write_pipe(&mut self, handle: &PipeHandle, data: &str) -> Result<u64, Refusal> {
        let rule = |id: &str| Rule::new(id).with("pipe", &handle.pipe);
        if handle.side == Side::Read {
            return refuse(Errno::EBADF, "write", rule("rule-pipe-wrong-end"));
        }
        if !self.is_held(&handle.pipe, Side::Read) {
            return refuse(Errno::EPIPE, "write", rule("rule-pipe-without-reader"));
        }
        let swallowed = self.has_consumer(&handle.pipe);
        let Some(pipe) = self.pipes.get_mut(&handle.pipe) else {
            return refuse(Errno::EBADF, "write", rule("rule-pipe-not-held"));
        };
        let held = pipe.text.len() as u64 + pipe.opaque + data.len() as u64;
        if held > limits::PIPE_CAPACITY && !swallowed {
            return refuse(Errno::EAGAIN, "write", rule("rule-pipe-full"));
        }
        pipe.text.push_str(data);
        Ok(data.len() as u64)
    }

    /// True where a workload reads all that comes out of the pipe.
    fn has_consumer(&self, pipe: &str) -> bool {
        let end = PipeHandle { pipe: pipe.to_owned(), side: Side::Read };
        let reads = |task: &Task| task.work.as_ref().is_some_and(|work| work.reads_input());
        let mut holders = self.tasks.with(Fact::Holds(end.clone()));
        holders.any(|task| task.stdio[0] == Stdio::Pipe(end.clone()) && reads(task))
    }

    /// True where a task that will end by itself holds the writing end.
    fn has_finite_writer(&self, pipe: &str) -> bool {
        let end = PipeHandle { pipe: pipe.to_owned(), side: Side::Write };
        self.tasks.with(Fact::Holds(end)).any(|task| self.will_end(task))
    }

    /// True where so many bytes wait in the pipe, and are known.
    fn has(&self, pipe: &str, count: u64) -> bool {
        self.pipes.get(pipe).is_some_and(|pipe| pipe.opaque == 0 && pipe.text.len() as u64 >= count)
    }

    /// Whoever writes lines without end into the pipe has written so many bytes by the time they are read.
    fn write_lines(&mut self, pipe: &str, count: u64) {
        let end = PipeHandle { pipe: pipe.to_owned(), side: Side::Write };
        let writes = |task: &&Task| task.stdio[1] == Stdio::Pipe(end.clone()) && !self.is_held_up(task);
        let mut writers = self.tasks.with(Fact::Holds(end.clone())).filter(writes);
        let Some(line) = writers.find_map(|task| task.work.as_ref()?.line(&task.argv)) else { return };
        if let Some(pipe) = self.pipes.get_mut(pipe) {
            while (pipe.text.len() as u64) < count {
                pipe.text.push_str(&line);
            }
        }
    }

    /// read(2) to the end: waits until nobody can write any more, or until so many bytes have come.
    pub(crate) fn read_pipe(
        &mut self,
        pid: u32,
        handle: &PipeHandle,
        at_most: Option<u64>,
    ) -> Result<String, Refusal> {
        let rule = |id: &str| Rule::new(id).with("pipe", &handle.pipe);
        if handle.side == Side::Write {
            return refuse(Errno::EBADF, "read", rule("rule-pipe-wrong-end"));
        }
        let name = handle.pipe.as_str();
        if let Some(count) = at_most.filter(|count| *count <= limits::READ_MAX) {
            self.advance(u64::MAX, |kernel| kernel.has(name, count) || !kernel.has_finite_writer(name));
            self.write_lines(name, count);
            if self.has(name, count)
                && let Some(pipe) = self.pipes.get_mut(name)
            {
                return Ok(cut(&mut pipe.text, count));
            }
        }
        self.advance(u64::MAX, |kernel| !kernel.has_finite_writer(name));
        let own_end = PipeHandle { pipe: handle.pipe.clone(), side: Side::Write };
        if self.task(pid).is_some_and(|task| task.holds(&own_end)) || self.is_held(name, Side::Write) {
            return refuse(Errno::EAGAIN, "read", rule("rule-pipe-without-end"));
        }
        let Some(pipe) = self.pipes.get_mut(name) else {
            return refuse(Errno::EBADF, "read", rule("rule-pipe-not-held"));
        };
        if pipe.opaque > 0 {
            return super::refuse::not_modelled("read", "the bytes that a workload writes into a pipe");
        }
        Ok(std::mem::take(&mut pipe.text))
    }
}
