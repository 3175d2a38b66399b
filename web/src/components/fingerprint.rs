//! The fingerprint of the whole history: the same lines give the same one in every browser and in `drydock`.

use yew::{Callback, Html, component, html, use_state};

use crate::{app::use_store, words::t};

/// The button, and behind it the fingerprint. Computed only when asked for: it reads the whole history.
#[component]
pub(crate) fn Fingerprint() -> Html {
    let store = use_store();
    let computed = use_state(|| None::<(u64, u32, String)>);
    let (edition, n_steps) = (store.edition, store.session.n_steps());
    let current = computed.as_ref().filter(|(of, steps, _)| (*of, *steps) == (edition, n_steps));
    let onclick = {
        let (computed, session) = (computed.clone(), store.session.clone());
        Callback::from(move |_| computed.set(Some((edition, n_steps, session.digest()))))
    };
    html! {
        <p class="fingerprint">
            <button class="button" type="button" {onclick} title={t("fingerprint-title")}>{ t("fingerprint") }</button>
            <output aria-label={t("fingerprint-of")}>{ current.map(|(_, _, digest)| digest.clone()) }</output>
        </p>
    }
}
