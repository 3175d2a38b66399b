//! Playing: the next step, by the clock.

use gloo::timers::callback::Interval;
use yew::{hook, use_effect_with};

use crate::state::{Action, Go, Store};

/// Time for reading a step's sentence.
const STEP_MS: u32 = 1100;

/// Goes on while the state is playing.
#[hook]
pub(crate) fn use_playing(store: &Store) {
    let go_on = store.clone();
    use_effect_with(store.playing, move |playing| {
        let interval = playing.then(|| Interval::new(STEP_MS, move || go_on.dispatch(Action::Go(Go::Next))));
        move || drop(interval)
    });
}
