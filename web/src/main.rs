//! The Drydock workbench: draws views of the engine's frames, holds no rules of its own.
use yew::prelude::{Html, component, html};

#[component]
fn App() -> Html {
    html! { <h1>{ "Drydock" }</h1> }
}

fn main() {
    yew::Renderer::<App>::new().render();
}
