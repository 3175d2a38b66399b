//! A helpful sentence; a command in it, between backticks, goes to the command line with a click.

use yew::{AttrValue, Callback, Html, Properties, component, html};

use crate::words::tf;

#[derive(PartialEq, Properties)]
pub(crate) struct Props {
    pub(crate) hint: AttrValue,
    pub(crate) suggest: Callback<String>,
}

/// The sentence.
#[component]
pub(crate) fn HintLine(props: &Props) -> Html {
    let part = |(n, text): (usize, &str)| {
        if n % 2 == 0 {
            return html!({ text.to_owned() });
        }
        let command = text.to_owned();
        let name = tf("use-command", &[("command", text)]);
        html!(<button class="linklike" type="button" aria-label={name} onclick={props.suggest.reform(move |_| command.clone())}>{ text.to_owned() }</button>)
    };
    html!(<p class="hint">{ for props.hint.split('`').enumerate().map(part) }</p>)
}
