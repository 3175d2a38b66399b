//! How much of a whole is in use.

use yew::{AttrValue, Html, Properties, component, html};

#[derive(PartialEq, Properties)]
pub(crate) struct Props {
    pub(crate) name: AttrValue,
    pub(crate) text: AttrValue,
    pub(crate) used: u64,
    pub(crate) of: u64,
}

/// A name, a bar, and the same in words.
#[component]
pub(crate) fn Gauge(props: &Props) -> Html {
    let share = props.used.saturating_mul(1000).checked_div(props.of).unwrap_or(0).min(1000);
    html! {
        <div class="gauge">
            <span class="gauge-name">{ &props.name }</span>
            <span class="bar" aria-hidden="true"><span style={format!("width: {}.{}%", share / 10, share % 10)}></span></span>
            <span class="gauge-text">{ &props.text }</span>
        </div>
    }
}
