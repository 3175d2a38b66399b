//! Which picture of the host is shown.

use yew::{Callback, Html, KeyboardEvent, Properties, component, html};

use crate::{
    app::use_store,
    effects::focus,
    state::{Action, view::View},
    words::t,
};

#[derive(PartialEq, Properties)]
pub(crate) struct Props {
    pub(crate) view: View,
}

/// Tabs above the picture.
#[component]
pub(crate) fn ViewTabs(props: &Props) -> Html {
    let store = use_store();
    let at = View::ALL.iter().position(|view| *view == props.view).unwrap_or(0);
    let onkeydown = {
        let store = store.clone();
        Callback::from(move |event: KeyboardEvent| {
            let by = match event.key().as_str() {
                "ArrowLeft" => View::ALL.len() - 1,
                "ArrowRight" => 1,
                _ => return,
            };
            event.prevent_default();
            let view = View::ALL[(at + by) % View::ALL.len()];
            store.dispatch(Action::View(view));
            focus::by_id(&format!("view-{}", view.word()));
        })
    };
    html! {
        <div class="views" role="tablist" aria-label={t("views")} data-own-keys="true" {onkeydown}>
            { for View::ALL.into_iter().map(|view| {
                let store = store.clone();
                let on = view == props.view;
                let word = view.word();
                html! {
                    <button key={word} id={format!("view-{word}")} type="button" role="tab" aria-selected={on.to_string()}
                        aria-controls="view" tabindex={if on { "0" } else { "-1" }}
                        onclick={Callback::from(move |_| store.dispatch(Action::View(view)))}>
                        { t(&format!("view-{word}")) }
                    </button>
                }
            }) }
        </div>
    }
}
