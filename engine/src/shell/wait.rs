//! Waiting for tasks, Ctrl-C, and what a shell says about tasks that a signal ended.

use super::interpret::Interpreter;
use super::limits::{INTERRUPT_MS, LONG_PATIENCE_MS, PATIENCE_MS, WAITS_IN_BACKGROUND};
use super::{Hint, Stream};
use crate::kernel::limits::CLOCK_MAX_MS;
use crate::plan::{
    Actor, Backend, Call, Observation, Observe, Probe, Reply, Signal, TaskRef, Text, WaitStatus,
};

impl Interpreter<'_> {
    /// Waits for tasks in the foreground. Those that run on are interrupted, as a person would do.
    ///
    /// Gives the status of the last, and whether Ctrl-C was needed.
    pub(super) fn wait_for(&mut self, actors: &[Actor]) -> (u8, bool) {
        let mut status = 0;
        let mut interrupted = false;
        for actor in actors {
            let patience = if interrupted { INTERRUPT_MS } else { self.patience(actors) };
            let mut ended = self.wait_one(actor, patience);
            if ended == WaitStatus::Running && self.background {
                self.left_running.push(actor.clone());
                continue;
            }
            if ended == WaitStatus::Running && !interrupted {
                interrupted = true;
                self.interrupt(actors, patience);
                ended = self.wait_one(actor, INTERRUPT_MS);
            }
            if ended == WaitStatus::Running {
                self.signal(actor, Signal::KILL);
                ended = self.wait_one(actor, INTERRUPT_MS);
            }
            self.drain_terminal();
            self.report_signal(ended);
            status = ended.shell_status();
        }
        self.drain_terminal();
        (status, interrupted)
    }

    /// How long a program is waited for. A line that waits very often is running without end.
    fn patience(&mut self, actors: &[Actor]) -> u64 {
        self.waits = self.waits.saturating_add(1);
        let most = if self.background { WAITS_IN_BACKGROUND } else { self.shell.waits_a_line };
        if self.waits > most {
            return 0;
        }
        // In the background nobody waits: the list goes on with a later line.
        let endless = self.background || actors.iter().any(|actor| self.endless.contains(actor));
        if endless { PATIENCE_MS } else { LONG_PATIENCE_MS }
    }

    /// Waits for one task.
    pub(super) fn wait_one(&mut self, actor: &Actor, patience_ms: u64) -> WaitStatus {
        let call = Call::Wait4 { task: TaskRef::Actor(actor.clone()), patience_ms };
        match self.step(call, "why-wait") {
            Ok(Reply::Wait(status)) => status,
            // Whoever is not a child any more has been waited for.
            _ => WaitStatus::Exited(127),
        }
    }

    /// Ctrl-C: the terminal sends SIGINT to every task of the foreground.
    fn interrupt(&mut self, actors: &[Actor], waited_ms: u64) {
        self.drain_terminal();
        self.print(Stream::Stderr, "^C\n");
        for actor in actors {
            self.signal(actor, Signal::INT);
        }
        let name = |actor: &Actor| match self.became.get(actor) {
            Some(program) => program.clone(),
            None => program_of(actor.name()).to_owned(),
        };
        let names: Vec<_> = actors.iter().map(name).collect();
        let id = if self.clock_has_ended() { "hint-clock-end" } else { "hint-interrupted" };
        let hint = Hint::new(id).with("program", names.join(" | "));
        self.hint(hint.with("seconds", waited_ms / 1000));
    }

    /// True where the model's clock goes no further.
    fn clock_has_ended(&self) -> bool {
        let probe = Probe::File(Text::from("/proc/uptime"));
        let Observation::Data(uptime) = self.backend.observe(&self.actor(), &probe) else { return false };
        let seconds = uptime.split('.').next().and_then(|seconds| seconds.parse::<u64>().ok());
        self.backend.is_model() && seconds.is_some_and(|seconds| seconds >= CLOCK_MAX_MS / 1000)
    }

    /// Interrupts the programs whose output the shell would read for ever.
    pub(super) fn interrupt_running(&mut self) {
        let running = self.running.clone();
        self.interrupt(&running, PATIENCE_MS);
    }

    /// Sends a signal to a task of the shell.
    pub(super) fn signal(&mut self, actor: &Actor, signal: Signal) {
        let why = if signal == Signal::CONT { "why-continue" } else { "why-interrupt" };
        // A task that has ended meanwhile needs no signal.
        let _ = self.step(Call::Kill { task: TaskRef::Actor(actor.clone()), signal }, why);
    }

    /// What shells print about a program that a signal ended.
    fn report_signal(&mut self, status: WaitStatus) {
        if let WaitStatus::Signaled(signal) = status
            && signal != Signal::INT
            && signal != Signal(13)
        {
            self.print(Stream::Stderr, &format!("{}\n", signal_text(signal)));
        }
    }
}

/// The texts of strsignal(3).
pub(super) fn signal_text(signal: Signal) -> String {
    const TEXTS: [(u8, &str); 15] = [
        (1, "Hangup"),
        (2, "Interrupt"),
        (3, "Quit"),
        (4, "Illegal instruction"),
        (5, "Trace/breakpoint trap"),
        (6, "Aborted"),
        (7, "Bus error"),
        (8, "Floating point exception"),
        (9, "Killed"),
        (10, "User defined signal 1"),
        (11, "Segmentation fault"),
        (12, "User defined signal 2"),
        (13, "Broken pipe"),
        (14, "Alarm clock"),
        (15, "Terminated"),
    ];
    let row = TEXTS.iter().find(|(number, _)| *number == signal.0);
    row.map_or_else(|| format!("Signal {}", signal.0), |(_, text)| (*text).to_owned())
}

/// The program in an actor's name: `sleep` in `sleep.1`.
fn program_of(actor: &str) -> &str {
    actor.rsplit_once('.').map_or(actor, |(program, _)| program)
}

/// Whether a program runs until it is interrupted, as far as its arguments tell: a `sleep` for ever, and a `dd`
/// from a device that has no end without a `count`.
pub(super) fn is_endless(argv: &[String]) -> bool {
    let Some((program, arguments)) = argv.split_first() else { return false };
    let has = |start: &str| arguments.iter().any(|word| word.starts_with(start));
    let from_device = ["if=/dev/zero", "if=/dev/urandom", "if=/dev/random"].iter().any(|word| has(word));
    match program_of(program.rsplit('/').next().unwrap_or(program)) {
        "sleep" => has("inf"),
        "dd" => from_device && !has("count="),
        "stress" => !has("-t") && !has("--timeout"),
        "yes" => true,
        _ => false,
    }
}
