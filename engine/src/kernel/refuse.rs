//! Short ways to refuse.

use crate::plan::{Errno, Refusal, Rule};

/// A refusal as an `Err`.
pub(crate) fn refuse<T>(errno: Errno, at: &str, rule: Rule) -> Result<T, Refusal> {
    Err(Refusal::by(errno, at, rule))
}

/// A refusal whose rule has one fact: the path or name it is about.
pub(crate) fn refuse_path<T>(errno: Errno, at: &str, rule: &str, path: &str) -> Result<T, Refusal> {
    refuse(errno, at, Rule::new(rule).with("path", path))
}

/// What Linux has and the model has not: said, not guessed.
pub(crate) fn not_modelled<T>(at: &str, what: &str) -> Result<T, Refusal> {
    refuse(Errno::ENOSYS, at, Rule::new("rule-not-modelled").with("what", what))
}
