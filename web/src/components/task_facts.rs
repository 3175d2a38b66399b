//! What the kernel says about a process.

use drydock_engine::view::TaskView;
use yew::{Callback, Html, Properties, component, html};

use crate::{
    app::use_store,
    state::{Action, view::View},
    units::{bytes, cpus},
    words::{t, tf},
};

#[derive(PartialEq, Properties)]
pub(crate) struct Props {
    pub(crate) task: TaskView,
}

/// The facts.
#[component]
pub(crate) fn TaskFacts(props: &Props) -> Html {
    let store = use_store();
    let task = &props.task;
    let look = {
        let (pid, shown) = (task.pid, store.view);
        Callback::from(move |_| {
            store.dispatch(Action::Eyes(pid));
            // Control groups are drawn as the kernel has them.
            store.dispatch(Action::View(if shown == View::Groups { View::Namespaces } else { shown }));
        })
    };
    html! {
        <>
            <dl class="facts">
                <dt>{ t("pid") }</dt><dd><code>{ task.pid }</code></dd>
                <dt>{ t("parent") }</dt><dd><code>{ task.ppid }</code></dd>
                <dt>{ t("command") }</dt><dd><code>{ &task.args }</code></dd>
                <dt>{ t("state") }</dt><dd>{ tf("state-letter", &[("letter", &task.state.to_string()), ("word", &t(&format!("state-{}", task.state)))]) }</dd>
                <dt>{ t("cpu") }</dt><dd>{ tf("cpus-used", &[("n", &cpus(task.cpu_milli))]) }</dd>
                <dt>{ t("memory") }</dt><dd>{ bytes(task.memory) }</dd>
            </dl>
            <button class="button small" type="button" onclick={look}>{ t("look-through") }</button>
            <h3 class="as-is">{ tf("proc-cgroup", &[("pid", &task.pid.to_string())]) }</h3>
            if task.cgroups.is_empty() {
                <p class="quiet">{ t("no-cgroups") }</p>
            } else {
                <pre class="value">{ task.cgroups.join("\n") }</pre>
            }
        </>
    }
}
