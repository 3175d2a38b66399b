//! Something was typed while the past was shown: where should it run?

use std::rc::Rc;

use yew::{
    Callback, Html, KeyboardEvent, NodeRef, Properties, component, html, use_effect_with, use_node_ref,
};

use crate::{
    app::use_store,
    effects::focus,
    state::{Action, Answer},
    words::{t, tf},
};

#[derive(PartialEq, Properties)]
pub(crate) struct Props {
    pub(crate) lines: Rc<Vec<String>>,
}

/// The question, with three answers.
#[component]
pub(crate) fn ForkQuestion(props: &Props) -> Html {
    let store = use_store();
    let first = use_node_ref();
    {
        let first: NodeRef = first.clone();
        use_effect_with((), move |()| {
            if let Some(button) = first.cast::<web_sys::Element>() {
                focus::element_focus(&button);
            }
        });
    }
    let answer = |answer: Answer| {
        let store = store.clone();
        Callback::from(move |()| {
            store.dispatch(Action::Answer(answer));
            focus::by_id("command-line");
        })
    };
    let onkeydown = {
        let cancel = answer(Answer::Cancel);
        Callback::from(move |event: KeyboardEvent| {
            if event.key() == "Escape" {
                event.stop_propagation();
                cancel.emit(());
            }
        })
    };
    let click = |to: Answer| answer(to).reform(|_| ());
    let facts = [
        ("step", store.step.to_string()),
        ("of", store.n_steps().to_string()),
        ("command", props.lines.join("; ")),
    ];
    let facts = facts.each_ref().map(|(name, value)| (*name, value.as_str()));
    let last = match store.session.line_of_step(store.step).and_then(|line| store.entries.get(line as usize))
    {
        Some(entry) => tf("fork-here-after", &[("line", &entry.line)]),
        None => t("fork-here-start"),
    };
    html! {
        <div class="question" role="dialog" aria-labelledby="fork-title" aria-describedby="fork-text" {onkeydown}>
            <p id="fork-title"><strong>{ tf("fork-title", &facts) }</strong></p>
            <p id="fork-text">{ tf("fork-text", &facts) }{ " " }{ last }</p>
            <div class="actions">
                <button ref={first} class="button primary" type="button" onclick={click(Answer::Fork)}>{ t("fork") }</button>
                <button class="button" type="button" onclick={click(Answer::End)}>{ t("go-to-end") }</button>
                <button class="button" type="button" onclick={click(Answer::Cancel)}>{ t("cancel") }</button>
            </div>
        </div>
    }
}
