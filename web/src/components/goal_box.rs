//! What a lesson asks for: whether it is met, hints one after the other, and then the solution.

use drydock_engine::lesson::Goal;
use yew::{Callback, Html, Properties, component, html, use_state};

use super::{
    icon::{Drawing, Icon},
    inline_text::InlineText,
};
use crate::{
    app::use_store,
    state::{Action, goals::Standing},
    words::{t, tf},
};

#[derive(PartialEq, Properties)]
pub(crate) struct Props {
    pub(crate) goal: Goal,
    pub(crate) state: Standing,
}

/// The goal, set apart from the text.
#[component]
pub(crate) fn GoalBox(props: &Props) -> Html {
    let store = use_store();
    let shown = use_state(|| 0usize);
    let Props { goal, state } = props;
    let hints = goal.hints.len();
    let missing = tf(
        "goal-missing",
        &[("met", &state.now.n_met.to_string()), ("of", &state.now.n_conditions.to_string())],
    );
    let next_hint = {
        let (at, of) = ((*shown + 1).to_string(), hints.to_string());
        tf("hint-of", &[("at", &at), ("of", &of)])
    };
    let more = {
        let shown = shown.clone();
        Callback::from(move |_| shown.set(*shown + 1))
    };
    let solve = {
        let solution = goal.solution.clone();
        Callback::from(move |_| store.dispatch(Action::Run(solution.clone())))
    };
    html! {
        <section class={if state.reached { "goal met" } else { "goal" }} aria-label={tf("goal", &[("goal", &goal.title)])}>
            <p class="goal-title">
                <span class={if state.reached { "tick met" } else { "tick" }} role="img" aria-label={t(if state.reached { "goal-met" } else { "goal-open" })}>
                    if state.reached { <Icon drawing={Drawing::Tick} /> }
                </span>
                <span>{ &goal.title }</span>
            </p>
            if !state.reached {
                if state.now.n_conditions > 1 { <p class="missing">{ missing }</p> }
                { for goal.hints[..(*shown).min(hints)].iter().map(|hint| html!(<p class="goal-hint"><InlineText text={hint.clone()} /></p>)) }
                <p class="goal-help" aria-live="polite">
                    if *shown < hints {
                        <button class="button small" type="button" onclick={more}>{ next_hint }</button>
                    } else if !goal.solution.is_empty() {
                        <button class="button small" type="button" onclick={solve}>{ t("show-solution") }</button>
                    }
                </p>
            }
        </section>
    }
}
