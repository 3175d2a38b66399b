//! A refusal explained: what was refused, by which rule, where the rule stands, what to do.

use super::catalogue::{Facts, catalogue};
use crate::plan::{Fidelity, Refusal};

/// The explanation of a refusal. Parts that are not known are empty.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Explanation {
    /// What happened, with the names of this case.
    pub sentence: String,
    /// The kernel's rule.
    pub rule: String,
    /// The document that the rule is from.
    pub source: String,
    /// What to do.
    pub advice: String,
}

/// Explains a refusal by its rule. Linux does not name one: then the error's own text is all there is.
pub fn explain_refusal(refusal: &Refusal) -> Explanation {
    let Some(rule) = &refusal.rule else {
        return Explanation { sentence: refusal.errno.text().to_owned(), ..Explanation::default() };
    };
    let part = |name| catalogue().attribute(&rule.id, name, &rule.facts).unwrap_or_default();
    Explanation {
        sentence: catalogue().text(&rule.id, &rule.facts),
        rule: part("rule"),
        source: part("source"),
        advice: part("advice"),
    }
}

/// The note that says what is missing, where the model is not exact.
pub fn fidelity_note(fidelity: Fidelity) -> Option<String> {
    match fidelity {
        Fidelity::Exact => None,
        Fidelity::Partial(id) => Some(catalogue().text(id, &Facts::new())),
    }
}
