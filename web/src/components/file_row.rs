//! A control file: its value, and on request what it means and how to write it.

use drydock_engine::view::FileView;
use yew::{Html, Properties, component, html};

use super::{
    fidelity_badge::FidelityBadge,
    icon::{Drawing, Icon},
    value_form::ValueForm,
};
use crate::words::t;

#[derive(PartialEq, Properties)]
pub(crate) struct Props {
    pub(crate) file: FileView,
    /// The group's directory, where it has one.
    pub(crate) directory: Option<String>,
}

/// The row, which opens.
#[component]
pub(crate) fn FileRow(props: &Props) -> Html {
    let file = &props.file;
    let mut lines = file.value.lines();
    let (first, more) = (lines.next().unwrap_or(""), lines.next().is_some());
    let short = match (file.readable, first.is_empty()) {
        (false, _) => html!(<span class="quiet">{ t("write-only") }</span>),
        (true, true) => html!(<span class="quiet">{ t("empty-file") }</span>),
        (true, false) => html!(<>{ first }if more { <span class="quiet">{ " …" }</span> }</>),
    };
    html! {
        <li>
            <details class={if file.changed { "file changed" } else { "file" }}>
                <summary>
                    <span class="file-name">{ &file.name }</span>
                    if !file.fidelity.exact {
                        <span class="mark" title={file.fidelity.note.clone()}><span aria-hidden="true">{ "≈" }</span><span class="unseen">{ &file.fidelity.word }</span></span>
                    }
                    <span class="file-value">{ short }</span>
                    if file.writable { <Icon drawing={Drawing::Edit} /> }
                </summary>
                <div class="file-more">
                    if !file.doc.is_empty() { <p>{ &file.doc }</p> }
                    if more { <pre class="value">{ &file.value }</pre> }
                    if let Some(directory) = props.directory.clone().filter(|_| file.writable) {
                        <ValueForm file={file.clone()} {directory} />
                    }
                    <p><FidelityBadge fidelity={file.fidelity.clone()} /></p>
                </div>
            </details>
        </li>
    }
}
