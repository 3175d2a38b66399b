//! Reads each step's sentence to a screen reader.

use std::rc::Rc;

use drydock_engine::view::StepCard;
use yew::{Html, Properties, component, html};

use crate::words::tf;

#[derive(PartialEq, Properties)]
pub(crate) struct Props {
    pub(crate) card: Rc<StepCard>,
}

/// A polite live region, unseen.
#[component]
pub(crate) fn LiveRegion(props: &Props) -> Html {
    let facts = [("step", props.card.index.to_string()), ("sentence", props.card.sentence.clone())];
    let sentence = tf("step-spoken", &facts.each_ref().map(|(name, text)| (*name, text.as_str())));
    html!(<div class="unseen" role="status" aria-live="polite">{ sentence }</div>)
}
