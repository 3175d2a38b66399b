//! A lesson in the list, with how far it is.

use yew::{AttrValue, Html, Properties, component, html};

use super::icon::{Drawing, Icon};
use crate::{
    course,
    state::progress::LessonProgress,
    words::{t, tf},
};

#[derive(PartialEq, Properties)]
pub(crate) struct Props {
    pub(crate) id: AttrValue,
    pub(crate) progress: Option<LessonProgress>,
}

/// A link to the lesson, at the place where it was left.
#[component]
pub(crate) fn LessonCard(props: &Props) -> Html {
    let Some(lesson) = course::lesson(&props.id) else { return html!() };
    let fresh = format!("#/lesson/{}", props.id);
    let href = props.progress.as_ref().map_or(fresh, |now| now.left_at.clone());
    let (met, of) = props.progress.as_ref().map_or((0, 0), |now| (now.met, now.of));
    let state = match (met, of) {
        (_, 0) => tf("lesson-minutes", &[("minutes", &lesson.minutes.to_string())]),
        (met, of) if met == of => t("lesson-done"),
        (met, of) => tf("lesson-goals", &[("met", &met.to_string()), ("of", &of.to_string())]),
    };
    let done = of > 0 && met == of;
    let width = format!("width: {}%", (met * 100).checked_div(of).unwrap_or(0));
    html! {
        <li>
            <a class="lesson-card" {href}>
                <span class={if done { "tick met" } else { "tick" }}>if done { <Icon drawing={Drawing::Tick} /> }</span>
                <span class="lesson-title">{ &lesson.title }</span>
                <span class="lesson-state">{ state }</span>
                <span class="lesson-summary">{ &lesson.summary }</span>
                <span class="bar" aria-hidden="true"><span style={width}></span></span>
            </a>
        </li>
    }
}
