//! The terminal: what was typed and printed, and the command line.

use web_sys::Element;
use yew::{Callback, Html, MouseEvent, NodeRef, component, html, use_effect_with, use_node_ref};

use super::{command_line::CommandLine, fork_question::ForkQuestion, terminal_entry::TerminalEntry};
use crate::{
    app::use_store,
    effects::focus,
    state::Action,
    words::{t, tf},
};

/// Lines shown at most; what was before them is in the timeline.
const MOST_LINES: usize = 300;

/// The pane's content.
#[component]
pub(crate) fn Terminal() -> Html {
    let store = use_store();
    let log = use_node_ref();
    {
        let log = log.clone();
        use_effect_with((store.edition, store.waiting.is_some()), move |_| scroll_to_end(&log));
    }
    let entries = &store.entries;
    let first = store.cleared.max(entries.len().saturating_sub(MOST_LINES));
    let hidden = first.saturating_sub(store.cleared);
    let suggest = {
        let dispatch = store.dispatcher();
        yew::use_callback(dispatch, |command: String, dispatch| dispatch.dispatch(Action::Suggest(command)))
    };
    html! {
        <div class="terminal-body" ref={log} onclick={Callback::from(to_command_line)}>
            <div role="log" aria-label={t("output")}>
            if entries.is_empty() && store.continued.is_none() { <p class="welcome">{ t("terminal-welcome") }</p> }
            if hidden > 0 { <p class="welcome">{ tf("earlier-lines", &[("n", &hidden.to_string())]) }</p> }
            { for entries[first..].iter().enumerate().map(|(offset, entry)| html! {
                <TerminalEntry key={first + offset} entry={entry.clone()} later={entry.is_later(store.step)}
                    suggest={suggest.clone()} />
            }) }
            if let Some(lines) = store.continued.clone() {
                <div class="entry">{ for lines.lines().enumerate().map(|(n, line)| html! {
                    <div class="typed"><span class="prompt">{ if n == 0 { "# " } else { "> " } }</span>{ line.to_owned() }</div>
                }) }</div>
            }
            </div>
            if let Some(lines) = store.waiting.clone() { <ForkQuestion {lines} /> }
            <CommandLine continued={store.continued.is_some()} suggested={store.suggested.clone()} edition={store.edition} />
        </div>
    }
}

fn scroll_to_end(log: &NodeRef) {
    if let Some(log) = log.cast::<Element>() {
        log.set_scroll_top(log.scroll_height());
    }
}

/// A click beside the text is meant for the command line; one that selects text is not.
fn to_command_line(event: MouseEvent) {
    use wasm_bindgen::JsCast;
    let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
    let beside = target.is_some_and(|target| {
        target.closest("button, a, details, input, [role=dialog]").is_ok_and(|found| found.is_none())
    });
    if beside && !focus::has_selection() {
        focus::by_id("command-line");
    }
}
