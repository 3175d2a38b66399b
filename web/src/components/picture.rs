//! The picture: one of several views of the host.

use yew::{Html, component, html, use_callback};

use super::{
    eyes_picker::EyesPicker, group_picture::GroupPicture, mount_picture::MountPicture,
    namespace_picture::NamespacePicture, view_tabs::ViewTabs,
};
use crate::{
    app::use_store,
    state::{Action, selection::Selection, view::View},
    units::seconds,
    words::{t, tf},
};

/// The pane's content.
#[component]
pub(crate) fn Picture() -> Html {
    let store = use_store();
    let kernel = &store.session.frame(store.step).kernel;
    let select = use_callback(store.dispatcher(), |selection: Selection, dispatch| {
        dispatch.dispatch(Action::Select(Some(selection)));
    });
    let facts =
        tf("host-facts", &[("tasks", &kernel.n_tasks().to_string()), ("time", &seconds(kernel.now_ms()))]);
    let view = store.view;
    html! {
        <div class="picture-body">
            <header class="picture-head">
                <h2 class="unseen">{ t("pane-picture") }</h2>
                <ViewTabs {view} />
                if view == View::Groups {
                    <p class="quiet">{ t(&format!("host-{}", store.host.kind.word())) }{ " · " }{ facts }</p>
                } else {
                    <EyesPicker />
                }
            </header>
            <div id="view" class="view" role="tabpanel" aria-labelledby={format!("view-{}", view.word())}>
                { match view {
                    View::Groups => html!(<GroupPicture {select} />),
                    View::Namespaces => html!(<NamespacePicture {select} />),
                    View::Mounts => html!(<MountPicture />),
                } }
            </div>
        </div>
    }
}
