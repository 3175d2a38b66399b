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

/// Why its arguments start nothing. Words behind `--` are no options.
fn wrong_option(argv: &[String]) -> Option<Result<Launch, Refusal>> {
    let options = argv.iter().skip(1).take_while(|word| *word != "--");
    let option = options.into_iter().find(|word| word.len() > 1 && word.starts_with('-'))?;
    if ["--help", "--version"].contains(&option.as_str()) {
        return Some(not_modelled("execve", &format!("yes {option}")));
    }
    let what = match option.strip_prefix("--") {
        Some(_) => format!("unrecognized option '{option}'"),
        None => format!("invalid option -- '{}'", option.chars().nth(1).unwrap_or_default()),
    };
    Some(Ok(Launch::fail(format!("yes: {what}\nTry 'yes --help' for more information.\n"))))
}

/// Starts. Into a file it would write until the file system is full, which is not modelled.
pub(super) fn start(kernel: &Kernel, task: &Task, argv: &[String]) -> Result<Launch, Refusal> {
    if let Some(stop) = wrong_option(argv) {
        return stop;
    }
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
