//! The workbench: five panes, the edges between them, and the timeline.

use drydock_engine::view::step::step_card;
use yew::{Html, component, html, use_memo};

use super::{
    inspector::Inspector, lesson_pane::LessonPane, live_region::LiveRegion, pane::PaneFrame,
    pane_tabs::PaneTabs, picture::Picture, sandbox_intro::SandboxIntro, separator::Separator,
    step_list::StepList, terminal::Terminal, timeline::Timeline,
};
use crate::{
    app::use_store,
    course,
    state::{
        layout::{Edge, Pane},
        permalink::Route,
    },
};

/// The page.
#[component]
pub(crate) fn Workbench() -> Html {
    let store = use_store();
    let layout = &store.layout;
    let session = store.session.clone();
    // Once for all who show it: a card compares two frames.
    let card = use_memo((store.edition, store.step), move |(_, step)| step_card(&session, *step));
    let style = format!(
        "--left: {}px; --right: {}px; --bottom: {}px; --split: {}%",
        layout.at(Edge::Left),
        layout.at(Edge::Right),
        layout.at(Edge::Bottom),
        layout.at(Edge::Split)
    );
    let open: String = Pane::ALL
        .into_iter()
        .filter(|pane| !layout.is_open(*pane))
        .map(|pane| format!(" no-{}", pane.word()))
        .collect();
    let class = format!("bench tab-{}{open}", store.tab.word());
    let frame = |pane: Pane, content: Html| html!(<PaneFrame {pane} open={layout.is_open(pane)}>{ content }</PaneFrame>);
    let lesson = match &store.route {
        Route::Lesson(id) if course::lesson(id).is_some() => html!(<LessonPane id={id.clone()} />),
        _ => html!(<SandboxIntro />),
    };
    html! {
        <>
            <main id="main" {class} {style} tabindex="-1">
                { frame(Pane::Lesson, lesson) }
                <Separator edge={Edge::Left} at={layout.at(Edge::Left)} pane={Pane::Lesson} />
                { frame(Pane::Picture, html!(<Picture />)) }
                <Separator edge={Edge::Right} at={layout.at(Edge::Right)} pane={Pane::Inspector} />
                { frame(Pane::Inspector, html!(<Inspector card={card.clone()} />)) }
                <Separator edge={Edge::Bottom} at={layout.at(Edge::Bottom)} pane={Pane::Picture} />
                <Timeline />
                { frame(Pane::Steps, html!(<StepList />)) }
                <Separator edge={Edge::Split} at={layout.at(Edge::Split)} pane={Pane::Steps} />
                { frame(Pane::Terminal, html!(<Terminal />)) }
                <LiveRegion {card} />
            </main>
            <PaneTabs tab={store.tab} />
        </>
    }
}
