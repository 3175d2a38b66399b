//! Something to tell, below the top bar, until it is dismissed.

use yew::{Callback, Html, component, html};

use super::icon::{Drawing, Icon};
use crate::{
    app::use_store,
    state::{Action, Notice},
    words::{t, tf},
};

/// The bar, or nothing.
#[component]
pub(crate) fn NoticeBar() -> Html {
    let store = use_store();
    let Some(notice) = store.notice.clone() else { return html!() };
    let text = match &notice {
        Notice::BadLink(reason) => t(reason),
        Notice::NoLesson(id) => tf("link-no-lesson", &[("lesson", id)]),
        Notice::Replayed => t("replayed"),
        Notice::Link(_) => t("copy-by-hand"),
    };
    let act = |action: fn() -> Action| {
        let store = store.clone();
        Callback::from(move |_| store.dispatch(action()))
    };
    html! {
        <div class="notice" role="alert">
            <p>{ text }</p>
            if let Notice::Link(link) = &notice {
                <input class="field" readonly=true value={link.clone()} aria-label={t("link")} />
            }
            if notice == Notice::Replayed {
                <button class="button" type="button" onclick={act(|| Action::Reset)}>{ t("start-over") }</button>
            }
            <button class="button square" type="button" aria-label={t("dismiss")} onclick={act(|| Action::Dismiss)}>
                <Icon drawing={Drawing::Cross} />
            </button>
        </div>
    }
}
