//! A row of the list of steps.

use yew::{Callback, Html, Properties, classes, component, html};

use crate::{state::steps::Row, words::tf};

#[derive(Properties)]
pub(crate) struct Props {
    pub(crate) row: Row,
    /// The row's number, from 1, and how many there are: not all of them are in the document.
    pub(crate) position: usize,
    pub(crate) of: usize,
    /// The step shown.
    pub(crate) at: u32,
    pub(crate) go: Callback<u32>,
}

/// Whether a row's step is shown, over, or still to come.
fn time(row: &Row, at: u32) -> std::cmp::Ordering {
    match row {
        Row::Step { index, .. } => index.cmp(&at),
        Row::Line { .. } | Row::Command(_) => std::cmp::Ordering::Less,
    }
}

impl PartialEq for Props {
    /// A step forward changes two rows, not all.
    fn eq(&self, other: &Self) -> bool {
        self.row == other.row
            && (self.position, self.of) == (other.position, other.of)
            && time(&self.row, self.at) == time(&other.row, other.at)
            && self.go == other.go
    }
}

/// The row.
#[component]
pub(crate) fn StepRow(props: &Props) -> Html {
    let content = match &props.row {
        Row::Line { text, status, last_step } => line(text, *status, *last_step, &props.go),
        Row::Command(text) => {
            html!(<span class="row command-row"><span aria-hidden="true"></span><code>{ text }</code></span>)
        }
        Row::Step { index, actor, call, result, refused } => {
            let time = time(&props.row, props.at);
            let class = classes!(
                "row",
                "step-row",
                refused.then_some("refused"),
                time.is_eq().then_some("now"),
                time.is_gt().then_some("later")
            );
            let index = *index;
            html! {
                <button {class} type="button" tabindex={if time.is_eq() { "0" } else { "-1" }} aria-current={time.is_eq().then_some("step")}
                    onclick={props.go.reform(move |_| index)}>
                    <span class="number">{ index }</span><span class="actor">{ actor }</span>
                    <span class="call-text" title={call.clone()}>{ call }</span><span class="result">{ "= " }{ result }</span>
                </button>
            }
        }
    };
    html!(<li aria-posinset={props.position.to_string()} aria-setsize={props.of.to_string()}>{ content }</li>)
}

fn line(text: &yew::AttrValue, status: u8, last_step: Option<u32>, go: &Callback<u32>) -> Html {
    let content = html! {
        <>
            <span class="prompt" aria-hidden="true">{ "#" }</span><code>{ text }</code>
            if status != 0 { <span class="status">{ tf("status", &[("status", &status.to_string())]) }</span> }
        </>
    };
    match last_step {
        Some(step) => {
            html!(<button class="row line-row" type="button" tabindex="-1" onclick={go.reform(move |_| step)}>{ content }</button>)
        }
        None => html!(<span class="row line-row">{ content }</span>),
    }
}
