//! Through whose eyes the host is seen.

use web_sys::HtmlSelectElement;
use yew::{Callback, Event, Html, TargetCast, component, html};

use crate::{app::use_store, state::Action, words::t};

/// A choice of one of the host's processes.
#[component]
pub(crate) fn EyesPicker() -> Html {
    let store = use_store();
    let kernel = &store.session.frame(store.step).kernel;
    let tasks: Vec<_> = kernel
        .tasks()
        .filter(|task| task.is_leader() && task.is_alive())
        .map(|task| (task.pid, task.comm.clone()))
        .collect();
    let eyes = if tasks.iter().any(|(pid, _)| *pid == store.eyes) { store.eyes } else { 1 };
    let onchange = {
        let pids: Vec<u32> = tasks.iter().map(|(pid, _)| *pid).collect();
        Callback::from(move |event: Event| {
            let Some(select) = event.target_dyn_into::<HtmlSelectElement>() else { return };
            let chosen = usize::try_from(select.selected_index()).ok().and_then(|index| pids.get(index));
            if let Some(pid) = chosen {
                store.dispatch(Action::Eyes(*pid));
            }
        })
    };
    html! {
        <label class="eyes">
            <span>{ t("through-whose-eyes") }</span>
            <select {onchange}>
                { for tasks.iter().map(|(pid, comm)| html! {
                    <option key={*pid} selected={*pid == eyes}>{ format!("{pid} {comm}") }</option>
                }) }
            </select>
        </label>
    }
}
