//! stress(1): a parent that waits, and workers that use CPUs and memory.

use super::touch;
use crate::host::raw::{self, Cloned};
use drydock_engine::kernel::programs::stress::{Hogs, Stop, failed, failure, greeting, success};
use drydock_engine::plan::Errno;
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
        Err((worker, signal)) => {
            eprint!("{}", failed(own, worker, signal, seconds));
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
fn reap(mut workers: BTreeSet<u32>) -> Result<(), (u32, u8)> {
    while !workers.is_empty() {
        match wait() {
            Ok(WaitStatus::Signaled(pid, signal, _)) if signal != Signal::SIGALRM => {
                return Err((pid.as_raw().cast_unsigned(), u8::try_from(signal as i32).unwrap_or(0)));
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
            kept = vec![0_u8; bytes];
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
