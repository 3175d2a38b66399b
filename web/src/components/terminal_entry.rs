//! A line that was run: what was typed, what was printed, and help where it failed.

use std::rc::Rc;

use drydock_engine::shell::Stream;
use yew::{Callback, Html, Properties, component, html};

use super::{hint_line::HintLine, refusal_note::RefusalNote};
use crate::state::entry::Entry;

#[derive(PartialEq, Properties)]
pub(crate) struct Props {
    pub(crate) entry: Rc<Entry>,
    /// Whether it is later than the step shown.
    pub(crate) later: bool,
    pub(crate) suggest: Callback<String>,
}

/// The entry.
#[component]
pub(crate) fn TerminalEntry(props: &Props) -> Html {
    let entry = &*props.entry;
    // A shell tells of its jobs there, too: that is no error.
    let stderr = if entry.status == 0 { "aside" } else { "stderr" };
    html! {
        <div class={if props.later { "entry later" } else { "entry" }}>
            { for entry.line.lines().enumerate().map(|(n, line)| html! {
                <div class="typed"><span class="prompt">{ if n == 0 { "# " } else { "> " } }</span>{ line }</div>
            }) }
            if !entry.output.is_empty() {
                <div class="printed">{ for entry.output.iter().map(|chunk| html! {
                    <span class={(chunk.stream == Stream::Stderr).then_some(stderr)}>{ &chunk.text }</span>
                }) }</div>
            }
            { for entry.refusals.iter().map(|refusal| html!(<RefusalNote refusal={refusal.clone()} />)) }
            { for entry.hints.iter().map(|hint| html!(<HintLine hint={hint.clone()} suggest={props.suggest.clone()} />)) }
        </div>
    }
}
