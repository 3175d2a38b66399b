//! An edge between two panes: moved with the pointer, or with the arrow keys.

use wasm_bindgen::JsCast;
use web_sys::Element;
use yew::{Callback, Html, KeyboardEvent, PointerEvent, Properties, component, html, use_mut_ref};

use crate::{
    app::use_store,
    state::{
        Action,
        layout::{Edge, Pane},
    },
    words::{t, tf},
};

#[derive(PartialEq, Properties)]
pub(crate) struct Props {
    pub(crate) edge: Edge,
    pub(crate) at: u32,
    /// The pane whose size it is.
    pub(crate) pane: Pane,
}

/// How far an arrow key moves an edge.
fn stride(edge: Edge) -> i32 {
    if edge == Edge::Split { 4 } else { 16 }
}

/// The edge.
#[component]
pub(crate) fn Separator(props: &Props) -> Html {
    let store = use_store();
    let Props { edge, at, pane } = *props;
    let (least, most) = edge.range();
    let upright = edge != Edge::Bottom;
    // Which way the value grows with x or y.
    let sign = if matches!(edge, Edge::Right | Edge::Bottom) { -1 } else { 1 };
    let held = use_mut_ref(|| None::<(i32, u32)>);
    let place = move |event: &PointerEvent| if upright { event.client_x() } else { event.client_y() };
    let down = {
        let held = held.clone();
        Callback::from(move |event: PointerEvent| {
            event.prevent_default();
            if let Some(element) = event.target().and_then(|target| target.dyn_into::<Element>().ok()) {
                // Without capture a fast pointer may lose the edge; it can be taken up again.
                let _ = element.set_pointer_capture(event.pointer_id());
            }
            *held.borrow_mut() = Some((place(&event), at));
        })
    };
    let moved = {
        let (held, store) = (held.clone(), store.clone());
        Callback::from(move |event: PointerEvent| {
            let Some((from, at)) = *held.borrow() else { return };
            let mut by = sign * (place(&event) - from);
            if edge == Edge::Split {
                let width = gloo::utils::body().client_width().max(1);
                by = by * 100 / width;
            }
            store.dispatch(Action::Move(edge, at.saturating_add_signed(by)));
        })
    };
    let up = Callback::from(move |_: PointerEvent| *held.borrow_mut() = None);
    let onkeydown = Callback::from(move |event: KeyboardEvent| {
        let by = stride(edge);
        let to = match event.key().as_str() {
            "ArrowLeft" if upright => at.saturating_add_signed(-by * sign),
            "ArrowRight" if upright => at.saturating_add_signed(by * sign),
            "ArrowUp" if !upright => at.saturating_add_signed(-by * sign),
            "ArrowDown" if !upright => at.saturating_add_signed(by * sign),
            "Home" => least,
            "End" => most,
            "Enter" if pane != Pane::Picture => {
                store.dispatch(Action::Toggle(pane));
                return;
            }
            _ => return,
        };
        event.prevent_default();
        store.dispatch(Action::Move(edge, to));
    });
    let name = tf("resize", &[("pane", &t(&format!("pane-{}", pane.word())))]);
    let word = match edge {
        Edge::Left => "left",
        Edge::Right => "right",
        Edge::Bottom => "bottom",
        Edge::Split => "split",
    };
    html! {
        <div class={format!("edge {word}")} role="separator" tabindex="0" aria-label={name}
            aria-orientation={if upright { "vertical" } else { "horizontal" }} aria-controls={format!("pane-{}", pane.word())}
            aria-valuenow={at.to_string()} aria-valuemin={least.to_string()} aria-valuemax={most.to_string()}
            onpointerdown={down} onpointermove={moved} onpointerup={up.clone()} onpointercancel={up} {onkeydown}></div>
    }
}
