//! One block of a lesson.

use drydock_engine::lesson::{Block, Inline};
use yew::{AttrValue, Html, Properties, component, html};

use super::{goal_box::GoalBox, inline_text::InlineText, run_block::RunBlock};
use crate::{course, state::goals::Standing, words::t};

#[derive(PartialEq, Properties)]
pub(crate) struct Props {
    pub(crate) lesson: AttrValue,
    /// The block's position in the lesson.
    pub(crate) at: usize,
    /// How far it is, where it is a goal.
    pub(crate) goal: Option<Standing>,
}

/// The block as nodes; a lesson can't bring markup of its own.
#[component]
pub(crate) fn LessonBlock(props: &Props) -> Html {
    let Some(block) = course::lesson(&props.lesson).and_then(|lesson| lesson.blocks.get(props.at)) else {
        return html!();
    };
    let inline = |text: &Vec<Inline>| html!(<InlineText text={text.clone()} />);
    match block {
        Block::Heading(level, text) if *level <= 2 => html!(<h2>{ inline(text) }</h2>),
        Block::Heading(_, text) => html!(<h3>{ inline(text) }</h3>),
        Block::Paragraph(text) => html!(<p>{ inline(text) }</p>),
        Block::List(items) => {
            html!(<ul>{ for items.iter().map(|item| html!(<li>{ inline(item) }</li>)) }</ul>)
        }
        Block::Run(commands) => html!(<RunBlock commands={commands.clone()} />),
        Block::Output(text) => {
            html!(<details class="expected"><summary>{ t("expected-output") }</summary><pre class="value">{ text }</pre></details>)
        }
        Block::Note(text) => html!(<p class="note">{ inline(text) }</p>),
        Block::Goal(goal) => match props.goal.clone() {
            Some(state) => html!(<GoalBox goal={goal.clone()} {state} />),
            None => html!(),
        },
    }
}
