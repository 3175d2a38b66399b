//! Writes a control file: that is the same as typing the command, and the command is shown.

use drydock_engine::view::FileView;
use web_sys::HtmlInputElement;
use yew::{
    AttrValue, Callback, Html, InputEvent, Properties, SubmitEvent, TargetCast, component, html, use_state_eq,
};

use crate::{
    app::use_store,
    state::Action,
    words::{t, tf},
};

#[derive(PartialEq, Properties)]
pub(crate) struct Props {
    pub(crate) file: FileView,
    /// The group's directory.
    pub(crate) directory: AttrValue,
}

/// A field, the command it makes, and a button.
#[component]
pub(crate) fn ValueForm(props: &Props) -> Html {
    let store = use_store();
    // What was typed, for as long as the file still holds what it held then.
    let held =
        AttrValue::from(if props.file.value.contains('\n') { "" } else { &props.file.value }.to_owned());
    let draft = use_state_eq(|| (held.clone(), held.clone()));
    let value = if draft.0 == held { draft.1.clone() } else { held.clone() };
    let command = props.file.write_command(&props.directory, &value);
    let oninput = Callback::from(move |event: InputEvent| {
        let Some(input) = event.target_dyn_into::<HtmlInputElement>() else { return };
        draft.set((held.clone(), input.value().into()));
    });
    let onsubmit = {
        let command = command.clone();
        Callback::from(move |event: SubmitEvent| {
            event.prevent_default();
            store.dispatch(Action::Run(vec![command.clone()]));
        })
    };
    html! {
        <form class="value-form" {onsubmit}>
            <input class="field" {value} {oninput} aria-label={tf("new-value", &[("file", &props.file.name)])} autocomplete="off"
                autocapitalize="off" spellcheck="false" />
            <button class="button" type="submit">{ t("write") }</button>
            <code class="write-command">{ "# " }{ command }</code>
        </form>
    }
}
