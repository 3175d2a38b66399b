//! The top component: the state, its effects, and which page is shown.

use gloo::utils::{document, window};
use yew::{ContextProvider, Html, component, hook, html, use_context, use_effect_with};

use crate::{
    components::{home::Home, notice_bar::NoticeBar, top_bar::TopBar, workbench::Workbench},
    course,
    effects::{address::use_address, focus, keys::use_keys, playing::use_playing, storage},
    state::{State, Store, permalink::Route},
    words::t,
};

/// The page.
#[component]
pub(crate) fn App() -> Html {
    let store = yew::use_reducer(storage::start);
    use_address(&store);
    storage::use_storage(&store);
    use_playing(&store);
    use_keys(&store);
    focus::use_page_focus(&store);
    use_effect_with((), |()| mark_ready());
    use_effect_with(title(&store), |title| document().set_title(title));
    let page = if store.route == Route::Home { html!(<Home />) } else { html!(<Workbench />) };
    html! {
        <ContextProvider<Store> context={store.clone()}>
            <a class="skip" href="#main" onclick={skip()}>{ t("skip") }</a>
            <TopBar />
            <NoticeBar />
            { page }
        </ContextProvider<Store>>
    }
}

/// The state and its dispatcher, anywhere below [`App`].
#[hook]
pub(crate) fn use_store() -> Store {
    use_context::<Store>().expect("every component is below App, which provides the store")
}

/// A name for the browser's tab and history.
fn title(state: &State) -> String {
    match &state.route {
        Route::Home => "Drydock".to_owned(),
        Route::Sandbox => format!("{} · Drydock", t("sandbox")),
        Route::Lesson(id) => {
            course::lesson(id).map_or_else(String::new, |lesson| format!("{} · Drydock", lesson.title))
        }
    }
}

/// The fragment is the state's, so the link is followed by hand.
fn skip() -> yew::Callback<web_sys::MouseEvent> {
    yew::Callback::from(|event: web_sys::MouseEvent| {
        event.prevent_default();
        focus::by_id("main");
    })
}

/// Tells tests and benchmarks that the page can be used.
fn mark_ready() {
    if let Some(performance) = window().performance() {
        // A browser without marks has no use for this one.
        let _ = performance.mark("drydock-ready");
    }
}
