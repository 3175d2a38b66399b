//! Text with emphasis, code and links.

use drydock_engine::lesson::Inline;
use yew::{Html, Properties, component, html};

#[derive(PartialEq, Properties)]
pub(crate) struct Props {
    pub(crate) text: Vec<Inline>,
}

/// The text as nodes.
#[component]
pub(crate) fn InlineText(props: &Props) -> Html {
    html!({ for props.text.iter().map(node) })
}

fn node(inline: &Inline) -> Html {
    match inline {
        Inline::Text(text) => html!({ text }),
        Inline::Code(text) => html!(<code>{ text }</code>),
        Inline::Emphasis(text) => html!(<em>{ for text.iter().map(node) }</em>),
        Inline::Strong(text) => html!(<strong>{ for text.iter().map(node) }</strong>),
        Inline::Link(text, url) if is_web(url) => {
            html!(<a href={url.clone()} target="_blank" rel="noreferrer">{ for text.iter().map(node) }</a>)
        }
        // A link of another kind could run script.
        Inline::Link(text, _) => html!({ for text.iter().map(node) }),
    }
}

fn is_web(url: &str) -> bool {
    url.starts_with("https://") || url.starts_with("http://") || url.starts_with("#/")
}
