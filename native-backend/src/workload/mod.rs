//! Workloads with a declared demand, performed for real. Where the machine has no `stress` or `memhog`, this
//! program stands in for them in a session: it is started under their names.
//!
//! Their arguments are read by the engine, which makes the model's workload of the same words.

mod memhog;
mod stress;

use drydock_engine::kernel::programs::stress::Hogs;
use drydock_engine::plan::Text;
use std::fs::read_link;
use std::path::Path;

/// Programs that this one can stand in for.
pub(crate) const NAMES: [&str; 2] = ["stress", "memhog"];

/// What a name of theirs is a link to where this program stands in: the first task of a session is this program, for
/// as long as the session lasts.
pub(crate) const STAND_IN: &str = "/proc/1/exe";

/// True where /usr/bin has nothing of that name, not even a link that stands in for it.
pub(crate) fn is_missing(name: &str) -> bool {
    Path::new("/usr/bin").join(name).symlink_metadata().is_err()
}

/// If this process was started as one of the workloads, it becomes that and does not return. To be called in
/// `main`, before the command line is read.
pub fn run_if_called_as_one() {
    // What is not UTF-8 is no number and no option: the workloads say so themselves.
    let mut words = std::env::args_os().map(|word| word.to_string_lossy().into_owned());
    let name = words.next().unwrap_or_default();
    let arguments: Vec<String> = words.collect();
    let status = match Path::new(&name).file_name().and_then(|name| name.to_str()) {
        Some("stress") => stress::run(&arguments),
        Some("memhog") => memhog::run(&arguments),
        _ => return,
    };
    std::process::exit(status)
}

/// How many tasks this program makes where it is started by these words in a session; 0 where the machine's own
/// program is started.
pub(crate) fn workers(words: &[Text]) -> u32 {
    let words: Vec<&str> = words.iter().filter_map(Text::plain).collect();
    let Some((name, arguments)) = words.split_first() else { return 0 };
    let name = Path::new(name).file_name().and_then(|name| name.to_str());
    let stands_in =
        || is_missing("stress") || read_link("/usr/bin/stress").is_ok_and(|to| to == Path::new(STAND_IN));
    if name != Some("stress") || !stands_in() {
        return 0;
    }
    Hogs::parse(arguments).map_or(0, |hogs| hogs.workers())
}

/// Bytes that are touched page by page, as a program does that fills them.
fn touch(memory: &mut [u8]) {
    for page in memory.chunks_mut(PAGE) {
        if let Some(first) = page.first_mut() {
            *std::hint::black_box(first) = 1;
        }
    }
}

/// A page of memory in bytes; where pages are larger, each is touched several times.
const PAGE: usize = 4096;
