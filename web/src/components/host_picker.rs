//! Which machine: the profile, its CPUs and its memory.

use drydock_engine::host::HostKind;
use web_sys::HtmlSelectElement;
use yew::{Callback, Event, Html, Properties, TargetCast, component, html};

use crate::{
    app::use_store,
    state::{
        Action,
        permalink::{CPUS, HostChoice, MEMORY_MIB},
    },
    units::bytes,
    words::{t, tf},
};

#[derive(PartialEq, Properties)]
pub(crate) struct Props {
    pub(crate) host: HostChoice,
}

/// Three choices side by side.
#[component]
pub(crate) fn HostPicker(props: &Props) -> Html {
    let store = use_store();
    let host = props.host;
    // What was chosen, as the option's position, and the host that it makes.
    let choose = move |with: fn(HostChoice, usize) -> HostChoice| {
        let store = store.clone();
        Callback::from(move |event: Event| {
            let Some(select) = event.target_dyn_into::<HtmlSelectElement>() else { return };
            if let Ok(index) = usize::try_from(select.selected_index()) {
                store.dispatch(Action::Host(with(host, index)));
            }
        })
    };
    let kind = choose(|host, index| HostChoice { kind: HostKind::NAMED[index], ..host });
    let cpus =
        choose(|host, index| HostChoice { cpus: CPUS.start() + u32::try_from(index).unwrap_or(0), ..host });
    let memory = choose(|host, index| HostChoice { memory_mib: MEMORY_MIB[index], ..host });
    html! {
        <div class="host" role="group" aria-label={t("host")}>
            <select id="host-picker" aria-label={t("host-picker")} onchange={kind}>
                { for HostKind::NAMED.iter().map(|kind| html! {
                    <option value={kind.word()} selected={*kind == host.kind}>{ t(&format!("host-{}", kind.word())) }</option>
                }) }
            </select>
            <select aria-label={t("host-cpus")} onchange={cpus}>
                { for CPUS.map(|n| html! {
                    <option selected={n == host.cpus}>{ if n == 1 { t("one-cpu") } else { tf("n-cpus", &[("n", &n.to_string())]) } }</option>
                }) }
            </select>
            <select aria-label={t("host-memory")} onchange={memory}>
                { for MEMORY_MIB.map(|n| html! {
                    <option selected={n == host.memory_mib}>{ bytes(n << 20) }</option>
                }) }
            </select>
        </div>
    }
}
