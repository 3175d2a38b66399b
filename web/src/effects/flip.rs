//! Lets processes travel: where a token was before a view is drawn, and from there to where it is after.

use std::{collections::BTreeMap, rc::Rc};

use drydock_engine::view::{GroupNode, HostView};
use gloo::utils::{document, window};
use js_sys::{Array, Function, Object, Reflect};
use wasm_bindgen::JsCast;
use web_sys::{Element, ScrollIntoViewOptions, ScrollLogicalPosition};
use yew::{hook, use_effect_with, use_mut_ref};

/// How long a token travels.
const TRAVEL_MS: f64 = 420.0;
/// More tokens at once would be no help to the eye.
const MOST: usize = 60;

/// The id of a process's token in a hierarchy.
pub(crate) fn token_id(hierarchy: u32, pid: u32) -> String {
    format!("token-{hierarchy}-{pid}")
}

/// Animates the difference between the view before and this one, unless motion is unwelcome.
#[hook]
pub(crate) fn use_flip(view: &Rc<HostView>) {
    let before = use_mut_ref(|| Rc::clone(view));
    let start = {
        let mut before = before.borrow_mut();
        // The document still shows the old view while the new one is computed.
        let start = if Rc::ptr_eq(&before, view) { Vec::new() } else { measure(&moved(&before, view)) };
        *before = Rc::clone(view);
        start
    };
    use_effect_with(Rc::as_ptr(view) as usize, move |_| {
        reveal();
        for (id, left, top) in start {
            travel(&id, left, top);
        }
    });
}

/// The tokens that are in another group than before.
fn moved(before: &HostView, after: &HostView) -> Vec<String> {
    let (before, after) = (groups_of_tasks(before), groups_of_tasks(after));
    let moved = after.iter().filter(|(token, path)| before.get(token).is_some_and(|old| old != *path));
    moved.take(MOST).map(|((hierarchy, pid), _)| token_id(*hierarchy, *pid)).collect()
}

fn groups_of_tasks(view: &HostView) -> BTreeMap<(u32, u32), &str> {
    fn add<'a>(group: &'a GroupNode, all: &mut BTreeMap<(u32, u32), &'a str>) {
        all.extend(group.tasks.iter().map(|task| ((group.key.hierarchy, task.pid), group.key.path.as_str())));
        group.children.iter().for_each(|child| add(child, all));
    }
    let mut all = BTreeMap::new();
    view.hierarchies.iter().for_each(|hierarchy| add(&hierarchy.root, &mut all));
    all
}

fn measure(tokens: &[String]) -> Vec<(String, f64, f64)> {
    let still = window().match_media("(prefers-reduced-motion: reduce)");
    if tokens.is_empty() || still.ok().flatten().is_some_and(|query| query.matches()) {
        return Vec::new();
    }
    let place = |id: &String| {
        let place = document().get_element_by_id(id)?.get_bounding_client_rect();
        Some((id.clone(), place.left(), place.top()))
    };
    tokens.iter().filter_map(place).collect()
}

/// Scrolls to what has changed, if it is out of sight.
fn reveal() -> Option<()> {
    let find = |selector| document().query_selector(selector).ok().flatten();
    let token = find(".sheet .token.changed").and_then(|token| token.closest(".group").ok().flatten());
    bring_into_sight(&token.or_else(|| find(".sheet .group.changed"))?);
    Some(())
}

/// Scrolls no further than an element needs to be seen.
pub(crate) fn bring_into_sight(element: &Element) {
    let options = ScrollIntoViewOptions::new();
    options.set_block(ScrollLogicalPosition::Nearest);
    options.set_inline(ScrollLogicalPosition::Nearest);
    element.scroll_into_view_with_scroll_into_view_options(&options);
}

/// Runs a token from where it was to where it is.
fn travel(id: &str, left: f64, top: f64) -> Option<()> {
    let element = document().get_element_by_id(id)?;
    let place = element.get_bounding_client_rect();
    let (x, y) = (left - place.left(), top - place.top());
    let frames = Array::new();
    for transform in [format!("translate({x}px, {y}px)"), "none".to_owned()] {
        let frame = Object::new();
        Reflect::set(&frame, &"transform".into(), &transform.into()).ok()?;
        Reflect::set(&frame, &"easing".into(), &"cubic-bezier(.3, .7, .2, 1)".into()).ok()?;
        Reflect::set(&frame, &"zIndex".into(), &5.into()).ok()?;
        frames.push(&frame);
    }
    // web-sys counts `animate` among the unstable; browsers have had it for years.
    let animate = Reflect::get(&element, &"animate".into()).ok()?.dyn_into::<Function>().ok()?;
    animate.call2(&element, &frames, &TRAVEL_MS.into()).ok()?;
    Some(())
}
