//! A control group: its name, its limits, and the processes in it.

use drydock_engine::view::GroupNode;
use yew::{Callback, Html, Properties, classes, component, html, use_state};

use super::{
    gauge::Gauge,
    icon::{Drawing, Icon},
    token::Token,
};
use crate::{
    state::selection::Selection,
    units::cpus,
    words::{t, tf},
};

/// Processes drawn at once; the others on request.
const MOST_TOKENS: usize = 24;

#[derive(PartialEq, Properties)]
pub(crate) struct Props {
    /// The group, without its children.
    pub(crate) group: GroupNode,
    /// What it and those below it get, in thousandths of a CPU.
    pub(crate) cpu_used: u32,
    /// CPUs of the host.
    pub(crate) cpus: u32,
    pub(crate) selected: bool,
    pub(crate) selected_task: Option<u32>,
    /// Whether the Tab key reaches it; the arrow keys reach all.
    pub(crate) first: bool,
    pub(crate) select: Callback<Selection>,
}

/// The box.
#[component]
pub(crate) fn GroupBox(props: &Props) -> Html {
    let all = use_state(|| false);
    let group = &props.group;
    let hierarchy = group.key.hierarchy;
    let name = tf("group", &[("path", &group.key.path)]);
    let onclick = {
        let key = group.key.clone();
        props.select.reform(move |_| Selection::Group(key.clone()))
    };
    let shown = if *all { group.tasks.len() } else { group.tasks.len().min(MOST_TOKENS) };
    let frozen = is_frozen(group);
    let class = classes!(
        "group",
        group.changed.then_some("changed"),
        props.selected.then_some("selected"),
        frozen.then_some("frozen")
    );
    html! {
        <div {class}>
            <button class="group-name" type="button" data-place="true" tabindex={if props.first || props.selected { "0" } else { "-1" }}
                aria-label={name} aria-pressed={props.selected.to_string()} {onclick}>
                { &group.name }
            </button>
            if frozen { <p class="frozen-mark"><Icon drawing={Drawing::Frozen} />{ t("frozen") }</p> }
            if props.cpu_used > 0 {
                <Gauge name={t("cpu")} text={cpus(props.cpu_used)} used={u64::from(props.cpu_used)} of={u64::from(props.cpus) * 1000} />
            }
            if !group.settings.is_empty() {
                <ul class="settings" aria-label={t("settings")}>
                    { for group.settings.iter().map(|setting| html!(<li key={setting.file.clone()}><span>{ &setting.file }</span><code>{ &setting.value }</code></li>)) }
                </ul>
            }
            if !group.tasks.is_empty() {
                <ul class="tokens" aria-label={t("processes")}>
                    { for group.tasks[..shown].iter().map(|task| html! {
                        <Token key={task.pid} {hierarchy} task={task.clone()} selected={props.selected_task == Some(task.pid)} select={props.select.clone()} />
                    }) }
                    if shown < group.tasks.len() {
                        <li><button class="more" type="button" data-place="true" tabindex="-1" onclick={Callback::from(move |_| all.set(true))}>
                            { tf("more-processes", &[("n", &(group.tasks.len() - shown).to_string())]) }
                        </button></li>
                    }
                </ul>
            }
        </div>
    }
}

/// Version 1 has `freezer.state`, version 2 `cgroup.freeze`.
fn is_frozen(group: &GroupNode) -> bool {
    group.settings.iter().any(|setting| {
        matches!(
            (setting.file.as_str(), setting.value.as_str()),
            ("freezer.state", "FROZEN" | "FREEZING") | ("cgroup.freeze", "1")
        )
    })
}
