//! A lesson: its text, its goals, and starting over.

use drydock_engine::lesson::Block;
use yew::{AttrValue, Callback, Html, Properties, component, html};

use super::lesson_block::LessonBlock;
use crate::{
    app::use_store,
    course,
    state::Action,
    words::{t, tf},
};

#[derive(PartialEq, Properties)]
pub(crate) struct Props {
    pub(crate) id: AttrValue,
}

/// The pane's content.
#[component]
pub(crate) fn LessonPane(props: &Props) -> Html {
    let store = use_store();
    let goals = store.goals.clone();
    let Some(lesson) = course::lesson(&props.id) else { return html!() };
    let met = goals.n_reached();
    let minutes = tf("lesson-minutes", &[("minutes", &lesson.minutes.to_string())]);
    let reached = tf("lesson-goals", &[("met", &met.to_string()), ("of", &goals.0.len().to_string())]);
    let width = format!("width: {}%", (met * 100).checked_div(goals.0.len()).unwrap_or(0));
    let mut states = goals.0.iter();
    let reset = Callback::from(move |_| store.dispatch(Action::Reset));
    html! {
        <article class="prose">
            <p class="title">{ &lesson.title }</p>
            <p class="meta">{ minutes }{ " · " }{ reached }</p>
            <span class="bar" aria-hidden="true"><span style={width}></span></span>
            { for lesson.blocks.iter().enumerate().map(|(at, block)| {
                let goal = if matches!(block, Block::Goal(_)) { states.next().cloned() } else { None };
                html!(<LessonBlock key={at} lesson={props.id.clone()} {at} {goal} />)
            }) }
            <button class="button" type="button" onclick={reset}>{ t("reset-lesson") }</button>
        </article>
    }
}
