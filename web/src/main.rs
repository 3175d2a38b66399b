//! The Drydock workbench: draws views of the engine's frames, holds no rules of its own.
//!
//! | module | what it is |
//! |---|---|
//! | [`app`] | the top component: state, effects, which page |
//! | [`components`] | what is seen, one component a file |
//! | [`course`] | the lessons that the engine embeds |
//! | [`effects`] | storage, address, timers, clipboard, panics |
//! | [`line_editor`] | history, completion and suggestions of the command line |
//! | [`state`] | the state and its one reducer |
//! | [`units`] | numbers as people read them |
//! | [`words`] | wording, from the engine's catalogue |

mod app;
mod components;
mod course;
mod effects;
mod line_editor;
mod state;
mod units;
mod words;

fn main() {
    effects::panic::install();
    // The skeleton that index.html shows until now.
    if let Some(skeleton) = gloo::utils::document().get_element_by_id("skeleton") {
        skeleton.remove();
    }
    yew::Renderer::<app::App>::new().render();
}
