//! How faithful the model is here.

use drydock_engine::view::FidelityView;
use yew::{Html, Properties, component, html};

#[derive(PartialEq, Properties)]
pub(crate) struct Props {
    pub(crate) fidelity: FidelityView,
}

/// The word, and what is missing.
#[component]
pub(crate) fn FidelityBadge(props: &Props) -> Html {
    let FidelityView { exact, word, note } = &props.fidelity;
    let class = if *exact { "badge" } else { "badge partial" };
    html! {
        <span class="fidelity"><span {class}>{ word }</span>if !note.is_empty() { { " " }<span class="fidelity-note">{ note }</span> }</span>
    }
}
