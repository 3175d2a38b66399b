//! How much of a kernel is asked about for what is typed.

use crate::history::recorder::Recorder;
use crate::host::{HostKind, HostProfile};
use crate::kernel::Kernel;
use crate::plan::{Actor, Answer, Backend, Observation, Observe, Probe, Step};
use crate::shell::Shell;
use std::cell::Cell;

/// The model, with a count of the questions about tasks.
struct Counting {
    kernel: Kernel,
    asked: Cell<u32>,
}

impl Observe for Counting {
    fn observe(&self, actor: &Actor, probe: &Probe) -> Observation {
        if matches!(probe, Probe::Tasks | Probe::States(_)) {
            self.asked.set(self.asked.get() + 1);
        }
        self.kernel.observe(actor, probe)
    }

    fn pid(&self, actor: &Actor) -> Option<u32> {
        self.kernel.pid(actor)
    }

    fn pid_for(&self, viewer: &Actor, actor: &Actor) -> Option<u32> {
        self.kernel.pid_for(viewer, actor)
    }
}

impl Backend for Counting {
    fn perform(&mut self, step: &Step) -> Answer {
        self.kernel.perform(step)
    }

    fn take_terminal(&mut self) -> String {
        self.kernel.take_terminal()
    }

    fn is_model(&self) -> bool {
        true
    }
}

#[test]
fn a_line_asks_about_all_jobs_at_once() {
    let profile = HostProfile::named(HostKind::V1);
    let mut counting = Counting { kernel: Kernel::boot(&profile), asked: Cell::new(0) };
    let mut shell = Shell::new(&profile);
    let mut run = |line: &str| {
        counting.asked.set(0);
        shell.run(line, &mut Recorder::new(&mut counting, |_, _: &Counting| {}));
        counting.asked.get()
    };
    run("for i in $(seq 100); do sleep 1000 & done");
    assert_eq!(run("true"), 2);
    assert_eq!(run("sleep 1 &"), 2);
}
