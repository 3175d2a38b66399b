//! Processes against the eight kinds of namespace: what has the same colour and number is the same.

use drydock_engine::view::{NamespaceCell, NamespaceRow, namespaces::namespaces};
use yew::{Callback, Html, Properties, classes, component, html, use_memo};

use super::group_picture::walk;
use crate::{
    app::use_store,
    state::selection::Selection,
    words::{t, tf},
};

/// So many colours there are for namespaces that are not the host's; then they begin again.
const COLOURS: u32 = 6;

#[derive(PartialEq, Properties)]
pub(crate) struct Props {
    pub(crate) select: Callback<Selection>,
}

/// The table.
#[component]
pub(crate) fn NamespacePicture(props: &Props) -> Html {
    let store = use_store();
    let session = store.session.clone();
    let view = use_memo((store.edition, store.step, store.eyes), move |(_, step, eyes)| {
        namespaces(&session, *step, *eyes)
    });
    html! {
        <div class="sheet" data-own-keys="true" role="group" aria-label={t("namespace-table")} onkeydown={Callback::from(walk)}>
            <div class="table-frame">
                <table class="namespaces">
                    <thead><tr>
                        <th scope="col">{ t("process-head") }</th>
                        { for view.kinds.iter().map(|kind| html!(<th scope="col"><abbr title={t(&format!("kind-{kind}"))}>{ kind }</abbr></th>)) }
                    </tr></thead>
                    <tbody>{ for view.rows.iter().enumerate().map(|(at, row)| html! {
                        <Row key={row.task.pid} row={row.clone()} kinds={view.kinds.clone()} first={at == 0}
                            selection={store.selection.clone()} select={props.select.clone()} />
                    }) }</tbody>
                </table>
            </div>
            <p class="quiet legend">{ t("namespace-legend") }</p>
        </div>
    }
}

#[derive(PartialEq, Properties)]
struct RowProps {
    row: NamespaceRow,
    kinds: Vec<&'static str>,
    first: bool,
    selection: Option<Selection>,
    select: Callback<Selection>,
}

/// A process.
#[component]
fn Row(props: &RowProps) -> Html {
    let NamespaceRow { task, pid, cells } = &props.row;
    let host_pid = task.pid;
    let selected = props.selection == Some(Selection::Task(host_pid));
    let class = classes!(
        "token",
        format!("state-{}", task.state.to_ascii_lowercase()),
        task.changed.then_some("changed"),
        selected.then_some("selected")
    );
    html! {
        <tr>
            <th scope="row">
                <button {class} type="button" data-place="true" tabindex={if props.first || selected { "0" } else { "-1" }}
                    aria-pressed={selected.to_string()} onclick={props.select.reform(move |_| Selection::Task(host_pid))}>
                    <span class="dot"></span><span class="unseen">{ t("process-word") }{ " " }</span><span class="pid">{ pid }</span>{ " " }{ &task.comm }
                    if *pid != host_pid { <span class="share">{ tf("machine-pid", &[("pid", &host_pid.to_string())]) }</span> }
                    if task.is_shell { <span class="you" aria-hidden="true">{ t("you") }</span> }
                </button>
            </th>
            { for cells.iter().zip(&props.kinds).map(|(cell, kind)| html!(<td>{ face(cell, kind, props) }</td>)) }
        </tr>
    }
}

fn face(cell: &NamespaceCell, kind: &'static str, props: &RowProps) -> Html {
    let inode = cell.inode;
    let selected = props.selection == Some(Selection::Namespace(inode));
    let colour = match cell.ordinal {
        0 => "ns-host".to_owned(),
        ordinal => format!("ns-{}", (ordinal - 1) % COLOURS + 1),
    };
    let class = classes!("ns", colour, cell.changed.then_some("changed"), selected.then_some("selected"));
    let shown = if cell.ordinal == 0 { t("ns-of-host") } else { cell.ordinal.to_string().into() };
    html! {
        <button {class} type="button" data-place="true" tabindex="-1" title={format!("{kind}:[{inode}]")}
            aria-pressed={selected.to_string()} onclick={props.select.reform(move |_| Selection::Namespace(inode))}>
            <span class="unseen">{ kind }{ " " }</span>{ shown }
        </button>
    }
}
