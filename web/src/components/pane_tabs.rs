//! Where there is room for one pane at a time: which.

use yew::{Callback, Html, KeyboardEvent, Properties, component, html};

use crate::{
    app::use_store,
    effects::focus,
    state::{Action, layout::Pane},
    words::t,
};

#[derive(PartialEq, Properties)]
pub(crate) struct Props {
    pub(crate) tab: Pane,
}

/// Tabs at the bottom of a narrow window.
#[component]
pub(crate) fn PaneTabs(props: &Props) -> Html {
    let store = use_store();
    let at = Pane::ALL.iter().position(|pane| *pane == props.tab).unwrap_or(0);
    let onkeydown = {
        let store = store.clone();
        Callback::from(move |event: KeyboardEvent| {
            let by = match event.key().as_str() {
                "ArrowLeft" => Pane::ALL.len() - 1,
                "ArrowRight" => 1,
                _ => return,
            };
            event.prevent_default();
            let pane = Pane::ALL[(at + by) % Pane::ALL.len()];
            store.dispatch(Action::Tab(pane));
            focus::by_id(&format!("tab-{}", pane.word()));
        })
    };
    html! {
        <nav aria-label={t("panes")}>
        <div class="tabs" role="tablist" aria-label={t("panes")} data-own-keys="true" {onkeydown}>
            { for Pane::ALL.into_iter().map(|pane| {
                let store = store.clone();
                let on = pane == props.tab;
                let word = pane.word();
                html! {
                    <button key={word} id={format!("tab-{word}")} type="button" role="tab" aria-selected={on.to_string()}
                        aria-controls={format!("pane-{word}")} tabindex={if on { "0" } else { "-1" }}
                        onclick={Callback::from(move |_| store.dispatch(Action::Tab(pane)))}>
                        { t(&format!("tab-{word}")) }
                    </button>
                }
            }) }
        </div>
        </nav>
    }
}
