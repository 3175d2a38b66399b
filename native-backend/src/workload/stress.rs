//! stress(1): a parent that waits, and workers that use CPUs and memory.

use super::touch;
use crate::host::raw::{self, Cloned};
use drydock_engine::kernel::programs::stress::{Hogs, Stop, failed, failure, greeting, no_memory, success};
use drydock_engine::plan::{self, Errno, WaitStatus as Ended};
use nix::sys::prctl;
use nix::sys::signal::Signal;
use nix::sys::wait::{WaitStatus, wait};
use std::collections::BTreeSet;
use std::io::{Write, stdout};
use std::thread::sleep;
use std::time::{Duration, Instant};

/// Runs with these arguments; gives the status.
pub(super) fn run(arguments: &[String]) -> i32 {
    let own = std::process::id();
    let hogs = match Hogs::parse(arguments) {
        Ok(hogs) => hogs,
        Err(Stop::Wrong(line, text)) => {
            eprint!("{}", failure(own, line, &text));
            return 1;
        }
        Err(Stop::NotHere(option)) => return refuse(&option),
        Err(Stop::Nothing) => return refuse("no workers"),
    };
    if !hogs.quiet {
        print!("{}", greeting(own, &hogs));
        let _ = stdout().flush();
    }
    let start = Instant::now();
    let workers = dispatch(own, &hogs);
    let outcome = reap(workers);
    let seconds = start.elapsed().as_secs();
    match outcome {
        Ok(()) if hogs.quiet => 0,
        Ok(()) => {
            print!("{}", success(own, seconds));
            0
        }
        // The other workers end with this process.
        Err((worker, status)) => {
            eprint!("{}", failed(own, worker, status, seconds).unwrap_or_default());
            1
        }
    }
}

fn refuse(what: &str) -> i32 {
    eprintln!(
        "stress: {what}: this stress is Drydock's own, which has -c N, -m N, --vm-bytes BYTES, --vm-hang N, \
         --vm-keep, -t N and -q"
    );
    1
}

/// Makes the workers. They get the pids behind this one where those are free, as on a machine where nobody else
/// makes tasks; so the model can tell them beforehand.
fn dispatch(own: u32, hogs: &Hogs) -> BTreeSet<u32> {
    let mut workers = BTreeSet::new();
    for worker in 0..hogs.workers() {
        let chosen = own + 1 + u32::try_from(workers.len()).unwrap_or(0);
        let cloned = match raw::clone_process(0, &[chosen]) {
            Err(nix::errno::Errno::EEXIST | nix::errno::Errno::EPERM | nix::errno::Errno::EINVAL) => {
                raw::clone_process(0, &[])
            }
            other => other,
        };
        match cloned {
            Ok(Cloned::Child) => work(hogs, worker),
            Ok(Cloned::Parent(pid)) => {
                workers.insert(pid.cast_unsigned());
            }
            Err(errno) => {
                let text = Errno::from_number(errno as i32).text();
                eprint!("{}", failure(own, 312, &format!("fork failed: {text}")));
            }
        }
    }
    workers
}

/// Waits for the workers: the alarm that ends them is what was asked for; any other signal is a failure.
fn reap(mut workers: BTreeSet<u32>) -> Result<(), (u32, Ended)> {
    while !workers.is_empty() {
        match wait() {
            Ok(WaitStatus::Signaled(pid, signal, _)) if signal != Signal::SIGALRM => {
                let signal = u8::try_from(signal as i32).unwrap_or(0);
                return Err((pid.as_raw().cast_unsigned(), Ended::Signaled(plan::Signal(signal))));
            }
            Ok(WaitStatus::Exited(pid, status)) if status != 0 => {
                let status = u8::try_from(status).unwrap_or(u8::MAX);
                return Err((pid.as_raw().cast_unsigned(), Ended::Exited(status)));
            }
            Ok(WaitStatus::Signaled(pid, ..) | WaitStatus::Exited(pid, _)) => {
                workers.remove(&pid.as_raw().cast_unsigned());
            }
            Ok(_) => {}
            Err(nix::errno::Errno::EINTR) => {}
            Err(_) => break,
        }
    }
    Ok(())
}

/// A worker; does not return.
fn work(hogs: &Hogs, worker: u32) -> ! {
    let _ = prctl::set_pdeathsig(Signal::SIGKILL);
    if let Some(seconds) = hogs.timeout {
        nix::unistd::alarm::set(u32::try_from(seconds).unwrap_or(u32::MAX));
    }
    if worker < hogs.cpu { spin() } else { hog(hogs) }
}

fn spin() -> ! {
    let mut number = 1.0_f64;
    loop {
        number = std::hint::black_box(number + 1.0).sqrt();
    }
}

fn hog(hogs: &Hogs) -> ! {
    let bytes = usize::try_from(hogs.vm_bytes).unwrap_or(usize::MAX);
    let mut kept = Vec::new();
    loop {
        if kept.is_empty() {
            if kept.try_reserve_exact(bytes).is_err() {
                eprint!("{}", no_memory(std::process::id()));
                std::process::exit(1);
            }
            kept.resize(bytes, 0_u8);
        }
        touch(&mut kept);
        match hogs.vm_hang {
            Some(0) => loop {
                sleep(Duration::from_secs(3600));
            },
            Some(seconds) => sleep(Duration::from_secs(seconds)),
            None => {}
        }
        if !hogs.vm_keep {
            kept = Vec::new();
        }
    }
}
