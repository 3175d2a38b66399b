//! One hierarchy: its controllers, where it is mounted, and its groups as a tree.

use std::rc::Rc;

use drydock_engine::view::{GroupNode, HostView};
use yew::{Callback, Html, Properties, component, html};

use super::group_box::GroupBox;
use crate::{
    state::selection::Selection,
    words::{t, tf},
};

/// A tree with more leaves is drawn as an indented list.
const MOST_LEAVES: usize = 4;

#[derive(PartialEq, Properties)]
pub(crate) struct Props {
    pub(crate) host: Rc<HostView>,
    /// Which of the host's hierarchies.
    pub(crate) at: usize,
    /// Whether it is the first, which the Tab key reaches.
    pub(crate) first: bool,
    pub(crate) selection: Option<Selection>,
    pub(crate) select: Callback<Selection>,
}

/// The card.
#[component]
pub(crate) fn HierarchyCard(props: &Props) -> Html {
    let Some(hierarchy) = props.host.hierarchies.get(props.at) else { return html!() };
    let version = t(if hierarchy.version == 2 { "version-2" } else { "version-1" });
    let name = tf("hierarchy", &[("title", &hierarchy.title)]);
    let spread = leaves(&hierarchy.root) <= MOST_LEAVES;
    html! {
        <section class="hierarchy" aria-label={name}>
            <header>
                <span class="version">{ version }</span>
                <span class="chips">
                    { for hierarchy.controllers.iter().map(|name| html!(<span class="chip">{ name }</span>)) }
                    if hierarchy.controllers.is_empty() { <span class="quiet">{ &hierarchy.title }</span> }
                </span>
                <span class="mounted">
                    if hierarchy.mounted_at.is_empty() { { t("not-mounted") } }
                    { for hierarchy.mounted_at.iter().map(|path| html!(<code>{ path }</code>)) }
                </span>
            </header>
            <ul class={if spread { "tree spread" } else { "tree" }}>{ branch(&hierarchy.root, props, props.first) }</ul>
        </section>
    }
}

fn branch(group: &GroupNode, props: &Props, first: bool) -> Html {
    let selected = matches!(&props.selection, Some(Selection::Group(key)) if *key == group.key);
    let task = match props.selection {
        Some(Selection::Task(pid)) if group.tasks.iter().any(|task| task.pid == pid) => Some(pid),
        _ => None,
    };
    html! {
        <li key={group.key.path.clone()} class="branch">
            <GroupBox group={face(group)} cpu_used={cpu_used(group)} cpus={props.host.cpus} {selected} selected_task={task} {first}
                select={props.select.clone()} />
            if !group.children.is_empty() {
                <ul class="branches">{ for group.children.iter().map(|child| branch(child, props, false)) }</ul>
            }
        </li>
    }
}

/// The group itself, without those below it: it is drawn anew only when it has changed.
fn face(group: &GroupNode) -> GroupNode {
    GroupNode {
        key: group.key.clone(),
        name: group.name.clone(),
        tasks: group.tasks.clone(),
        children: Vec::new(),
        settings: group.settings.clone(),
        changed: group.changed,
    }
}

/// What the processes in a group and below it get, in thousandths of a CPU.
fn cpu_used(group: &GroupNode) -> u32 {
    let below: u32 = group.children.iter().map(cpu_used).sum();
    group.tasks.iter().map(|task| task.cpu_milli).sum::<u32>() + below
}

fn leaves(group: &GroupNode) -> usize {
    if group.children.is_empty() { 1 } else { group.children.iter().map(leaves).sum() }
}
