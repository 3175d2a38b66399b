//! The page's wording, by the names of `engine/messages/en/page.ftl`.

use drydock_engine::explain::{Facts, catalogue};
use yew::AttrValue;

/// A message without placeholders.
pub(crate) fn t(id: &str) -> AttrValue {
    catalogue().text(id, &Facts::new()).into()
}

/// A message with its placeholders filled in.
pub(crate) fn tf(id: &str, facts: &[(&str, &str)]) -> AttrValue {
    let facts = facts.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    catalogue().text(id, &facts).into()
}
