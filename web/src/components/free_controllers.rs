//! Controllers that no hierarchy has: loose parts beside the trees.

use yew::{Html, Properties, component, html};

use crate::words::t;

#[derive(PartialEq, Properties)]
pub(crate) struct Props {
    pub(crate) controllers: Vec<String>,
    /// Whether there is nothing else in the picture.
    pub(crate) alone: bool,
}

/// The list.
#[component]
pub(crate) fn FreeControllers(props: &Props) -> Html {
    html! {
        <section class={if props.alone { "free alone" } else { "free" }} aria-labelledby="free-title">
            <h3 id="free-title">{ t("free-controllers") }</h3>
            <ul class="chips">{ for props.controllers.iter().map(|name| html!(<li key={name.clone()} class="chip loose">{ name }</li>)) }</ul>
        </section>
    }
}
