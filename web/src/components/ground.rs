//! The kernel as the ground that everything stands on: its processors and its memory.

use yew::{Html, Properties, component, html};

use super::gauge::Gauge;
use crate::{
    units::{bytes, cpus},
    words::{t, tf},
};

#[derive(PartialEq, Properties)]
pub(crate) struct Props {
    pub(crate) cpus: u32,
    pub(crate) cpu_used: u32,
    pub(crate) memory: u64,
    pub(crate) memory_used: u64,
}

/// The ground.
#[component]
pub(crate) fn Ground(props: &Props) -> Html {
    let cpu = tf("used-of-cpus", &[("used", &cpus(props.cpu_used)), ("of", &props.cpus.to_string())]);
    let memory = tf("used-of", &[("used", &bytes(props.memory_used)), ("of", &bytes(props.memory))]);
    html! {
        <section class="ground" aria-labelledby="ground-title">
            <h3 id="ground-title">{ t("kernel") }</h3>
            <Gauge name={t("cpu")} text={cpu} used={u64::from(props.cpu_used)} of={u64::from(props.cpus) * 1000} />
            <Gauge name={t("memory")} text={memory} used={props.memory_used} of={props.memory} />
        </section>
    }
}
