//! The step's card, and every attribute of what is selected.

use std::rc::Rc;

use drydock_engine::view::{
    StepCard,
    inspector::{group, task},
    namespaces::namespace,
};
use yew::{Callback, Html, Properties, component, html, use_effect_with, use_node_ref};

use super::{
    fingerprint::Fingerprint,
    group_files::GroupFiles,
    icon::{Drawing, Icon},
    namespace_content::NamespaceContent,
    step_card::Card,
    task_facts::TaskFacts,
};
use crate::{
    app::use_store,
    effects::flip::bring_into_sight,
    state::{Action, selection::Selection},
    words::{t, tf},
};

#[derive(PartialEq, Properties)]
pub(crate) struct Props {
    /// The card of the step shown.
    pub(crate) card: Rc<StepCard>,
}

/// The pane's content.
#[component]
pub(crate) fn Inspector(props: &Props) -> Html {
    let store = use_store();
    let card = props.card.clone();
    // Below a long card the thing that was selected would be out of sight.
    let section = use_node_ref();
    use_effect_with(store.selection.clone(), {
        let section = section.clone();
        move |_| {
            if let Some(section) = section.cast() {
                bring_into_sight(&section);
            }
        }
    });
    let Some(selection) = store.selection.clone() else {
        return html!(<><Card {card} /><p class="quiet selected-none">{ t("select-something") }</p><Fingerprint /></>);
    };
    let title = match &selection {
        Selection::Group(key) => tf("group", &[("path", &key.path)]),
        Selection::Namespace(inode) => tf("namespace-title", &[("inode", &inode.to_string())]),
        Selection::Task(pid) => match task(&store.session, store.step, *pid) {
            Some(task) => tf("process", &[("pid", &pid.to_string()), ("name", &task.comm)]),
            None => tf("process", &[("pid", &pid.to_string()), ("name", "")]),
        },
    };
    let gone = html!(<p class="quiet">{ t("not-there") }</p>);
    let content = match &selection {
        Selection::Group(key) => match group(&store.session, store.step, key) {
            Some(group) => html!(<GroupFiles key={selection.to_string()} {group} />),
            None => gone,
        },
        Selection::Namespace(inode) => match namespace(&store.session, store.step, *inode) {
            Some(facts) => html!(<NamespaceContent {facts} />),
            None => gone,
        },
        Selection::Task(pid) => match task(&store.session, store.step, *pid) {
            Some(task) => html!(<TaskFacts {task} />),
            None => gone,
        },
    };
    let close = Callback::from(move |_| store.dispatch(Action::Select(None)));
    html! {
        <>
            <Card {card} />
            <section ref={section} class="selected-thing" aria-labelledby="selected-title">
                <header>
                    <h2 id="selected-title">{ title }</h2>
                    <button class="bare" type="button" aria-label={t("select-nothing")} onclick={close}><Icon drawing={Drawing::Cross} /></button>
                </header>
                { content }
            </section>
            <Fingerprint />
        </>
    }
}
