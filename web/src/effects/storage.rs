//! What the browser remembers. A browser that refuses storage forgets, and the page works on.

use gloo::utils::{document_element, window};
use web_sys::Storage;
use yew::{hook, use_effect_with};

use crate::state::{State, Store, Theme, layout::Layout, permalink, progress::Progress};

const THEME: &str = "drydock.theme";
const LAYOUT: &str = "drydock.layout";
const PROGRESS: &str = "drydock.progress";

/// The state that a visit starts with.
pub(crate) fn start() -> State {
    let theme = Theme::parse(&get(THEME));
    let place = permalink::parse(&super::address::fragment());
    let height = window().inner_height().ok().and_then(|height| height.as_f64()).unwrap_or(900.0);
    let layout = Layout::parse(&get(LAYOUT), Layout::of_window(height as u32));
    State::start(theme, layout, Progress::parse(&get(PROGRESS)), place)
}

/// Remembers theme, layout and progress, and shows the theme.
#[hook]
pub(crate) fn use_storage(store: &Store) {
    use_effect_with(store.theme, |theme| {
        set(THEME, theme.word());
        // The style sheet follows; it can't refuse.
        let _ = document_element().set_attribute("data-theme", theme.word());
    });
    use_effect_with(store.layout.clone(), |layout| set(LAYOUT, &layout.print()));
    use_effect_with(store.progress.clone(), |progress| set(PROGRESS, &progress.print()));
}

/// Remembers a text until the tab is closed.
pub(crate) fn set_session(key: &str, text: &str) {
    if let Ok(Some(storage)) = window().session_storage() {
        let _ = storage.set_item(key, text);
    }
}

/// A text of [`set_session`].
pub(crate) fn session(key: &str) -> Option<String> {
    window().session_storage().ok().flatten()?.get_item(key).ok().flatten()
}

fn local() -> Option<Storage> {
    window().local_storage().ok().flatten()
}

fn get(key: &str) -> String {
    local().and_then(|storage| storage.get_item(key).ok().flatten()).unwrap_or_default()
}

fn set(key: &str, text: &str) {
    if let Some(storage) = local() {
        let _ = storage.set_item(key, text);
    }
}
