//! The focus.

use gloo::utils::{document, window};
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement};
use yew::{hook, use_effect_with, use_mut_ref};

use crate::state::{Store, permalink::Route};

/// Windows with room and a keyboard: on others the focus would call up a keyboard that covers the page.
const DESK: &str = "(min-width: 800px) and (hover: hover)";

/// A new page takes the focus: the command line in the sandbox, else the content.
#[hook]
pub(crate) fn use_page_focus(store: &Store) {
    let first = use_mut_ref(|| true);
    use_effect_with(store.route.clone(), move |route| {
        let first = std::mem::take(&mut *first.borrow_mut());
        let desk = window().match_media(DESK).ok().flatten().is_some_and(|query| query.matches());
        match route {
            Route::Sandbox if desk => by_id("command-line"),
            // What the browser has opened begins at its top.
            _ if first => {}
            _ => by_id("main"),
        }
    });
}

/// Focuses the element of this id, if there is one.
pub(crate) fn by_id(id: &str) {
    if let Some(element) = document().get_element_by_id(id) {
        element_focus(&element);
    }
}

/// Focuses an element.
pub(crate) fn element_focus(element: &Element) {
    if let Some(element) = element.dyn_ref::<HtmlElement>() {
        // An element that can't be focused leaves the focus where it was.
        let _ = element.focus();
    }
}

/// Moves the focus among all elements of `selector` below `root`, by `by` places.
pub(crate) fn step(root: &Element, selector: &str, by: i32) {
    let Ok(all) = root.query_selector_all(selector) else { return };
    let elements: Vec<_> =
        (0..all.length()).filter_map(|i| all.item(i)?.dyn_into::<Element>().ok()).collect();
    let active = document().active_element();
    let at = elements.iter().position(|element| Some(element) == active.as_ref());
    let to = at.map_or(0, |at| at.saturating_add_signed(by as isize).min(elements.len().saturating_sub(1)));
    if let Some(element) = elements.get(to) {
        element_focus(element);
    }
}

/// Whether the person has selected text.
pub(crate) fn has_selection() -> bool {
    let selection = window().get_selection().ok().flatten();
    selection.is_some_and(|selection| !selection.is_collapsed())
}
