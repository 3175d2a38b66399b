//! System, light or dark: a press takes the next.

use yew::{Callback, Html, Properties, component, html};

use super::icon::{Drawing, Icon};
use crate::{
    app::use_store,
    state::{Action, Theme},
    words::{t, tf},
};

#[derive(PartialEq, Properties)]
pub(crate) struct Props {
    pub(crate) theme: Theme,
}

/// The button; its name says what holds now.
#[component]
pub(crate) fn ThemeSwitch(props: &Props) -> Html {
    let store = use_store();
    let at = Theme::ALL.iter().position(|theme| *theme == props.theme).unwrap_or(0);
    let next = Theme::ALL[(at + 1) % Theme::ALL.len()];
    let drawing = match props.theme {
        Theme::System => Drawing::System,
        Theme::Light => Drawing::Light,
        Theme::Dark => Drawing::Dark,
    };
    let name = tf("theme", &[("theme", &t(&format!("theme-{}", props.theme.word())))]);
    let onclick = Callback::from(move |_| store.dispatch(Action::Theme(next)));
    html! {
        <button class="button square" type="button" aria-label={name.clone()} title={name} {onclick}><Icon {drawing} /></button>
    }
}
