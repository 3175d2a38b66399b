//! What a step changed, as a diff of state in words.

use drydock_engine::view::{Change, Sign};
use yew::{Html, Properties, component, html};

use crate::words::t;

#[derive(PartialEq, Properties)]
pub(crate) struct Props {
    pub(crate) changes: Vec<Change>,
}

/// The list, or that there is none.
#[component]
pub(crate) fn ChangeList(props: &Props) -> Html {
    if props.changes.is_empty() {
        return html!(<p class="quiet">{ t("no-change") }</p>);
    }
    let row = |change: &Change| {
        let (class, sign, word) = match change.sign {
            Sign::Added => ("added", "+", t("added")),
            Sign::Removed => ("removed", "−", t("removed")),
            Sign::Changed => ("altered", "~", t("altered")),
        };
        html!(<li {class}><span class="sign" aria-hidden="true">{ sign }</span><span class="unseen">{ word }{ " " }</span><span>{ &change.text }</span></li>)
    };
    html!(<ul class="changes">{ for props.changes.iter().map(row) }</ul>)
}
