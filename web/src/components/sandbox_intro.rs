//! What the sandbox is, in the place of a lesson.

use yew::{Callback, Html, component, html};

use super::run_block::RunBlock;
use crate::{app::use_store, state::Action, words::t};

/// First commands, by host.
fn first_commands(kind: &str) -> [&'static str; 3] {
    match kind {
        "v2" => [
            "cat /sys/fs/cgroup/cgroup.controllers",
            "mkdir /sys/fs/cgroup/mine",
            "echo 1701 > /sys/fs/cgroup/mine/cgroup.procs",
        ],
        "v1" => [
            "lssubsys -am",
            "mkdir /sys/fs/cgroup/memory/mine",
            "echo 1701 > /sys/fs/cgroup/memory/mine/tasks",
        ],
        _ => ["cat /proc/cgroups", "mkdir -p /cgroup/all", "mount -t cgroup -o cpu,memory all /cgroup/all"],
    }
}

/// The pane's content.
#[component]
pub(crate) fn SandboxIntro() -> Html {
    let store = use_store();
    let commands = first_commands(store.host.kind.word());
    let reset = Callback::from(move |_| store.dispatch(Action::Reset));
    html! {
        <article class="prose">
            <p class="title">{ t("sandbox") }</p>
            <p>{ t("sandbox-what") }</p>
            <p>{ t("sandbox-try") }</p>
            <RunBlock commands={commands.map(str::to_owned).to_vec()} />
            <h2>{ t("keys-title") }</h2>
            <dl class="keys">
                <dt><kbd>{ "←" }</kbd>{ " " }<kbd>{ "→" }</kbd></dt><dd>{ t("keys-step") }</dd>
                <dt><kbd>{ "⇧ ←" }</kbd>{ " " }<kbd>{ "⇧ →" }</kbd></dt><dd>{ t("keys-command") }</dd>
                <dt><kbd>{ t("key-space") }</kbd></dt><dd>{ t("keys-play") }</dd>
                <dt><kbd>{ "Tab" }</kbd></dt><dd>{ t("keys-complete") }</dd>
                <dt><kbd>{ "Ctrl R" }</kbd></dt><dd>{ t("keys-search") }</dd>
                <dt><kbd>{ "Esc" }</kbd>{ " " }<kbd>{ "Tab" }</kbd></dt><dd>{ t("keys-leave") }</dd>
            </dl>
            <button class="button" type="button" onclick={reset}>{ t("start-over") }</button>
        </article>
    }
}
