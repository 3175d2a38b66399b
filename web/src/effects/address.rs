//! Keeps the address bar and the state the same, in both directions.

use std::rc::Rc;

use gloo::{events::EventListener, timers::callback::Timeout, utils::window};
use wasm_bindgen::JsValue;
use yew::{hook, use_effect_with, use_memo, use_mut_ref};

use super::{panic, storage};
use crate::state::{Action, Store, permalink};

/// How long to wait for further changes: browsers refuse addresses that change too often.
const REST_MS: u32 = 80;

/// The fragment that the page was opened with.
pub(crate) fn fragment() -> String {
    window().location().hash().unwrap_or_default()
}

/// The whole link to a fragment.
pub(crate) fn link(fragment: &str) -> String {
    let location = window().location();
    let origin = location.origin().unwrap_or_default();
    format!("{origin}{}{fragment}", location.pathname().unwrap_or_default())
}

/// Writes the address when the state changes, and follows it when a person changes it.
#[hook]
pub(crate) fn use_address(store: &Store) {
    let written = use_mut_ref(fragment);
    let packed = use_memo((store.edition, store.route.clone()), |_| store.packed());
    let now = permalink::print(&store.place(), &packed);
    {
        let written = Rc::clone(&written);
        use_effect_with(now, move |now| {
            let now = now.clone();
            // Another page gets an entry of its own in the browser's history.
            let path = |fragment: &str| fragment.split('?').next().unwrap_or_default().to_owned();
            let turned = path(&now) != path(&written.borrow());
            let write = move || {
                write(&now, turned && !written.borrow().is_empty());
                storage::set_session(panic::LAST_GOOD, &now);
                *written.borrow_mut() = now;
            };
            let timeout = if turned {
                write();
                None
            } else {
                Some(Timeout::new(REST_MS, write))
            };
            move || drop(timeout)
        });
    }
    let store = store.clone();
    use_effect_with((), move |()| {
        let listener = EventListener::new(&window(), "hashchange", move |_| {
            let now = fragment();
            if now != *written.borrow() {
                written.borrow_mut().clone_from(&now);
                store.dispatch(Action::Open(permalink::parse(&now)));
            }
        });
        move || drop(listener)
    });
}

fn write(fragment: &str, push: bool) {
    let Ok(history) = window().history() else { return };
    let address = link(fragment);
    // A browser that refuses leaves the old address; the page works on.
    let _ = if push {
        history.push_state_with_url(&JsValue::NULL, "", Some(&address))
    } else {
        history.replace_state_with_url(&JsValue::NULL, "", Some(&address))
    };
}
