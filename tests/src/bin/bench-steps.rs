//! `cargo xtask bench steps`: what 10,000 steps cost, and what stepping costs at the end against the start.

use drydock_engine::history::Session;
use drydock_engine::host::{HostKind, HostProfile};
use drydock_engine::view::{host, step};
use std::fs;
use std::time::Instant;

/// Steps to make.
const STEPS: u32 = 10_000;
/// Steps that are drawn at each end.
const DRAWN: u32 = 200;

fn main() {
    let before = resident_kib();
    let started = Instant::now();
    let session = long_session();
    let elapsed = started.elapsed();
    let n = session.n_steps();
    let memory = resident_kib().saturating_sub(before);
    println!(
        "{n} steps in {:.0} ms: {:.1} us a step",
        elapsed.as_secs_f64() * 1e3,
        elapsed.as_secs_f64() * 1e6 / f64::from(n)
    );
    println!("{memory} KiB for all frames: {:.0} bytes a step", memory as f64 * 1024.0 / f64::from(n));
    let (start, end) = (draw(&session, 1), draw(&session, n - DRAWN));
    println!("a step drawn at the start: {start:.0} us; at the end: {end:.0} us; ratio {:.2}", end / start);
    let (start, end) = (load(&session, 1), load(&session, n - DRAWN));
    println!(
        "a frame reached at the start: {start:.3} us; at the end: {end:.3} us; ratio {:.2}",
        end / start
    );
}

/// Groups are made, filled, set and removed, so that the state stays of one size.
fn long_session() -> Session {
    let mut session = Session::new(HostProfile::named(HostKind::Lecture));
    session.run("mkdir /c && mount -t cgroup -o cpu,memory x /c");
    while session.n_steps() < STEPS {
        let round = session.n_steps();
        session.run(&format!(
            "mkdir /c/g{round}; echo 1701 > /c/g{round}/tasks; echo {} > /c/g{round}/cpu.shares",
            2 + round
        ));
        session.run(&format!("cat /c/g{round}/tasks; echo 1701 > /c/tasks; rmdir /c/g{round}"));
    }
    session
}

/// Microseconds to draw a step: its card and the picture.
fn draw(session: &Session, from: u32) -> f64 {
    let started = Instant::now();
    for at in from..from + DRAWN {
        std::hint::black_box((step::step_card(session, at), host::host(session, at)));
    }
    started.elapsed().as_secs_f64() * 1e6 / f64::from(DRAWN)
}

/// Microseconds to reach a frame.
fn load(session: &Session, from: u32) -> f64 {
    let started = Instant::now();
    for at in from..from + DRAWN {
        std::hint::black_box(session.frame(at).kernel.now_ms());
    }
    started.elapsed().as_secs_f64() * 1e6 / f64::from(DRAWN)
}

/// Resident memory of this process in KiB.
fn resident_kib() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    line.and_then(|line| line.trim().split(' ').next()?.parse().ok()).unwrap_or(0)
}
