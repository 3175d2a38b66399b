//! The mounts as a tree, and each overlay layer by layer.

use drydock_engine::view::{MountNode, mounts::mounts};
use yew::{Html, classes, component, html, use_memo};

use super::layer_table::LayerTable;
use crate::{
    app::use_store,
    words::{t, tf},
};

/// The tree and the tables.
#[component]
pub(crate) fn MountPicture() -> Html {
    let store = use_store();
    let session = store.session.clone();
    let view = use_memo((store.edition, store.step, store.eyes), move |(_, step, eyes)| {
        mounts(&session, *step, *eyes)
    });
    html! {
        <div class="sheet" role="group" aria-label={t("mount-tree")} tabindex="0">
            { for view.overlays.iter().enumerate().map(|(at, overlay)| html!(<LayerTable key={at} overlay={overlay.clone()} />)) }
            <section aria-labelledby="mounts-title">
                <h3 id="mounts-title" class="as-is">{ tf("mounts-of", &[("pid", &view.eyes.to_string()), ("name", &view.comm), ("namespace", &view.namespace.to_string())]) }</h3>
                <ul class="mounts">{ for view.roots.iter().map(branch) }</ul>
            </section>
        </div>
    }
}

fn branch(mount: &MountNode) -> Html {
    let options = mount.options.join(",");
    // Most file systems without a device are given their own name as source, or `none`.
    let named = mount.source != mount.fstype && mount.source != "none";
    html! {
        <li key={mount.id}>
            <div class={classes!("mount", mount.changed.then_some("changed"))}>
                <code class="target">{ &mount.target }</code>
                <span class="chip fs">{ &mount.fstype }</span>
                if named { <span class="quiet">{ tf("mount-source", &[("source", &mount.source)]) }</span> }
                if !mount.root.is_empty() { <span class="quiet">{ tf("mount-root", &[("root", &mount.root)]) }</span> }
                { for mount.propagation.iter().map(|field| html!(<span class="chip peer">{ field }</span>)) }
                <code class="quiet options" title={options.clone()}>{ options }</code>
            </div>
            if !mount.children.is_empty() { <ul>{ for mount.children.iter().map(branch) }</ul> }
        </li>
    }
}
