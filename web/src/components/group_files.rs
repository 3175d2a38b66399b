//! A control group: what it uses against its limits, and its files.

use drydock_engine::view::{GroupView, Meter, Resource};
use yew::{Html, Properties, component, html};

use super::{file_row::FileRow, gauge::Gauge};
use crate::{
    units::{bytes, cpus},
    words::{t, tf},
};

#[derive(PartialEq, Properties)]
pub(crate) struct Props {
    pub(crate) group: GroupView,
}

/// Where it is mounted, what it uses, and its files.
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
            if !group.meters.is_empty() {
                <ul class="meters" aria-label={t("use-and-limit")}>
                    { for group.meters.iter().map(meter) }
                </ul>
            }
            <ul class="files" aria-label={t("files")}>
                { for group.files.iter().map(|file| html!(<FileRow key={file.name.clone()} file={file.clone()} directory={group.directory.clone()} />)) }
            </ul>
        </>
    }
}

/// A resource: how much is in use, and a bar where the group has a limit.
fn meter(meter: &Meter) -> Html {
    let (name, amount): (_, fn(u64) -> String) = match meter.resource {
        Resource::Cpu => (t("cpu"), |milli| cpus(u32::try_from(milli).unwrap_or(u32::MAX))),
        Resource::Memory => (t("memory"), bytes),
        Resource::Pids => (t("tasks"), |n| n.to_string()),
    };
    let used = amount(meter.used);
    let content = match meter.limit {
        Some(limit) => {
            let text = tf("used-of", &[("used", &used), ("of", &amount(limit))]);
            html!(<Gauge {name} {text} used={meter.used} of={limit} />)
        }
        None => html! {
            <div class="gauge">
                <span class="gauge-name">{ name }</span>
                <span class="quiet">{ t("no-own-limit") }</span>
                <span class="gauge-text">{ used }</span>
            </div>
        },
    };
    html!(<li key={meter.file} title={meter.file}>{ content }</li>)
}
