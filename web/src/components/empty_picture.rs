//! Nothing is mounted: what that means, and the first command.

use yew::{Html, component, html};

use super::run_block::RunBlock;
use crate::words::t;

/// What a learner may begin with.
const FIRST: [&str; 2] =
    ["mkdir -p /cgroup/cpu_and_mem", "mount -t cgroup -o cpu,cpuset,memory cpu_and_mem /cgroup/cpu_and_mem"];

/// The explanation in place of a tree.
#[component]
pub(crate) fn EmptyPicture() -> Html {
    html! {
        <div class="empty">
            <h3>{ t("empty-title") }</h3>
            <p>{ t("empty-text") }</p>
            <RunBlock commands={FIRST.map(str::to_owned).to_vec()} />
        </div>
    }
}
