//! `cargo xtask bench scale`: what a simple step costs with 10 groups and 10 tasks, and with 10,000 of each.

use drydock_tests::workload::compare;
use nix::sys::time::TimeValLike;
use nix::time::{ClockId, clock_gettime};

fn main() {
    compare(31, &cpu_us, &mut |line| println!("{line}"));
}

/// Microseconds that this thread has been on a CPU.
fn cpu_us() -> f64 {
    let time = clock_gettime(ClockId::CLOCK_THREAD_CPUTIME_ID).expect("a thread has a clock of its own");
    time.num_nanoseconds() as f64 / 1e3
}
