//! Reads each step's sentence to a screen reader.

use drydock_engine::view::step::step_card;
use yew::{Html, component, html, use_memo};

use crate::{app::use_store, words::tf};

/// A polite live region, unseen.
#[component]
pub(crate) fn LiveRegion() -> Html {
    let store = use_store();
    let session = store.session.clone();
    let sentence = use_memo((store.edition, store.step), move |(_, step)| {
        let card = step_card(&session, *step);
        tf("step-spoken", &[("step", &card.index.to_string()), ("sentence", &card.sentence)])
    });
    html!(<div class="unseen" role="status" aria-live="polite">{ (*sentence).clone() }</div>)
}
