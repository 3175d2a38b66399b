//! The command line: history, search, completion, a suggestion in grey, and pasting many lines.

use std::rc::Rc;

use web_sys::{ClipboardEvent, HtmlInputElement};
use yew::{
    Callback, Event, Html, InputEvent, KeyboardEvent, Properties, SubmitEvent, TargetCast, component, html,
    use_effect_with, use_node_ref, use_reducer,
};

use crate::{
    app::use_store,
    effects::focus,
    line_editor::{
        self,
        editor::{Edit, Editor, Key},
    },
    state::{Action, State},
    words::{t, tf},
};

#[derive(PartialEq, Properties)]
pub(crate) struct Props {
    /// Whether a line before waits for its end.
    pub(crate) continued: bool,
    /// Text put here by a click elsewhere.
    pub(crate) suggested: (u64, Rc<str>),
    /// Changes when lines were run.
    pub(crate) edition: u64,
}

/// The line.
#[component]
pub(crate) fn CommandLine(props: &Props) -> Html {
    let store = use_store();
    let editor = use_reducer(Editor::default);
    let field = use_node_ref();
    {
        let editor = editor.clone();
        use_effect_with(props.suggested.clone(), move |(number, text)| {
            if *number > 0 {
                editor.dispatch(Edit::Set(text.to_string()));
                focus::by_id("command-line");
            }
        });
    }
    {
        // The cursor stands where the last edit left it, unless the person moves it.
        let field = field.clone();
        use_effect_with((editor.text.clone(), editor.cursor), move |(text, cursor)| {
            if let (Some(field), Some(cursor)) = (field.cast::<HtmlInputElement>(), cursor) {
                let at = line_editor::utf16_of(text, *cursor);
                let _ = field.set_selection_range(at, at);
            }
        });
    }
    let oninput = {
        let editor = editor.clone();
        Callback::from(move |event: InputEvent| {
            if let Some(field) = event.target_dyn_into::<HtmlInputElement>() {
                editor.dispatch(Edit::Typed(field.value()));
            }
        })
    };
    let submit = {
        let (editor, store) = (editor.clone(), store.clone());
        move || {
            let line = editor.line(&history(&store));
            editor.dispatch(Edit::Set(String::new()));
            store.dispatch(Action::Run(vec![line]));
        }
    };
    let onkeydown = {
        let (editor, store) = (editor.clone(), store.clone());
        Callback::from(move |event: KeyboardEvent| {
            let Some(field) = event.target_dyn_into::<HtmlInputElement>() else { return };
            let cursor =
                line_editor::byte_of(&field.value(), field.selection_start().ok().flatten().unwrap_or(0));
            let Some(key) = key(&event, &editor, cursor, field.selection_start() != field.selection_end())
            else {
                return;
            };
            event.prevent_default();
            match key {
                Pressed::Edit(Key::Complete) => {
                    let found = store.session.complete(&editor.text, cursor);
                    editor.dispatch(Edit::Completed(line_editor::complete(
                        &editor.text,
                        cursor,
                        found.start,
                        &found.candidates,
                    )));
                }
                Pressed::Edit(key) => editor.dispatch(Edit::Key(key, history(&store))),
                Pressed::Clear => store.dispatch(Action::Clear),
                Pressed::GiveUp => {
                    editor.dispatch(Edit::Set(String::new()));
                    store.dispatch(Action::CancelContinued);
                }
            }
        })
    };
    let onpaste = {
        let (editor, store) = (editor.clone(), store.clone());
        Callback::from(move |event: Event| {
            let Some(text) = pasted(&event) else { return };
            if text.trim_end_matches(['\n', '\r']).contains('\n') {
                event.prevent_default();
                let text = format!("{}{text}", editor.text);
                editor.dispatch(Edit::Set(String::new()));
                store.dispatch(Action::Run(
                    text.lines().map(|line| line.trim_end_matches('\r').to_owned()).collect(),
                ));
            }
        })
    };
    let onsubmit = Callback::from(move |event: SubmitEvent| {
        event.prevent_default();
        submit();
    });
    let past = history(&store);
    let found = editor.found(&past);
    let ghost = if editor.search.is_some() {
        ""
    } else {
        line_editor::ghost(&editor.text, past.iter().map(String::as_str))
    };
    html! {
        <form class="command-line" {onsubmit}>
            if let Some(search) = &editor.search {
                <span class="prompt searching">{ tf("search-prompt", &[("query", &search.query)]) }</span><span class="found">{ found.unwrap_or_default() }</span>
            } else {
                <span class="prompt" aria-hidden="true">{ if props.continued { "> " } else { "# " } }</span>
            }
            <span class={if editor.search.is_some() { "line unseen-line" } else { "line" }}>
                <span class="ghost" aria-hidden="true"><span class="same">{ &editor.text }</span>{ ghost }</span>
                <input id="command-line" ref={field} aria-label={t("command-line")} value={editor.text.clone()} {oninput} {onkeydown} {onpaste}
                    autocomplete="off" autocapitalize="off" autocorrect="off" spellcheck="false" enterkeyhint="send" />
            </span>
            <button class="unseen" type="submit" tabindex="-1">{ t("run") }</button>
            if !editor.choices.is_empty() {
                <ul class="choices" aria-label={t("completions")}>{ for editor.choices.iter().map(|choice| html!(<li>{ choice }</li>)) }</ul>
            }
        </form>
    }
}

enum Pressed {
    Edit(Key),
    Clear,
    GiveUp,
}

fn key(event: &KeyboardEvent, editor: &Editor, cursor: usize, selection: bool) -> Option<Pressed> {
    let edit = |key| Some(Pressed::Edit(key));
    let at_end = cursor == editor.text.len();
    if event.ctrl_key() && !event.alt_key() {
        return match event.key().as_str() {
            "r" => edit(Key::Search),
            "l" => Some(Pressed::Clear),
            "c" if !selection => Some(Pressed::GiveUp),
            "u" => edit(Key::Empty),
            _ => None,
        };
    }
    match event.key().as_str() {
        "ArrowUp" => edit(Key::Older),
        "ArrowDown" => edit(Key::Newer),
        "Escape" => edit(Key::Escape),
        // An empty line, or one just escaped from, lets the Tab key leave.
        "Tab" if !event.shift_key() && !editor.text.is_empty() && !editor.escaped => edit(Key::Complete),
        "ArrowRight" | "End" if at_end && !event.shift_key() && editor.search.is_none() => {
            edit(Key::TakeGhost)
        }
        _ => None,
    }
}

fn history(state: &State) -> Rc<Vec<String>> {
    let mut lines: Vec<String> = Vec::new();
    for entry in state.entries.iter() {
        let line = entry.line.replace('\n', "; ");
        if lines.last() != Some(&line) && !line.trim().is_empty() {
            lines.push(line);
        }
    }
    Rc::new(lines)
}

fn pasted(event: &Event) -> Option<String> {
    use wasm_bindgen::JsCast;
    event.dyn_ref::<ClipboardEvent>()?.clipboard_data()?.get_data("text").ok()
}
