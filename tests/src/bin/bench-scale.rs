//! `cargo xtask bench scale`: what a simple step costs with 10 groups and 10 tasks, and with 10,000 of each.

use drydock_tests::workload::{Host, Kind, perform};
use nix::sys::time::TimeValLike;
use nix::time::{ClockId, clock_gettime};

/// Groups, and as many tasks; with more of them, so many are touched.
const FEW: usize = 10;
/// Groups, and as many tasks.
const MANY: usize = 10_000;
/// Steps in one measurement.
const STEPS: usize = 2_000;
/// Measurements; the best counts: whatever else the machine does can only make one worse.
const TIMES: usize = 31;

fn main() {
    let (few, many) = (Host::with(FEW), Host::with(MANY));
    println!("microseconds a step, its frame kept; {FEW} groups and tasks, or {MANY} of each");
    println!("{:26} {FEW:>8} {MANY:>8} {:>6} {:>14} {:>6}", "", "ratio", "all in turn", "ratio");
    let mut sums = [0.0; 3];
    for (kind, name) in Kind::ALL {
        let times = measure(&few, &many, kind);
        row(name, times);
        sums = [sums[0] + times[0], sums[1] + times[1], sums[2] + times[2]];
    }
    let means = sums.map(|sum| sum / Kind::ALL.len() as f64);
    row("mean", means);
    let [few, many, spread] = means.map(|mean| 1e6 / mean);
    println!("steps a second: {few:.0}, {many:.0}, all in turn {spread:.0}");
}

fn row(name: &str, [few, many, spread]: [f64; 3]) {
    println!("{name:26} {few:>8.2} {many:>8.2} {:>6.2} {spread:>14.2} {:>6.2}", many / few, spread / few);
}

/// Microseconds a step: with few groups; with many, in a few of them; with many, in all of them in turn, which
/// the machine's caches can't hold. Measured in turns, so that a busy machine is as bad for each.
fn measure(few: &Host, many: &Host, kind: Kind) -> [f64; 3] {
    let cases = [(few, FEW), (many, FEW), (many, MANY)];
    let cases = cases.map(|(host, touched)| (host, host.steps(kind, STEPS, touched)));
    let mut best = [f64::INFINITY; 3];
    for _ in 0..TIMES {
        for ((host, steps), best) in cases.iter().zip(&mut best) {
            let mut kernel = host.kernel.clone();
            let started = cpu_ns();
            let kept = perform(&mut kernel, steps);
            *best = best.min((cpu_ns() - started) as f64 / 1e3 / steps.len() as f64);
            drop(kept);
        }
    }
    best
}

/// Nanoseconds that this thread has been on a CPU.
fn cpu_ns() -> i64 {
    let time = clock_gettime(ClockId::CLOCK_THREAD_CPUTIME_ID).expect("a thread has a clock of its own");
    time.num_nanoseconds()
}
