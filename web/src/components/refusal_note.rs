//! Why the kernel refused: the rule, where it is written, and what to do.

use drydock_engine::view::RefusalView;
use yew::{Html, Properties, component, html};

use crate::words::t;

#[derive(PartialEq, Properties)]
pub(crate) struct Props {
    pub(crate) refusal: RefusalView,
    /// Whether the rule is shown from the start.
    #[prop_or_default]
    pub(crate) open: bool,
}

/// The sentence, and the rest under "why?".
#[component]
pub(crate) fn RefusalNote(props: &Props) -> Html {
    let refusal = &props.refusal;
    let fact = |name: &str, text: &str| {
        if text.is_empty() { html!() } else { html!(<><dt>{ t(name) }</dt><dd>{ text.to_owned() }</dd></>) }
    };
    html! {
        <details class="refusal" open={props.open}>
            <summary><span class="errno">{ &refusal.errno }</span><span>{ &refusal.sentence }</span><span class="why-word">{ t("why") }</span></summary>
            <dl>
                { fact("errno-says", &refusal.text) }
                { fact("rule", &refusal.rule) }
                { fact("source", &refusal.source) }
                { fact("advice", &refusal.advice) }
            </dl>
        </details>
    }
}
