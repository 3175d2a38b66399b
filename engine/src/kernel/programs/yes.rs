//! yes(1) of coreutils: writes the same line until nobody reads it any more.

use super::{Behaviour, Demand, Ends, Launch, sleep};
use crate::kernel::fs::Node;
use crate::kernel::refuse::not_modelled;
use crate::kernel::task::Stdio;
use crate::kernel::{Kernel, Task};
use crate::plan::Refusal;

/// What it writes: its arguments, or `y`.
pub(super) fn line(argv: &[String]) -> String {
    let words = argv.get(1..).unwrap_or_default();
    let words = words.strip_prefix(&["--".to_owned()]).unwrap_or(words);
    if words.is_empty() { "y\n".to_owned() } else { format!("{}\n", words.join(" ")) }
}

/// Starts. Into a file it would write until the file system is full, which is not modelled.
pub(super) fn start(kernel: &Kernel, task: &Task) -> Result<Launch, Refusal> {
    let cpu_milli = match &task.stdio[1] {
        Stdio::Closed => return Ok(Launch::fail(String::new())),
        // It mostly waits for whoever reads.
        Stdio::Pipe(_) => 100,
        Stdio::File(place) if kernel.device_of(&place.node).is_some() => 1000,
        Stdio::File(place) if matches!(place.node, Node::Ram(..) | Node::Overlay(..)) => {
            return not_modelled("execve", "yes with its output in a file");
        }
        Stdio::File(_) | Stdio::Terminal => {
            return not_modelled("execve", "yes without a reader for its output");
        }
    };
    let demand = Demand { cpu_milli, memory: sleep::MEMORY, ends_after_ms: None };
    Ok(Launch::new(demand, Ends::Never, Behaviour::Lines))
}
