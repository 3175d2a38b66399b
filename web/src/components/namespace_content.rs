//! What is in a namespace, and who.

use drydock_engine::view::NamespaceFacts;
use yew::{Callback, Html, Properties, component, html};

use crate::{
    app::use_store,
    state::{Action, selection::Selection},
    words::t,
};

#[derive(PartialEq, Properties)]
pub(crate) struct Props {
    pub(crate) facts: NamespaceFacts,
}

/// The facts and the members.
#[component]
pub(crate) fn NamespaceContent(props: &Props) -> Html {
    let store = use_store();
    let facts = &props.facts;
    let select = |selection: Selection| {
        let store = store.clone();
        Callback::from(move |_| store.dispatch(Action::Select(Some(selection.clone()))))
    };
    let link = |inode: u64| html!(<button class="linklike" type="button" onclick={select(Selection::Namespace(inode))}>{ inode }</button>);
    html! {
        <>
            <p>{ t(&format!("kind-{}", facts.kind)) }</p>
            <dl class="facts">
                <dt>{ t("ns-link") }</dt><dd><code>{ format!("{}:[{}]", facts.kind, facts.inode) }</code></dd>
                if facts.initial { <dt>{ t("ns-whose") }</dt><dd>{ t("ns-initial") }</dd> }
                if facts.owner != facts.inode { <dt>{ t("ns-owner") }</dt><dd>{ link(facts.owner) }</dd> }
                if let Some(parent) = facts.parent { <dt>{ t("ns-parent") }</dt><dd>{ link(parent) }</dd> }
                { for facts.facts.iter().map(|fact| html! {
                    <><dt>{ t(fact.name) }</dt><dd><code class="lines">{ &fact.value }</code></dd></>
                }) }
            </dl>
            <h3 class="as-is">{ t("ns-members") }</h3>
            if facts.members.is_empty() {
                <p class="quiet">{ t("ns-no-members") }</p>
            } else {
                <ul class="tokens">{ for facts.members.iter().map(|task| html! {
                    <li key={task.pid}><button class="token" type="button" onclick={select(Selection::Task(task.pid))}>
                        <span class="pid">{ task.pid }</span>{ " " }{ &task.comm }
                    </button></li>
                }) }</ul>
            }
        </>
    }
}
