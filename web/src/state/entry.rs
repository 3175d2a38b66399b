//! A line of the terminal, its output, and what there is to say about it.

use drydock_engine::{
    history::Session,
    shell::Chunk,
    view::{RefusalView, step::step_card},
};

/// A line that was run.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Entry {
    /// As it was typed; several lines where it was continued.
    pub(crate) line: String,
    /// What was printed.
    pub(crate) output: Vec<Chunk>,
    /// The exit status.
    pub(crate) status: u8,
    /// Helpful sentences; text between backticks is a command.
    pub(crate) hints: Vec<String>,
    /// What the kernel refused, where the command failed for it.
    pub(crate) refusals: Vec<RefusalView>,
    /// Its first step, from 1.
    pub(crate) first_step: u32,
    /// Its last step; before the first where it had none.
    pub(crate) last_step: u32,
}

/// Most refusals that are told below one line.
const MOST_REFUSALS: usize = 3;

impl Entry {
    /// Whether it was run after this step.
    pub(crate) fn is_later(&self, step: u32) -> bool {
        if self.first_step <= self.last_step { self.first_step > step } else { self.last_step > step }
    }

    /// The line that a session ran last.
    pub(crate) fn last_of(session: &Session) -> Option<Self> {
        let record = session.lines().last()?;
        // A refusal that a command expected (a file that may be missing) is no news.
        let mut refusals: Vec<RefusalView> = Vec::new();
        if record.status != 0 {
            for step in record.first_step..=record.last_step {
                let refusal = step_card(session, step).refusal;
                refusals.extend(refusal.filter(|refusal| !refusals.contains(refusal)));
                if refusals.len() == MOST_REFUSALS {
                    break;
                }
            }
        }
        Some(Self {
            line: record.line.clone(),
            output: record.output.clone(),
            status: record.status,
            hints: record.hints.clone(),
            refusals,
            first_step: record.first_step,
            last_step: record.last_step,
        })
    }
}
