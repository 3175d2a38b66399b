//! The files of a control group.

use drydock_engine::view::GroupView;
use yew::{Html, Properties, component, html};

use super::file_row::FileRow;
use crate::words::t;

#[derive(PartialEq, Properties)]
pub(crate) struct Props {
    pub(crate) group: GroupView,
}

/// Where it is mounted, and its files.
#[component]
pub(crate) fn GroupFiles(props: &Props) -> Html {
    let group = &props.group;
    html! {
        <>
            if let Some(path) = &group.directory {
                <p class="mounted-path"><code>{ path }</code></p>
            } else {
                <p class="quiet">{ t("group-unmounted") }</p>
            }
            <ul class="files" aria-label={t("files")}>
                { for group.files.iter().map(|file| html!(<FileRow key={file.name.clone()} file={file.clone()} directory={group.directory.clone()} />)) }
            </ul>
        </>
    }
}
