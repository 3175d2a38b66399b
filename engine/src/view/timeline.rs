//! The timeline: lines, the commands in them, and their steps.

use crate::history::{LineRecord, Session};
use crate::plan::{Observe, strace};

/// A line that was typed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TimelineLine {
    /// Its number, from 0.
    pub index: u32,
    /// The line.
    pub text: String,
    /// Its exit status.
    pub status: u8,
    /// Its first step; greater than `last_step` for a line without steps.
    pub first_step: u32,
    /// Its last step.
    pub last_step: u32,
    /// The simple commands in it that made steps.
    pub commands: Vec<TimelineCommand>,
}

/// A simple command with its steps.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TimelineCommand {
    /// As expanded.
    pub text: String,
    /// Its steps.
    pub steps: Vec<TimelineStep>,
}

/// A step in the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TimelineStep {
    /// Its number, from 1.
    pub index: u32,
    /// Who makes the call.
    pub actor: String,
    /// The call as strace prints it.
    pub call: String,
    /// The result as strace prints it.
    pub result: String,
    /// True where the kernel refused.
    pub refused: bool,
}

/// All lines of a session.
pub fn timeline(session: &Session) -> Vec<TimelineLine> {
    session.lines().enumerate().map(|(index, record)| timeline_line(session, index, record)).collect()
}

/// One line of a session, for those who draw only what is new.
pub fn timeline_line(session: &Session, index: usize, record: &LineRecord) -> TimelineLine {
    let mut commands: Vec<TimelineCommand> = Vec::new();
    for step in record.first_step..=record.last_step {
        let Some(made) = session.frame(step).record.as_ref() else { continue };
        let drawn = timeline_step(session, step);
        match commands.last_mut() {
            Some(last) if last.text == made.command => last.steps.extend(drawn),
            _ => commands
                .push(TimelineCommand { text: made.command.clone(), steps: drawn.into_iter().collect() }),
        }
    }
    TimelineLine {
        index: u32::try_from(index).unwrap_or(u32::MAX),
        text: record.line.clone(),
        status: record.status,
        first_step: record.first_step,
        last_step: record.last_step,
        commands,
    }
}

/// One step as a line of the list; `None` for step 0 and for those that are not there.
pub fn timeline_step(session: &Session, step: u32) -> Option<TimelineStep> {
    let frame = session.frame(step);
    let record = frame.record.as_ref()?;
    Some(TimelineStep {
        index: step,
        actor: record.step.actor.to_string(),
        call: strace::call(&record.step.call, &|actor| frame.kernel.pid(actor)),
        result: strace::answer(&record.answer),
        refused: record.answer.is_err(),
    })
}
