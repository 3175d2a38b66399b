//! A running example on the start page: the lecture's commands, step by step, again and again.

use std::rc::Rc;

use drydock_engine::{
    history::Session,
    host::HostKind,
    view::{host::host, step::step_card},
};
use gloo::{timers::callback::Interval, utils::window};
use yew::{Callback, Html, UseStateHandle, component, hook, html, use_effect_with, use_memo, use_state};

use super::{
    free_controllers::FreeControllers,
    hierarchy_card::HierarchyCard,
    icon::{Drawing, Icon},
};
use crate::{effects::flip::use_flip, state::permalink::HostChoice, words::t};

/// What it types.
const LINES: [&str; 6] = [
    "mkdir -p /cgroup/demo",
    "mount -t cgroup -o cpu,memory demo /cgroup/demo",
    "mkdir /cgroup/demo/web",
    "mkdir /cgroup/demo/batch",
    "echo 512 > /cgroup/demo/batch/cpu.shares",
    "echo 1701 > /cgroup/demo/batch/tasks",
];
/// Time for a look at a step.
const STEP_MS: u32 = 1700;
/// How many steps long the end stands still.
const REST: u32 = 2;

/// The example.
#[component]
pub(crate) fn Demo() -> Html {
    let session = use_memo((), |()| {
        let mut session = Session::new(HostChoice::of(HostKind::Lecture).profile());
        for line in LINES {
            session.run(line);
        }
        session
    });
    let (step, moving) = use_clock(session.n_steps());
    let view = {
        let session = Rc::clone(&session);
        use_memo(step, move |step| host(&session, *step))
    };
    use_flip(&view);
    let card = step_card(&session, step);
    let (drawing, name) = if *moving { (Drawing::Pause, "demo-pause") } else { (Drawing::Play, "demo-play") };
    let onclick = Callback::from(move |_| moving.set(!*moving));
    html! {
        <figure class="demo">
            <figcaption><span class="unseen">{ t("demo") }</span></figcaption>
            // Seen only: what it shows is told better by the lesson.
            <div class="demo-body" inert=true aria-hidden="true">
                <p class="demo-line"><span class="prompt">{ "# " }</span>{ if step == 0 { LINES[0] } else { &card.line } }</p>
                <p class="demo-sentence">{ &card.sentence }</p>
                <div class="demo-sheet">
                    { for (0..view.hierarchies.len()).map(|at| html! {
                        <HierarchyCard key={at} host={view.clone()} {at} first=false selection={None} select={Callback::noop()} />
                    }) }
                    if view.hierarchies.is_empty() { <FreeControllers controllers={view.free_controllers.clone()} alone=true /> }
                </div>
            </div>
            <button class="button square small" type="button" aria-label={t(name)} title={t(name)} {onclick}><Icon {drawing} /></button>
        </figure>
    }
}

/// The step to show, and whether the example moves: not at first where motion is unwelcome.
#[hook]
fn use_clock(last: u32) -> (u32, UseStateHandle<bool>) {
    let still = window()
        .match_media("(prefers-reduced-motion: reduce)")
        .ok()
        .flatten()
        .is_some_and(|query| query.matches());
    let moving = use_state(|| !still);
    let time = use_state(|| if still { last } else { 0 });
    let step = (*time).min(last);
    use_effect_with((*moving, *time), move |(moving, now)| {
        let next = if *now >= last + REST { 0 } else { now + 1 };
        let interval = moving.then(|| Interval::new(STEP_MS, move || time.set(next)));
        move || drop(interval)
    });
    (step, moving)
}
