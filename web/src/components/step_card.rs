//! The card of a step: the sentence that explains it, the call, what changed, what was refused.

use std::rc::Rc;

use drydock_engine::view::StepCard;
use yew::{Html, Properties, component, html};

use super::{change_list::ChangeList, fidelity_badge::FidelityBadge, refusal_note::RefusalNote};
use crate::words::{t, tf};

#[derive(PartialEq, Properties)]
pub(crate) struct Props {
    pub(crate) card: Rc<StepCard>,
}

/// The card.
#[component]
pub(crate) fn Card(props: &Props) -> Html {
    let card = &*props.card;
    let title = tf("step-of", &[("step", &card.index.to_string()), ("of", &card.total.to_string())]);
    let actor = match card.pid {
        Some(pid) => tf("actor-pid", &[("actor", &card.actor), ("pid", &pid.to_string())]),
        None => card.actor.clone().into(),
    };
    html! {
        <section class="step-card" aria-labelledby="step-title">
            <h2 id="step-title" class="eyebrow">{ title }</h2>
            <p class="sentence">{ &card.sentence }</p>
            if !card.why.is_empty() { <p class="why">{ &card.why }</p> }
            if !card.call.is_empty() {
                <pre class={if card.refusal.is_some() { "call refused" } else { "call" }}>{ &card.call }{ " = " }<span class="result">{ &card.result }</span></pre>
                if let Some(refusal) = &card.refusal { <RefusalNote refusal={refusal.clone()} open=true /> }
                <dl class="facts">
                    <dt>{ t("performed-by") }</dt><dd>{ actor }</dd>
                    <dt>{ t("manual") }</dt><dd>{ manual(&card.manual) }</dd>
                    <dt>{ t("model") }</dt><dd><FidelityBadge fidelity={card.fidelity.clone()} /></dd>
                </dl>
                <h3>{ t("what-changed") }</h3>
                <ChangeList changes={card.changes.clone()} />
            }
        </section>
    }
}

/// `mkdir(2)` as a link to the Linux manual pages; anything else as text.
fn manual(name: &str) -> Html {
    let page = name.strip_suffix(')').and_then(|name| name.split_once('('));
    match page {
        Some((page, section)) if page.chars().all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c)) => {
            html! {
                <a href={format!("https://man7.org/linux/man-pages/man{section}/{page}.{section}.html")} target="_blank" rel="noreferrer">{ name }</a>
            }
        }
        _ => html!({ name }),
    }
}
