//! bzip2(1) 1.0.8 as a filter: from standard input to standard output, with all of one CPU.

use super::{Behaviour, Demand, Ends, Launch, sleep};
use crate::kernel::refuse::not_modelled;
use crate::kernel::task::Stdio;
use crate::kernel::{Kernel, Task};
use crate::plan::Refusal;

/// Bytes of an empty compressed file: header and trailer (bzip2 of nothing).
const FRAME: u64 = 14;

/// Reads the options and starts.
pub(super) fn start(kernel: &Kernel, pid: u32, arguments: &[String]) -> Result<Launch, Refusal> {
    let mut level = 9;
    for argument in arguments {
        let Some(flags) = argument.strip_prefix('-') else {
            return file(kernel, pid, argument);
        };
        for flag in flags.chars() {
            match flag.to_digit(10) {
                Some(digit @ 1..=9) => level = digit,
                _ if "ckqvz".contains(flag) => {}
                _ => return not_modelled("execve", &format!("bzip2's option {argument}")),
            }
        }
    }
    let Some(task) = kernel.task(pid) else { return Ok(Launch::fail(String::new())) };
    if task.stdio[1] == Stdio::Terminal {
        return Ok(Launch::fail(
            "bzip2: I won't write compressed data to a terminal.\nbzip2: For help, type: `bzip2 --help'.\n"
                .to_owned(),
        ));
    }
    Ok(filter(kernel, task, level))
}

/// A file by its name: bzip2 itself says that it is missing; what it does with one is not modelled.
fn file(kernel: &Kernel, pid: u32, path: &str) -> Result<Launch, Refusal> {
    let task = kernel.task(pid);
    match task.map(|task| kernel.open_to_read(task, path)) {
        Some(Err(refusal)) => {
            let error = refusal.errno.text();
            Ok(Launch::fail(format!("bzip2: Can't open input file {path}: {error}.\n")))
        }
        _ => not_modelled("execve", "bzip2 of a file by its name"),
    }
}

/// bzip2(1), "MEMORY MANAGEMENT": compression takes 400 kB and eight times the block size.
fn filter(kernel: &Kernel, task: &Task, level: u32) -> Launch {
    let memory = 400_000 + 8 * 100_000 * u64::from(level) + sleep::MEMORY;
    let (cpu_milli, ends) = match &task.stdio[0] {
        // Nobody types: it sleeps.
        Stdio::Terminal => (0, Ends::Never),
        Stdio::Closed => (0, Ends::AfterWork(0)),
        Stdio::Pipe(_) => (1000, Ends::Never),
        Stdio::File(place) => match kernel.device_of(&place.node) {
            Some(device) if device.is_endless() => (1000, Ends::Never),
            _ => (1000, Ends::AfterWork(1000)),
        },
    };
    let ends_after_ms = match ends {
        Ends::AfterWork(work) => Some(work / 1000),
        Ends::Never | Ends::AtClock(_) | Ends::AfterTransfer(_) => None,
    };
    Launch::new(Demand { cpu_milli, memory, ends_after_ms }, ends, Behaviour::Filter)
}

/// The input has ended: the rest is written. How long it is, the model does not know; it says the least.
pub(super) fn finish(kernel: &mut Kernel, task: &Task) {
    kernel.put_bytes(task, FRAME);
}
