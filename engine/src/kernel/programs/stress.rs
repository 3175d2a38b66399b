//! stress(1) 1.0.7: a parent that waits, and workers that use CPUs and memory.
//!
//! What is read from its command line is used twice: the model's workload is made from it, and so are the real
//! workers where the `drydock` program stands in for stress. Two things are simpler than in the original: workers
//! end with their parent, and a failed run ends the other workers at once.

use super::{Behaviour, Demand, Ends, Launch, Work, sleep};
use crate::kernel::Kernel;
use crate::kernel::refuse::not_modelled;
use crate::plan::{Actor, Refusal, Signal, WaitStatus};
use serde::Serialize;

/// Bytes a millisecond that one CPU touches for the first time, an order of magnitude (2026).
pub(super) const TOUCH_RATE: u64 = 1_400_000;

/// What was asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Hogs {
    /// Workers that use a CPU each.
    pub cpu: u32,
    /// Workers that touch memory.
    pub vm: u32,
    /// Bytes that each of those touches.
    pub vm_bytes: u64,
    /// Seconds that each keeps them before it frees them; 0 is for ever, `None` not at all.
    pub vm_hang: Option<u64>,
    /// The memory is touched again instead of freed.
    pub vm_keep: bool,
    /// Seconds after which all end; `None` for never.
    pub timeout: Option<u64>,
    /// Only errors are told.
    pub quiet: bool,
}

impl Default for Hogs {
    fn default() -> Self {
        Self {
            cpu: 0,
            vm: 0,
            vm_bytes: 256 << 20,
            vm_hang: None,
            vm_keep: false,
            timeout: None,
            quiet: false,
        }
    }
}

/// Why there is nothing to run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stop {
    /// A message for standard error, without stress's name and pid: line of its source, text. Status 1.
    Wrong(u32, String),
    /// An option of stress that neither the model nor Drydock's own stress has.
    NotHere(String),
    /// Nothing was asked for: stress prints its help.
    Nothing,
}

/// A line on standard error, as stress prints it.
pub fn failure(pid: u32, line: u32, text: &str) -> String {
    format!("stress: FAIL: [{pid}] ({line}) {text}\n")
}

/// What stress says when it starts.
pub fn greeting(pid: u32, hogs: &Hogs) -> String {
    format!("stress: info: [{pid}] dispatching hogs: {} cpu, 0 io, {} vm, 0 hdd\n", hogs.cpu, hogs.vm)
}

/// What stress says when all workers have ended as they should.
pub fn success(pid: u32, seconds: u64) -> String {
    format!("stress: info: [{pid}] successful run completed in {seconds}s\n")
}

/// What stress says when a worker was killed, or ended with an error; `None` for one that ended as it should.
pub fn failed(pid: u32, worker: u32, status: WaitStatus, seconds: u64) -> Option<String> {
    let (line, what) = match status {
        WaitStatus::Signaled(signal) => (425, format!("got signal {}", signal.0)),
        WaitStatus::Exited(0) | WaitStatus::Running => return None,
        WaitStatus::Exited(status) => (404, format!("returned error {status}")),
    };
    let got = failure(pid, line, &format!("<-- worker {worker} {what}"));
    let reaping = format!("stress: WARN: [{pid}] ({}) now reaping child worker processes\n", line + 2);
    Some(got + &reaping + &failure(pid, 461, &format!("failed run completed in {seconds}s")))
}

/// What a worker says that gets no memory. Its status is 1.
pub fn no_memory(worker: u32) -> String {
    failure(worker, 512, "hogvm malloc failed: Cannot allocate memory")
}

/// Options with a number: their names, the line in stress.c that says the number is missing, and the one that
/// says it is no good.
const NUMBERS: [(&str, &str, u32, u32); 5] = [
    ("-t", "--timeout", 157, 161),
    ("-c", "--cpu", 167, 171),
    ("-m", "--vm", 187, 191),
    ("", "--vm-bytes", 197, 201),
    ("", "--vm-hang", 217, 221),
];

/// Options of the original that are missing here.
const MISSING: [&str; 13] = [
    "-i",
    "--io",
    "-d",
    "--hdd",
    "--hdd-bytes",
    "--vm-stride",
    "--backoff",
    "-n",
    "--dry-run",
    "-v",
    "--verbose",
    "--version",
    "-?",
];

impl Hogs {
    /// Reads the arguments behind the program's name.
    ///
    /// # Errors
    /// What stress says instead of running, or what is missing here.
    pub fn parse<S: AsRef<str>>(arguments: &[S]) -> Result<Self, Stop> {
        let mut hogs = Self::default();
        let mut words = arguments.iter().map(AsRef::as_ref);
        while let Some(word) = words.next() {
            match word {
                "-q" | "--quiet" => hogs.quiet = true,
                "--vm-keep" => hogs.vm_keep = true,
                _ if MISSING.contains(&word) => return Err(Stop::NotHere(word.to_owned())),
                _ => {
                    let row = NUMBERS.iter().find(|(short, long, ..)| word == *short || word == *long);
                    let Some(&(_, name, missing, wrong)) = row.filter(|_| !word.is_empty()) else {
                        return Err(Stop::Wrong(251, format!("unrecognized option: {word}")));
                    };
                    let value = words.next().filter(|value| !value.starts_with("--") && !is_option(value));
                    let Some(value) = value else {
                        return Err(Stop::Wrong(missing, format!("missing argument to option '{name}'")));
                    };
                    hogs.set(name, value, wrong)?;
                }
            }
        }
        if hogs.cpu == 0 && hogs.vm == 0 { Err(Stop::Nothing) } else { Ok(hogs) }
    }

    fn set(&mut self, name: &str, value: &str, line: u32) -> Result<(), Stop> {
        let is_time = name == "--timeout";
        let number = number(value, is_time)?;
        let wrong = |text: &str| Stop::Wrong(line, format!("{text}: {number}"));
        let positive = |text: &str| u64::try_from(number).ok().filter(|n| *n > 0).ok_or_else(|| wrong(text));
        let count = |text: &str| match positive(text)? {
            many if many > MOST_WORKERS => {
                Err(Stop::NotHere(format!("{name} with more than {MOST_WORKERS} workers")))
            }
            few => Ok(u32::try_from(few).unwrap_or(u32::MAX)),
        };
        match name {
            "--timeout" => {
                let seconds = u64::try_from(number).ok().filter(|n| *n > 0);
                let bad = || Stop::Wrong(line, format!("invalid timeout value: {number}s"));
                self.timeout = Some(seconds.ok_or_else(bad)?);
            }
            "--cpu" => self.cpu = count("invalid number of cpu hogs")?,
            "--vm" => self.vm = count("invalid number of vm hogs")?,
            "--vm-bytes" => self.vm_bytes = positive("invalid vm byte value")?,
            _ => self.vm_hang = Some(u64::try_from(number).map_err(|_| wrong("invalid value"))?),
        }
        Ok(())
    }

    /// How many workers there are.
    pub fn workers(&self) -> u32 {
        self.cpu + self.vm
    }

    /// What one worker asks for; those that use a CPU come first.
    fn demand(&self, worker: u32) -> Demand {
        let ends_after_ms = self.timeout.map(|seconds| seconds.saturating_mul(1000));
        if worker < self.cpu {
            return Demand { cpu_milli: 1000, memory: sleep::MEMORY, ends_after_ms };
        }
        let busy_ms = self.vm_bytes / TOUCH_RATE;
        let cpu_milli = match self.vm_hang {
            None => 1000,
            // It touches its memory once and sleeps.
            Some(0) => 0,
            Some(seconds) => {
                let round = busy_ms.saturating_add(seconds.saturating_mul(1000)).max(1);
                u32::try_from(busy_ms.saturating_mul(1000) / round).unwrap_or(1000)
            }
        };
        Demand { cpu_milli, memory: self.vm_bytes.saturating_add(sleep::MEMORY), ends_after_ms }
    }
}

/// A bound of this stress, so that no line makes more tasks than a machine can have.
const MOST_WORKERS: u64 = 10_000;

/// `-5` is a number, `-c` an option.
fn is_option(word: &str) -> bool {
    word.starts_with('-') && !word[1..].starts_with(|c: char| c.is_ascii_digit())
}

/// atoll_b() and atoll_s(): the digits in front, times what the last letter stands for.
fn number(word: &str, is_time: bool) -> Result<i64, Stop> {
    let digits = word.strip_prefix(['-', '+']).unwrap_or(word);
    let end = digits.find(|c: char| !c.is_ascii_digit()).unwrap_or(digits.len());
    let value = digits[..end].parse::<i64>().unwrap_or(if end == 0 { 0 } else { i64::MAX });
    let value = if word.starts_with('-') { -value } else { value };
    let suffix = word.chars().last().unwrap_or('0');
    let factor: i64 = match (suffix.to_ascii_lowercase(), is_time) {
        ('0'..='9', _) | ('b', false) | ('s', true) => 1,
        ('k', false) => 1 << 10,
        ('m', false) => 1 << 20,
        ('g', false) => 1 << 30,
        ('m', true) => 60,
        ('h', true) => 3600,
        ('d', true) => 86_400,
        ('y', true) => 31_556_952,
        _ => {
            let line = if is_time { 723 } else { 665 };
            return Err(Stop::Wrong(line, format!("unrecognized suffix: {suffix}")));
        }
    };
    Ok(value.saturating_mul(factor))
}

/// A stress at work, as the model keeps it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Run {
    started_ms: u64,
    hogs: Hogs,
}

/// Reads the arguments and starts.
pub(super) fn start(kernel: &Kernel, pid: u32, arguments: &[String]) -> Result<Launch, Refusal> {
    let hogs = match Hogs::parse(arguments) {
        Ok(hogs) => hogs,
        Err(Stop::Wrong(line, text)) => return Ok(Launch::fail(failure(pid, line, &text))),
        Err(Stop::NotHere(option)) => return not_modelled("execve", &format!("stress's option {option}")),
        Err(Stop::Nothing) => return not_modelled("execve", "stress's help"),
    };
    let now = kernel.now_ms();
    let ends_after_ms = hogs.timeout.map(|seconds| seconds.saturating_mul(1000));
    let ends = ends_after_ms.map_or(Ends::Never, |ms| Ends::AtClock(now.saturating_add(ms)));
    let demand = Demand { cpu_milli: 0, memory: sleep::MEMORY, ends_after_ms };
    Ok(Launch::new(demand, ends, Behaviour::Stress(Run { started_ms: now, hogs })))
}

/// A stress that has started makes its workers.
pub(super) fn dispatch(kernel: &mut Kernel, pid: u32) {
    let Some(task) = kernel.task(pid).cloned() else { return };
    let Some(Behaviour::Stress(Run { hogs, .. })) = task.work.as_ref().map(|work| &work.behaviour) else {
        return;
    };
    if !hogs.quiet {
        kernel.say(&task, 1, &greeting(pid, hogs));
    }
    for worker in 0..hogs.workers() {
        if !kernel.is_dispatching(pid) {
            return;
        }
        let actor = Actor::new(format!("{}.{}", task.actor, worker + 1));
        match kernel.fork(pid, &actor, &[]) {
            Ok(child) => {
                // mm/util.c, __vm_enough_memory(): "obvious overcommits" are refused.
                let too_much = worker >= hogs.cpu && hogs.vm_bytes > kernel.profile.memory;
                let work = Work { ends: Ends::Never, behaviour: Behaviour::Quiet };
                let launch = match too_much {
                    true => Launch::fail(no_memory(child)),
                    false => Launch { demand: hogs.demand(worker), work },
                };
                kernel.set_to_work(child, launch);
            }
            // It goes on with those that it has.
            Err(refusal) => {
                kernel.cgroups.fork_refused(pid);
                let text = format!("fork failed: {}", refusal.errno.text());
                kernel.say(&task, 2, &failure(pid, 312, &text));
            }
        }
    }
}

impl Run {
    /// What it says at its end.
    pub(super) fn farewell(&self, kernel: &Kernel, pid: u32) -> String {
        if self.hogs.quiet { String::new() } else { success(pid, self.seconds(kernel)) }
    }

    fn seconds(&self, kernel: &Kernel) -> u64 {
        kernel.now_ms().saturating_sub(self.started_ms) / 1000
    }
}

impl Kernel {
    /// A child of a stress has ended before its time: the stress fails, and with it end the others.
    pub(crate) fn note_worker_end(&mut self, parent: u32, worker: u32, status: WaitStatus) {
        let Some(Behaviour::Stress(run)) =
            self.task(parent).and_then(|task| Some(&task.work.as_ref()?.behaviour))
        else {
            return;
        };
        let Some(message) = failed(parent, worker, status, run.seconds(self)) else { return };
        self.reap(worker);
        let work = Work { ends: Ends::AfterWork(0), behaviour: Behaviour::Fail { message, status: 1 } };
        if let Some(mut task) = self.task_mut(parent) {
            task.work = Some(work);
        }
        self.end_workers(parent);
    }

    /// True for a stress that has not failed.
    fn is_dispatching(&self, pid: u32) -> bool {
        let work = self.task(pid).and_then(|task| task.work.as_ref());
        matches!(work.map(|work| &work.behaviour), Some(Behaviour::Stress(_)))
    }

    /// The workers of a stress end with it.
    pub(crate) fn end_workers(&mut self, parent: u32) {
        let children: Vec<u32> = self.children_of(parent).map(|task| task.pid).collect();
        for child in children {
            self.end(child, WaitStatus::Signaled(Signal::KILL));
            self.reap(child);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Hogs, Stop};

    #[test]
    fn reads_what_stress_reads() {
        let parse = |line: &str| Hogs::parse(&line.split(' ').collect::<Vec<_>>());
        let hogs = |cpu, vm, vm_bytes, vm_hang, timeout| {
            Ok(Hogs { cpu, vm, vm_bytes, vm_hang, timeout, ..Hogs::default() })
        };
        assert_eq!(parse("--cpu 2 -t 1m"), hogs(2, 0, 256 << 20, None, Some(60)));
        assert_eq!(parse("-m 1 --vm-bytes 64M --vm-hang 0"), hogs(0, 1, 64 << 20, Some(0), None));
        assert_eq!(parse("-c 1 --vm-bytes 1.5M -t 1.5"), hogs(1, 0, 1 << 20, None, Some(1)));
    }

    #[test]
    fn complains_like_stress() {
        let cases: [(&str, u32, &str); 12] = [
            ("--cpu", 167, "missing argument to option '--cpu'"),
            ("-c --vm 1", 167, "missing argument to option '--cpu'"),
            ("-m", 187, "missing argument to option '--vm'"),
            ("--cpu 0", 171, "invalid number of cpu hogs: 0"),
            ("--cpu -2", 171, "invalid number of cpu hogs: -2"),
            ("--vm-bytes -5", 201, "invalid vm byte value: -5"),
            ("--vm-hang -1", 221, "invalid value: -1"),
            ("-t 0", 161, "invalid timeout value: 0s"),
            ("-t 5x", 723, "unrecognized suffix: x"),
            ("--vm-bytes 5x", 665, "unrecognized suffix: x"),
            ("--foo", 251, "unrecognized option: --foo"),
            ("foo", 251, "unrecognized option: foo"),
        ];
        for (line, number, text) in cases {
            let parsed = Hogs::parse(&line.split(' ').collect::<Vec<_>>());
            assert_eq!(parsed, Err(Stop::Wrong(number, text.to_owned())), "{line}");
        }
        assert_eq!(Hogs::parse(&["--io", "1"]), Err(Stop::NotHere("--io".to_owned())));
        assert_eq!(Hogs::parse::<&str>(&[]), Err(Stop::Nothing));
    }
}
