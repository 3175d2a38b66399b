//! Hosts with many groups and tasks, and simple steps on them: the same natively and in a browser.

use drydock_engine::host::{HostKind, HostProfile};
use drydock_engine::kernel::Kernel;
use drydock_engine::plan::{
    Actor, Answer, Backend, Call, FileRef, Observe, OpenMode, Reply, Step, TaskRef, Text, WaitStatus,
};

/// The controllers of the hierarchy that the steps work in.
const CONTROLLERS: &str = "cpu,memory,pids";

/// A host with `n` groups side by side and a task in each; every second task is a program at work.
pub struct Host {
    /// The kernel, with all of them in it.
    pub kernel: Kernel,
    /// The pids of the tasks.
    workers: Vec<u32>,
}

/// What a simple step does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A write of `cpu.shares`.
    Write,
    /// A read of `cgroup.procs`.
    Read,
    /// A group is made, and removed.
    Group,
    /// A task moves to the next group, and back.
    Move,
    /// A task is started, ends, and is waited for.
    Task,
}

impl Kind {
    /// All kinds, with what a table calls them.
    pub const ALL: [(Self, &str); 5] = [
        (Self::Write, "write cpu.shares"),
        (Self::Read, "read cgroup.procs"),
        (Self::Group, "mkdir, rmdir"),
        (Self::Move, "move a task"),
        (Self::Task, "clone3, exit_group, wait4"),
    ];
}

fn group(number: usize) -> String {
    format!("/c/g{number:05}")
}

fn read(path: String) -> Call {
    Call::Read { file: FileRef::Path(path.into()), at_most: None }
}

fn write(path: String, data: String) -> Call {
    Call::Write { file: FileRef::Path(path.into()), data: data.into(), mode: OpenMode::Truncate }
}

impl Host {
    /// Boots the lecture's host and fills it.
    ///
    /// # Panics
    /// Where the model refuses one of the calls.
    pub fn with(n: usize) -> Self {
        let mut host =
            Self { kernel: Kernel::boot(&HostProfile::named(HostKind::Lecture)), workers: Vec::new() };
        let shell = Actor::shell();
        host.must(&shell, Call::Mkdir { path: "/c".into(), mode: 0o755 });
        host.must(
            &shell,
            Call::Mount {
                source: "c".into(),
                target: "/c".into(),
                fstype: "cgroup".to_owned(),
                flags: Vec::new(),
                data: CONTROLLERS.into(),
            },
        );
        for number in 0..n {
            host.add(number);
        }
        host
    }

    fn add(&mut self, number: usize) {
        let (shell, worker) = (Actor::shell(), Actor::new(format!("w{number}")));
        self.must(&shell, Call::Mkdir { path: group(number).into(), mode: 0o755 });
        self.must(&shell, Call::Clone3 { child: worker.clone(), flags: Vec::new() });
        let pid = self.kernel.pid(&worker).expect("a task that was just started");
        self.must(&shell, write(group(number) + "/cgroup.procs", pid.to_string()));
        if number % 2 == 1 {
            let argv = vec!["sleep".into(), "1000000".into()];
            self.must(&worker, Call::Execve { path: "/bin/sleep".into(), argv, env: Vec::new() });
        }
        self.workers.push(pid);
    }

    fn must(&mut self, actor: &Actor, call: Call) -> Reply {
        let shown = format!("{call:?}");
        let answer = self.kernel.perform(&Step::new(actor, call));
        answer.unwrap_or_else(|refusal| panic!("{shown}: {refusal:?}"))
    }

    /// At least `n` steps of a kind that leave the host as it is but for its values. They concern `touched` of
    /// its groups, spread over all.
    pub fn steps(&self, kind: Kind, n: usize, touched: usize) -> Vec<Step> {
        let shell = Actor::shell();
        let mut steps = Vec::new();
        for round in 0.. {
            if steps.len() >= n {
                break;
            }
            // A prime, so that neighbours in time are not neighbours in the tree.
            let number = round * 7919 % touched * (self.workers.len() / touched);
            steps.extend(self.round(kind, round, number).into_iter().map(|call| Step::new(&shell, call)));
        }
        for step in &mut steps {
            if let Call::ExitGroup { .. } = step.call {
                step.actor = Actor::new("guest");
            }
        }
        steps
    }

    fn round(&self, kind: Kind, round: usize, number: usize) -> Vec<Call> {
        let here = group(number);
        let path = || Text::from(format!("/c/new{number:05}"));
        match kind {
            Kind::Write => vec![write(here + "/cpu.shares", (2 + round % 1000).to_string())],
            Kind::Read => vec![read(here + "/cgroup.procs")],
            Kind::Group => vec![Call::Mkdir { path: path(), mode: 0o755 }, Call::Rmdir { path: path() }],
            Kind::Move => {
                let next = group((number + 1) % self.workers.len());
                let pid = self.workers[number].to_string();
                vec![write(next + "/cgroup.procs", pid.clone()), write(here + "/cgroup.procs", pid)]
            }
            Kind::Task => {
                let guest = Actor::new("guest");
                vec![
                    Call::Clone3 { child: guest.clone(), flags: Vec::new() },
                    Call::ExitGroup { status: 0 },
                    Call::Wait4 { task: TaskRef::Actor(guest), patience_ms: 0 },
                ]
            }
        }
    }
}

/// A kernel after a step and its answer, as a session keeps them.
pub struct Kept {
    _kernel: Kernel,
    _answer: Answer,
}

/// Performs steps and keeps every frame, as a session does.
///
/// # Panics
/// Where a step is refused: then something else would be measured.
pub fn perform(kernel: &mut Kernel, steps: &[Step]) -> Vec<Kept> {
    let kept = steps.iter().map(|step| {
        let answer = kernel.perform(step);
        assert!(answer.is_ok() && answer != Ok(Reply::Wait(WaitStatus::Running)), "{step:?}: {answer:?}");
        Kept { _kernel: kernel.clone(), _answer: answer }
    });
    kept.collect()
}

/// Groups, and as many tasks; with more of them, so many are touched.
const FEW: usize = 10;
/// Groups, and as many tasks.
const MANY: usize = 10_000;
/// Steps in one measurement.
const STEPS: usize = 2_000;

/// The bar: on a large host, a step of any kind costs at most so many times what it costs on a small one.
const MOST_RATIO: f64 = 1.5;

/// Measures all kinds on a small and on a large host, and prints a row each, with whether it is within the bar.
///
/// `now` is a clock in microseconds. Of `times` measurements the best counts: whatever else the machine does can
/// only make one worse.
pub fn compare(times: usize, now: &dyn Fn() -> f64, print: &mut dyn FnMut(&str)) {
    let (few, many) = (Host::with(FEW), Host::with(MANY));
    print(&format!("microseconds a step, its frame kept; {FEW} groups and tasks, or {MANY} of each"));
    print(&format!(
        "{:26} {FEW:>8} {MANY:>8} {:>6} {:8} {:>11} {:>6}",
        "", "ratio", "", "all in turn", "ratio"
    ));
    let mut sums = [0.0; 3];
    let mut beyond = [0; 2];
    for (kind, name) in Kind::ALL {
        let costs = measure(&few, &many, kind, times, now);
        print(&row(name, costs));
        for (beyond, large) in beyond.iter_mut().zip([costs[1], costs[2]]) {
            *beyond += usize::from(!is_within(large / costs[0]));
        }
        sums = [sums[0] + costs[0], sums[1] + costs[1], sums[2] + costs[2]];
    }
    let means = sums.map(|sum| sum / Kind::ALL.len() as f64);
    print(&row("mean", means));
    let [few_of_many, in_turn] = beyond;
    print(&format!(
        "kinds beyond {MOST_RATIO} times: {few_of_many} of {}, all in turn {in_turn} of {0}",
        Kind::ALL.len()
    ));
    let [few, many, spread] = means.map(|mean| 1e6 / mean);
    print(&format!("steps a second: {few:.0}, {many:.0}, all in turn {spread:.0}"));
}

fn row(name: &str, [few, many, spread]: [f64; 3]) -> String {
    let [large, in_turn] = [many / few, spread / few];
    let [verdict, in_turn_verdict] =
        [large, in_turn].map(|ratio| if is_within(ratio) { "ok" } else { "TOO MUCH" });
    format!(
        "{name:26} {few:>8.2} {many:>8.2} {large:>6.2} {verdict:8} {spread:>11.2} {in_turn:>6.2} {in_turn_verdict}"
    )
}

fn is_within(ratio: f64) -> bool {
    ratio <= MOST_RATIO
}

/// Microseconds a step: with few groups; with many, in a few of them; with many, in all of them in turn, which
/// the machine's caches can't hold. Measured in turns, so that a busy machine is as bad for each, and every second time
/// the other way round: what was measured before leaves its memory behind, which is good for some and bad for others.
fn measure(few: &Host, many: &Host, kind: Kind, times: usize, now: &dyn Fn() -> f64) -> [f64; 3] {
    let cases = [(few, FEW), (many, FEW), (many, MANY)];
    let cases = cases.map(|(host, touched)| (host, host.steps(kind, STEPS, touched)));
    let mut best = [f64::INFINITY; 3];
    for time in 0..times {
        for place in 0..cases.len() {
            let case = if time % 2 == 0 { place } else { cases.len() - 1 - place };
            let ((host, steps), best) = (&cases[case], &mut best[case]);
            let mut kernel = host.kernel.clone();
            let started = now();
            let kept = perform(&mut kernel, steps);
            *best = best.min((now() - started) / steps.len() as f64);
            drop(kept);
        }
    }
    best
}
