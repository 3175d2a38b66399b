//! Copies the link to exactly what is shown.

use gloo::timers::callback::Timeout;
use yew::{Callback, Html, component, html, use_effect_with, use_state};

use super::icon::{Drawing, Icon};
use crate::{
    app::use_store,
    effects::{address, clipboard},
    state::{Action, Notice, permalink},
    words::t,
};

/// For how long the button says that it worked.
const SAID_MS: u32 = 2000;

/// The button.
#[component]
pub(crate) fn CopyLink() -> Html {
    let store = use_store();
    let copied = use_state(|| false);
    {
        let copied = copied.clone();
        use_effect_with(*copied, move |said| {
            let timeout = said.then(|| Timeout::new(SAID_MS, move || copied.set(false)));
            move || drop(timeout)
        });
    }
    let onclick = {
        let copied = copied.clone();
        Callback::from(move |_| {
            // From the state: the address bar follows it only after a moment.
            let link = address::link(&permalink::print(&store.place(), &store.packed()));
            let (copied, store) = (copied.clone(), store.clone());
            clipboard::copy(link.clone(), move |done| {
                if done { copied.set(true) } else { store.dispatch(Action::Notify(Notice::Link(link))) }
            });
        })
    };
    html! {
        <>
            <button class="button" type="button" {onclick} aria-label={t("copy-link")} title={t("copy-link-title")}>
                <Icon drawing={if *copied { Drawing::Tick } else { Drawing::Link }} />
                <span class="wide" aria-hidden="true">{ t(if *copied { "copied" } else { "copy-link" }) }</span>
            </button>
            <span class="unseen" role="status">{ if *copied { t("copied") } else { "".into() } }</span>
        </>
    }
}
