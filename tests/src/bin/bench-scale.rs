//! `cargo xtask bench scale`: what a simple step costs with 10 groups and 10 tasks, and with 10,000 of each.

use drydock_tests::workload::{Host, Kind, perform};
use std::time::Instant;

/// Groups, and as many tasks.
const FEW: usize = 10;
/// Groups, and as many tasks.
const MANY: usize = 10_000;
/// Steps in one measurement.
const STEPS: usize = 2_000;
/// Measurements; the median counts.
const TIMES: usize = 31;

fn main() {
    let (few, many) = (Host::with(FEW), Host::with(MANY));
    println!("{:28} {:>12} {:>12} {:>7}", "a step, frame kept", FEW, MANY, "ratio");
    let mut sums = (0.0, 0.0);
    for (kind, name) in Kind::ALL {
        let (at_few, at_many) = measure(&few, &many, kind);
        println!("{name:28} {at_few:>9.2} us {at_many:>9.2} us {:>7.2}", at_many / at_few);
        sums = (sums.0 + at_few, sums.1 + at_many);
    }
    let kinds = Kind::ALL.len() as f64;
    println!("{:28} {:>9.2} us {:>9.2} us {:>7.2}", "mean", sums.0 / kinds, sums.1 / kinds, sums.1 / sums.0);
    println!(
        "{:.0} steps a second with {FEW}, {:.0} with {MANY}",
        kinds * 1e6 / sums.0,
        kinds * 1e6 / sums.1
    );
}

/// Microseconds a step, on each; measured in turns, so that a busy machine is as bad for both.
fn measure(few: &Host, many: &Host, kind: Kind) -> (f64, f64) {
    let (few_steps, many_steps) = (few.steps(kind, STEPS), many.steps(kind, STEPS));
    let (mut at_few, mut at_many) = (Vec::new(), Vec::new());
    for _ in 0..TIMES {
        for (host, steps, times) in [(few, &few_steps, &mut at_few), (many, &many_steps, &mut at_many)] {
            let mut kernel = host.kernel.clone();
            let started = Instant::now();
            let kept = perform(&mut kernel, steps);
            times.push(started.elapsed().as_secs_f64() * 1e6 / steps.len() as f64);
            drop(kept);
        }
    }
    at_few.sort_by(f64::total_cmp);
    at_many.sort_by(f64::total_cmp);
    (at_few[TIMES / 2], at_many[TIMES / 2])
}
