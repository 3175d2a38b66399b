//! Commands in the text, which run with one click.

use yew::{Callback, Html, Properties, component, html};

use super::icon::{Drawing, Icon};
use crate::{
    app::use_store,
    state::Action,
    words::{t, tf},
};

#[derive(PartialEq, Properties)]
pub(crate) struct Props {
    /// One or several lines.
    pub(crate) commands: Vec<String>,
}

/// The commands, each with its button.
#[component]
pub(crate) fn RunBlock(props: &Props) -> Html {
    let store = use_store();
    let row = |line: &String| {
        let (store, line) = (store.clone(), line.clone());
        let name = tf("run-command", &[("command", &line)]);
        html! {
            <li>
                <code>{ &line }</code>
                <button type="button" aria-label={name} onclick={Callback::from(move |_| store.dispatch(Action::Run(vec![line.clone()])))}>
                    { t("run") }<Icon drawing={Drawing::Return} />
                </button>
            </li>
        }
    };
    html!(<ul class="commands">{ for props.commands.iter().map(row) }</ul>)
}
