//! A process, in the group that it belongs to.

use drydock_engine::view::TaskToken;
use yew::{Callback, Html, Properties, classes, component, html};

use crate::{
    effects::flip::token_id,
    state::selection::Selection,
    words::{t, tf},
};

#[derive(PartialEq, Properties)]
pub(crate) struct Props {
    pub(crate) hierarchy: u32,
    pub(crate) task: TaskToken,
    pub(crate) selected: bool,
    pub(crate) select: Callback<Selection>,
}

/// The token.
#[component]
pub(crate) fn Token(props: &Props) -> Html {
    let task = &props.task;
    let pid = task.pid;
    let class = classes!(
        "token",
        format!("state-{}", task.state.to_ascii_lowercase()),
        task.changed.then_some("changed"),
        props.selected.then_some("selected")
    );
    html! {
        <li>
            <button id={token_id(props.hierarchy, pid)} {class} type="button" data-place="true" tabindex={if props.selected { "0" } else { "-1" }}
                aria-pressed={props.selected.to_string()} onclick={props.select.reform(move |_| Selection::Task(pid))}>
                <span class="dot"></span><span class="unseen">{ t("process-word") }{ " " }</span><span class="pid">{ pid }</span>{ " " }{ &task.comm }
                // The inspector says the same to those who don't see it here.
                if task.cpu_milli > 0 { <span class="share" aria-hidden="true">{ tf("percent", &[("n", &(task.cpu_milli / 10).to_string())]) }</span> }
                if task.is_shell { <span class="you" aria-hidden="true">{ t("you") }</span> }
            </button>
        </li>
    }
}
