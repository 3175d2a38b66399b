//! The timeline: a slider over all kernel steps, with buttons.

use web_sys::HtmlInputElement;
use yew::{Callback, Html, InputEvent, TargetCast, component, html, use_memo};

use super::{
    icon::{Drawing, Icon},
    ticks::Ticks,
};
use crate::{
    app::use_store,
    state::{Action, Go},
    words::{t, tf},
};

/// The strip between the picture and the steps.
#[component]
pub(crate) fn Timeline() -> Html {
    let store = use_store();
    let (step, last) = (store.step, store.n_steps());
    let steps = use_memo(store.edition, |_| store.steps.clone());
    let button = |drawing, name: &str, action: fn() -> Action, idle: bool| {
        let dispatch = store.dispatcher();
        let onclick = Callback::from(move |_| dispatch.dispatch(action()));
        html! {
            <button class="button square" type="button" aria-label={t(name)} title={t(name)} aria-disabled={idle.to_string()} {onclick}>
                <Icon {drawing} />
            </button>
        }
    };
    let play = {
        let (store, playing) = (store.clone(), store.playing);
        Callback::from(move |_| store.dispatch(Action::Play(!playing)))
    };
    let (drawing, name) =
        if store.playing { (Drawing::Pause, t("pause")) } else { (Drawing::Play, t("play")) };
    let oninput = {
        let store = store.clone();
        Callback::from(move |event: InputEvent| {
            let value =
                event.target_dyn_into::<HtmlInputElement>().and_then(|input| input.value().parse().ok());
            if let Some(step) = value {
                store.dispatch(Action::Go(Go::To(step)));
            }
        })
    };
    let facts = [("step", step.to_string()), ("of", last.to_string())];
    let text = tf("step-of", &[(facts[0].0, &facts[0].1), (facts[1].0, &facts[1].1)]);
    let share = (u64::from(step) * 10_000).checked_div(u64::from(last)).unwrap_or(0);
    let style = format!("--done: {}.{:02}%", share / 100, share % 100);
    html! {
        <div class="timeline" role="group" aria-label={t("time")} data-timeline="true">
            { button(Drawing::First, "first-step", || Action::Go(Go::First), step == 0) }
            { button(Drawing::Previous, "previous-step", || Action::Go(Go::Previous), step == 0) }
            <button class="button square primary" type="button" aria-label={name.clone()} title={name} onclick={play}><Icon {drawing} /></button>
            { button(Drawing::Next, "next-step", || Action::Go(Go::Next), step == last) }
            { button(Drawing::Last, "last-step", || Action::Go(Go::Last), step == last) }
            <div class="scrubber" {style}>
                <input type="range" min="0" max={last.to_string()} value={step.to_string()} aria-label={t("timeline")}
                    aria-valuetext={text} {oninput} />
                <Ticks steps={(*steps).clone()} {last} />
            </div>
            <output class="count">{ format!("{step} / {last}") }</output>
        </div>
    }
}
