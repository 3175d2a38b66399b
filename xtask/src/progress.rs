//! One line a stage, with the time since the start, so that a long wait is never a silent one.

use std::{sync::OnceLock, time::Instant};

static START: OnceLock<Instant> = OnceLock::new();

/// Starts the clock.
pub(crate) fn start() {
    START.get_or_init(Instant::now);
}

/// Says what is done now. Goes to standard error: standard output belongs to the programs that are run.
pub(crate) fn stage(what: &str) {
    let seconds = START.get_or_init(Instant::now).elapsed().as_secs_f64();
    eprintln!("[{seconds:6.1} s] {what}");
}
