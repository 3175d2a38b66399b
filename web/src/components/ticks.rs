//! Marks on the timeline: where commands end, and what was refused.

use std::rc::Rc;

use yew::{Html, Properties, component, html};

use crate::state::steps::Steps;

/// Marks closer than this (in 1/1000 of the width) are drawn as one.
const NEAREST: u32 = 5;
/// More marks than this are drawn small and faint.
const MANY: usize = 70;

#[derive(PartialEq, Properties)]
pub(crate) struct Props {
    pub(crate) steps: Rc<Steps>,
    pub(crate) last: u32,
}

/// The marks. They say nothing that the list of steps does not.
#[component]
pub(crate) fn Ticks(props: &Props) -> Html {
    let inner: Vec<_> =
        props.steps.boundaries.iter().copied().filter(|step| *step > 0 && *step < props.last).collect();
    let mark = |class: &'static str, at: u32| html!(<span {class} style={format!("left: {}.{}%", at / 10, at % 10)}></span>);
    html! {
        <div class={if inner.len() > MANY { "ticks many" } else { "ticks" }} aria-hidden="true">
            { for places(&inner, props.last).into_iter().map(|at| mark("command-end", at)) }
            { for places(&props.steps.refused, props.last).into_iter().map(|at| mark("refused", at)) }
        </div>
    }
}

/// Where the steps are, in 1/1000 of the width, without those too close to the one before.
fn places(steps: &[u32], last: u32) -> Vec<u32> {
    let mut places: Vec<u32> = Vec::new();
    for step in steps {
        let at = u32::try_from(u64::from(*step) * 1000 / u64::from(last.max(1))).unwrap_or(1000);
        if places.last().is_none_or(|before| at >= before + NEAREST) {
            places.push(at);
        }
    }
    places
}

#[cfg(test)]
mod tests {
    use super::places;

    #[test]
    fn never_more_than_can_be_seen() {
        assert_eq!(places(&[1, 2], 4), [250, 500]);
        let all: Vec<u32> = (1..=100_000).collect();
        assert!(places(&all, 100_000).len() <= 201);
        assert_eq!(places(&[0], 0), [0]);
    }
}
