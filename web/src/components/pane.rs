//! A pane's frame: a labelled region that can be closed to a narrow rail and opened again.

use yew::{Callback, Children, Html, Properties, component, html};

use super::icon::{Drawing, Icon};
use crate::{
    app::use_store,
    state::{Action, layout::Pane},
    words::{t, tf},
};

#[derive(PartialEq, Properties)]
pub(crate) struct Props {
    pub(crate) pane: Pane,
    pub(crate) open: bool,
    pub(crate) children: Children,
}

/// The frame.
#[component]
pub(crate) fn PaneFrame(props: &Props) -> Html {
    let store = use_store();
    let pane = props.pane;
    let word = pane.word();
    let name = t(&format!("pane-{word}"));
    let fold = tf(if props.open { "pane-close" } else { "pane-open" }, &[("pane", &name)]);
    let onclick = Callback::from(move |_| store.dispatch(Action::Toggle(pane)));
    html! {
        <section id={format!("pane-{word}")} class={format!("pane {word}")} aria-label={name.clone()}>
            // The picture is what the others are about: it stays.
            if pane != Pane::Picture {
                <button class="fold" type="button" aria-label={fold.clone()} title={fold} aria-expanded={props.open.to_string()} {onclick}>
                    // It points to where the pane goes, or comes from.
                    <Icon drawing={if matches!(pane, Pane::Lesson | Pane::Steps) == props.open { Drawing::Left } else { Drawing::Right }} />
                    if !props.open { <span class="rail" aria-hidden="true">{ name }</span> }
                </button>
            }
            <div class="pane-body">{ props.children.clone() }</div>
        </section>
    }
}
