//! An overlay: its layers side by side, and for each path which of them provides it and what it hides.

use drydock_engine::{
    kernel::Share,
    plan::reply::FileKind,
    view::{OverlayView, PathView},
};
use yew::{Html, Properties, classes, component, html};

use crate::words::{t, tf};

#[derive(PartialEq, Properties)]
pub(crate) struct Props {
    pub(crate) overlay: OverlayView,
}

/// The table.
#[component]
pub(crate) fn LayerTable(props: &Props) -> Html {
    let overlay = &props.overlay;
    let title = tf("overlay-at", &[("target", &overlay.target)]);
    html! {
        <section class="overlay" aria-label={title.clone()}>
            <h3 class="as-is">{ title }</h3>
            <div class="table-frame">
                <table class="layers">
                    <thead><tr>
                        <th scope="col">{ t("path-head") }</th>
                        { for overlay.layers.iter().enumerate().map(|(at, layer)| html! {
                            <th scope="col" class={layer.upper.then_some("upper")}>
                                <span class="quiet">{ if layer.upper { t("layer-upper") } else { tf("layer-lower", &[("n", &lower(overlay, at).to_string())]) } }</span>
                                <code>{ &layer.directory }</code>
                            </th>
                        }) }
                    </tr></thead>
                    <tbody>{ for overlay.paths.iter().map(row) }</tbody>
                </table>
            </div>
            if overlay.paths.is_empty() { <p class="quiet">{ t("layers-empty") }</p> }
            if overlay.more { <p class="quiet">{ t("layers-more") }</p> }
            <ul class="legend" aria-label={t("legend")}>
                { for [Share::Provides, Share::Merged, Share::Opaque, Share::Hidden, Share::Whiteout].into_iter().map(|share| html! {
                    <li>{ mark(share) }<span class="quiet">{ t(&format!("share-{}", word(share))) }</span></li>
                }) }
            </ul>
        </section>
    }
}

/// Which lower layer a column is, 1 for the topmost.
fn lower(overlay: &OverlayView, at: usize) -> usize {
    at + 1 - overlay.layers.iter().filter(|layer| layer.upper).count()
}

fn row(path: &PathView) -> Html {
    let name = path.path.rsplit('/').next().unwrap_or_default();
    let slash = if path.kind == Some(FileKind::Directory) { "/" } else { "" };
    let class = classes!(path.changed.then_some("changed"), path.kind.is_none().then_some("gone"));
    html! {
        <tr key={path.path.clone()} {class}>
            <th scope="row" style={format!("--depth: {}", path.depth)}><code title={path.path.clone()}>{ name }{ slash }</code></th>
            { for path.shares.iter().map(|share| html! {
                <td>
                    { mark(*share) }
                    if *share != Share::Absent { <span class="unseen">{ t(&format!("share-{}", word(*share))) }</span> }
                </td>
            }) }
        </tr>
    }
}

/// A sign of its own for each, not a colour alone.
fn mark(share: Share) -> Html {
    let sign = match share {
        Share::Absent => return html!(),
        Share::Provides => "●",
        Share::Merged => "◐",
        Share::Opaque => "◉",
        Share::Hidden => "○",
        Share::Whiteout => "✕",
    };
    html!(<span class={format!("share-mark {}", word(share))} aria-hidden="true">{ sign }</span>)
}

fn word(share: Share) -> &'static str {
    match share {
        Share::Absent => "absent",
        Share::Provides => "provides",
        Share::Merged => "merged",
        Share::Opaque => "opaque",
        Share::Hidden => "hidden",
        Share::Whiteout => "whiteout",
    }
}
