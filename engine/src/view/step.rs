//! The step card: one step explained.

use super::change::{Change, changes};
use crate::explain::refusal::fidelity_note;
use crate::explain::{Facts, catalogue, explain_refusal, sentence};
use crate::history::Session;
use crate::plan::{Fidelity, Observe, Refusal, strace};

/// How true the model is, in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FidelityView {
    /// True where the model answers as Linux does.
    pub exact: bool,
    /// `exact` or `partial`.
    pub word: String,
    /// What that means here.
    pub note: String,
}

impl FidelityView {
    /// The words for a row's fidelity.
    pub fn of(fidelity: Fidelity) -> Self {
        let text = |id| catalogue().text(id, &Facts::new());
        match fidelity_note(fidelity) {
            None => Self { exact: true, word: text("fidelity-exact"), note: text("fidelity-exact-note") },
            Some(note) => Self { exact: false, word: text("fidelity-partial"), note },
        }
    }
}

/// A refusal in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefusalView {
    /// `EBUSY`.
    pub errno: String,
    /// `Device or resource busy`.
    pub text: String,
    /// What happened.
    pub sentence: String,
    /// The kernel's rule.
    pub rule: String,
    /// Where the rule stands.
    pub source: String,
    /// What to do.
    pub advice: String,
}

impl RefusalView {
    /// A refusal with its explanation.
    pub fn of(refusal: &Refusal) -> Self {
        let explained = explain_refusal(refusal);
        Self {
            errno: refusal.errno.to_string(),
            text: refusal.errno.text().to_owned(),
            sentence: explained.sentence,
            rule: explained.rule,
            source: explained.source,
            advice: explained.advice,
        }
    }
}

/// A step explained. Step 0 is the host as it was found: it has a sentence and nothing else.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StepCard {
    /// The step's number.
    pub index: u32,
    /// The number of steps so far.
    pub total: u32,
    /// The line that it belongs to.
    pub line: String,
    /// What it does.
    pub sentence: String,
    /// Why it is made, where the call alone does not say.
    pub why: String,
    /// Who makes the call.
    pub actor: String,
    /// The caller's pid.
    pub pid: Option<u32>,
    /// The call as strace prints it.
    pub call: String,
    /// Its result as strace prints it.
    pub result: String,
    /// The manual page, `mkdir(2)`.
    pub manual: String,
    /// How true the model is.
    pub fidelity: FidelityView,
    /// What is different after it.
    pub changes: Vec<Change>,
    /// Why it was refused.
    pub refusal: Option<RefusalView>,
}

/// The card of step `at`.
pub fn step_card(session: &Session, at: u32) -> StepCard {
    let at = at.min(session.n_steps());
    let Some(record) = session.frame(at).record.as_ref() else { return boot_card(session) };
    let before = &session.frame(at - 1).kernel;
    let after = &session.frame(at).kernel;
    let pid = |actor: &_| before.pid(actor).or_else(|| after.pid(actor));
    let row = record.step.call.row();
    let why = &record.step.why;
    let line = session.line_of_step(at).and_then(|line| session.lines().nth(line as usize));
    StepCard {
        index: at,
        total: session.n_steps(),
        line: line.map(|line| line.line.clone()).unwrap_or_default(),
        sentence: sentence(&record.step, before),
        why: if why.is_empty() { String::new() } else { catalogue().text(why, &Facts::new()) },
        actor: record.step.actor.to_string(),
        pid: pid(&record.step.actor),
        call: strace::call(&record.step.call, &pid),
        result: strace::answer(&record.answer),
        manual: row.manual.to_owned(),
        fidelity: FidelityView::of(row.fidelity),
        changes: changes(session, at),
        refusal: record.answer.as_ref().err().map(RefusalView::of),
    }
}

fn boot_card(session: &Session) -> StepCard {
    StepCard {
        index: 0,
        total: session.n_steps(),
        line: String::new(),
        sentence: catalogue().text("step-boot", &Facts::new()),
        why: String::new(),
        actor: String::new(),
        pid: None,
        call: String::new(),
        result: String::new(),
        manual: String::new(),
        fidelity: FidelityView::of(Fidelity::Exact),
        changes: Vec::new(),
        refusal: None,
    }
}
