//! The list of steps, as strace would print them, below the commands that caused them.
//!
//! Rows are of one height, so only those in sight are drawn, however many there are.

use web_sys::Element;
use yew::{
    Callback, Event, Html, NodeRef, TargetCast, component, html, use_effect_with, use_node_ref, use_state_eq,
};

use super::step_row::StepRow;
use crate::{
    app::use_store,
    state::{Action, Go},
    words::t,
};

/// Height of a row in px; the style sheet has the same.
const ROW: i32 = 24;
/// Rows drawn above and below those in sight.
const SPARE: usize = 8;
/// Rows in sight at most: a window may grow without telling.
const IN_SIGHT: usize = 60;

/// The pane's content.
#[component]
pub(crate) fn StepList() -> Html {
    let store = use_store();
    let list = use_node_ref();
    let top = use_state_eq(|| 0usize);
    let steps = store.steps.clone();
    let current = steps.row_of(store.step);
    {
        let list = list.clone();
        use_effect_with((store.edition, current), move |(_, current)| bring_into_sight(&list, *current));
    }
    let onscroll = {
        let top = top.clone();
        Callback::from(move |event: Event| {
            let Some(list) = event.target_dyn_into::<Element>() else { return };
            // In steps of some rows, so that most scrolling draws nothing anew.
            let row = usize::try_from(list.scroll_top() / ROW).unwrap_or(0);
            top.set(row - row % (SPARE / 2));
        })
    };
    let go = {
        let dispatch = store.dispatcher();
        yew::use_callback(dispatch, |step: u32, dispatch| dispatch.dispatch(Action::Go(Go::To(step))))
    };
    if steps.rows.is_empty() {
        return html!(<div class="steps-list"><p class="quiet nothing">{ t("no-steps") }</p></div>);
    }
    let first = top.saturating_sub(SPARE).min(steps.rows.len());
    let end = (*top + IN_SIGHT + SPARE).min(steps.rows.len());
    let height =
        format!("height: {}px; --digits: {}", steps.rows.len() * ROW as usize, digits(store.n_steps()));
    let shift = format!("transform: translateY({}px)", first * ROW as usize);
    html! {
        <div class="steps-list" ref={list} {onscroll} data-timeline="true" tabindex="0" role="group" aria-label={t("steps")}>
            <div style={height}>
                <ol style={shift}>
                    { for steps.rows[first..end].iter().enumerate().map(|(offset, row)| html! {
                        <StepRow key={first + offset} row={row.clone()} position={first + offset + 1} of={steps.rows.len()}
                            at={store.step} go={go.clone()} />
                    }) }
                </ol>
            </div>
        </div>
    }
}

/// Digits of the largest number, for the width of their column.
fn digits(last: u32) -> u32 {
    last.checked_ilog10().unwrap_or(0).max(1) + 1
}

/// Scrolls as little as is needed.
fn bring_into_sight(list: &NodeRef, row: usize) {
    let Some(list) = list.cast::<Element>() else { return };
    let top = i32::try_from(row).unwrap_or(i32::MAX / ROW).saturating_mul(ROW);
    let (above, height) = (list.scroll_top(), list.client_height());
    if top < above + ROW {
        list.set_scroll_top(top - ROW);
    } else if top + 2 * ROW > above + height {
        list.set_scroll_top(top + 2 * ROW - height);
    }
}
