//! The timeline's keys, wherever the focus is, unless what has the focus needs them.

use gloo::{
    events::{EventListener, EventListenerOptions},
    utils::document,
};
use wasm_bindgen::JsCast;
use web_sys::{Element, KeyboardEvent};
use yew::{hook, use_effect_with};

use crate::state::{Action, Go, Store, permalink::Route};

/// Elements with keys of their own.
const OWN_KEYS: &str =
    "input, textarea, select, button, a, summary, [role=separator], [role=log], [data-own-keys]";
/// Elements of the timeline.
const TIMELINE: &str = "[data-timeline]";

/// What a key means for the timeline.
pub(crate) fn action(event: &KeyboardEvent, playing: bool) -> Option<Action> {
    if event.ctrl_key() || event.alt_key() || event.meta_key() {
        return None;
    }
    let go = match (event.key().as_str(), event.shift_key()) {
        ("ArrowLeft", false) => Go::Previous,
        ("ArrowRight", false) => Go::Next,
        ("ArrowLeft", true) => Go::PreviousCommand,
        ("ArrowRight", true) => Go::NextCommand,
        ("Home", false) => Go::First,
        ("End", false) => Go::Last,
        (" ", false) => return Some(Action::Play(!playing)),
        _ => return None,
    };
    Some(Action::Go(go))
}

/// Listens in the whole document.
#[hook]
pub(crate) fn use_keys(store: &Store) {
    let store = store.clone();
    use_effect_with((), move |()| {
        let options = EventListenerOptions::enable_prevent_default();
        let listener = EventListener::new_with_options(&document(), "keydown", options, move |event| {
            let Some(event) = event.dyn_ref::<KeyboardEvent>() else { return };
            let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
            let within = |selector| {
                target.as_ref().is_some_and(|t| t.closest(selector).is_ok_and(|found| found.is_some()))
            };
            // On a button of the timeline the space key presses the button.
            let presses = event.key() == " " && within("button");
            let free = if within(TIMELINE) { !presses } else { !within(OWN_KEYS) };
            if store.route == Route::Home || event.default_prevented() || !free {
                return;
            }
            if let Some(action) = action(event, store.playing) {
                event.prevent_default();
                store.dispatch(action);
            }
        });
        move || drop(listener)
    });
}
