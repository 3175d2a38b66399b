//! A backend that writes down every step and its answer, whichever kernel is behind it.

use crate::plan::{Actor, Answer, Backend, Helper, Observation, Observe, Probe, Step};
use serde::{Deserialize, Serialize};

/// A step that was performed, with its answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    /// The simple command that the step belongs to, as it was typed, expanded.
    pub command: String,
    /// The step.
    pub step: Step,
    /// The answer.
    pub answer: Answer,
}

/// Passes steps on to `backend` and each record to `note`, with the backend as it is after the step.
pub struct Recorder<'a, B: Backend, F: FnMut(Record, &B)> {
    backend: &'a mut B,
    command: String,
    note: F,
}

impl<'a, B: Backend, F: FnMut(Record, &B)> Recorder<'a, B, F> {
    /// Records what `backend` is asked.
    pub fn new(backend: &'a mut B, note: F) -> Self {
        Self { backend, command: String::new(), note }
    }
}

impl<B: Backend, F: FnMut(Record, &B)> Observe for Recorder<'_, B, F> {
    fn observe(&self, actor: &Actor, probe: &Probe) -> Observation {
        self.backend.observe(actor, probe)
    }

    fn pid(&self, actor: &Actor) -> Option<u32> {
        self.backend.pid(actor)
    }

    fn pid_for(&self, viewer: &Actor, actor: &Actor) -> Option<u32> {
        self.backend.pid_for(viewer, actor)
    }
}

impl<B: Backend, F: FnMut(Record, &B)> Backend for Recorder<'_, B, F> {
    fn perform(&mut self, step: &Step) -> Answer {
        let answer = self.backend.perform(step);
        let record = Record { command: self.command.clone(), step: step.clone(), answer: answer.clone() };
        (self.note)(record, self.backend);
        answer
    }

    fn take_terminal(&mut self) -> String {
        self.backend.take_terminal()
    }

    fn begin_command(&mut self, text: &str) {
        text.clone_into(&mut self.command);
        self.backend.begin_command(text);
    }

    fn take_helper(&mut self) -> Option<Helper> {
        self.backend.take_helper()
    }

    fn is_model(&self) -> bool {
        self.backend.is_model()
    }
}
