//! Every control group hierarchy of the host as a tree, and the processes in it.

use drydock_engine::view::host::host;
use web_sys::Element;
use yew::{Callback, Html, KeyboardEvent, Properties, TargetCast, component, html, use_memo};

use super::{
    empty_picture::EmptyPicture, free_controllers::FreeControllers, ground::Ground,
    hierarchy_card::HierarchyCard,
};
use crate::{
    app::use_store,
    effects::{flip::use_flip, focus},
    state::selection::Selection,
    words::t,
};

/// What can be focused in a picture with the arrow keys.
const PLACES: &str = "[data-place]";

#[derive(PartialEq, Properties)]
pub(crate) struct Props {
    pub(crate) select: Callback<Selection>,
}

/// The hierarchies, and the kernel as their ground.
#[component]
pub(crate) fn GroupPicture(props: &Props) -> Html {
    let store = use_store();
    let session = store.session.clone();
    let view = use_memo((store.edition, store.step), move |(_, step)| host(&session, *step));
    use_flip(&view);
    let select = &props.select;
    let loose = !view.free_controllers.is_empty() && !view.hierarchies.is_empty();
    html! {
        <>
            <div class={if loose { "sheet with-loose" } else { "sheet" }} data-own-keys="true" role="group" aria-label={t("picture-tree")} onkeydown={Callback::from(walk)}>
                if view.hierarchies.is_empty() {
                    <EmptyPicture />
                }
                <div class={if view.hierarchies.len() > 2 { "forest many" } else { "forest" }}>
                    { for view.hierarchies.iter().enumerate().map(|(at, hierarchy)| html! {
                        <HierarchyCard key={hierarchy.id} host={view.clone()} {at} first={at == 0}
                            selection={store.selection.clone()} select={select.clone()} />
                    }) }
                </div>
                if !view.free_controllers.is_empty() {
                    <FreeControllers controllers={view.free_controllers.clone()} alone={view.hierarchies.is_empty()} />
                }
            </div>
            <Ground cpus={view.cpus} cpu_used={view.cpu_used_milli} memory={view.memory} memory_used={view.memory_used} />
        </>
    }
}

/// Moves the focus through what can be selected.
pub(super) fn walk(event: KeyboardEvent) {
    let by = match event.key().as_str() {
        "ArrowDown" | "ArrowRight" => 1,
        "ArrowUp" | "ArrowLeft" => -1,
        "Home" => i32::MIN,
        "End" => i32::MAX,
        _ => return,
    };
    if let Some(sheet) =
        event.target_dyn_into::<Element>().and_then(|target| target.closest(".sheet").ok().flatten())
    {
        event.prevent_default();
        focus::step(&sheet, PLACES, by);
    }
}
