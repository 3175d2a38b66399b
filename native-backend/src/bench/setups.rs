//! Set-ups of control groups and tasks that divide CPU time. The lines are typed into both kernels.

/// Against what a task's CPU time is held.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Of {
    /// What all tasks of the set-up got together: right whatever else the machine has to do.
    All,
    /// The time that passed, on one CPU: where a limit is absolute, or two CPUs are involved.
    OneCpu,
}

/// A set-up.
#[derive(Clone, Copy, Debug)]
pub struct Setup {
    /// What it is called.
    pub name: &'static str,
    /// CPUs that it needs.
    pub cpus: u32,
    /// What the figures are parts of.
    pub of: Of,
    /// Names for its tasks, in the order of their start.
    pub tasks: &'static [&'static str],
    /// What is typed, with the words of [`WORDS`].
    pub lines: &'static [&'static str],
}

/// Shell functions that the set-ups use. `one` and `two` are sets of one CPU, `both` has the two; `spin GROUP
/// CPUS` starts a task that could use a whole CPU, in a group of the cpu controller (`.` is the root).
pub const WORDS: [&str; 7] = [
    "cpu=/sys/fs/cgroup/cpu cpuset=/sys/fs/cgroup/cpuset",
    "bind() { mkdir $cpuset/$1 && echo $2 > $cpuset/$1/cpuset.cpus && echo 0 > $cpuset/$1/cpuset.mems; }",
    "group() { mkdir $cpu/$1 && echo $2 > $cpu/$1/cpu.shares; }",
    "quota() { echo $2 > $cpu/$1/cpu.cfs_quota_us; }",
    "spin() { dd if=/dev/zero of=/dev/null bs=64k & enter $1 $2; }",
    "enter() { echo $! > $cpuset/$2/tasks && echo $! > $cpu/$1/tasks; }",
    "bind one $last; bind two 0; bind both 0,$last",
];

const fn of_all(name: &'static str, tasks: &'static [&'static str], lines: &'static [&'static str]) -> Setup {
    Setup { name, cpus: 1, of: Of::All, tasks, lines }
}

const fn of_one(
    name: &'static str,
    cpus: u32,
    tasks: &'static [&'static str],
    lines: &'static [&'static str],
) -> Setup {
    Setup { name, cpus, of: Of::OneCpu, tasks, lines }
}

/// All set-ups: flat, nested, quotas, CPU sets, mixed.
pub const SETUPS: [Setup; 17] = [
    of_all("flat 1:1", &["a", "b"], &["group a 1024; group b 1024", "spin a one; spin b one"]),
    of_all("flat 2:1", &["a", "b"], &["group a 1024; group b 512", "spin a one; spin b one"]),
    of_all(
        "flat 4:2:1",
        &["a", "b", "c"],
        &["group a 1024; group b 512; group c 256", "spin a one; spin b one; spin c one"],
    ),
    of_all("flat, the smallest weight", &["a", "b"], &["group a 2; group b 1024", "spin a one; spin b one"]),
    of_all(
        "two tasks against one",
        &["a 1", "a 2", "b"],
        &["group a 1024; group b 1024", "spin a one; spin a one; spin b one"],
    ),
    of_all(
        "nested",
        &["a/x", "a/y", "b"],
        &[
            "group a 1024; group a/x 300; group a/y 100; group b 512",
            "spin a/x one; spin a/y one; spin b one",
        ],
    ),
    of_all("a task beside a group", &["task", "a"], &["group a 2048", "spin . one; spin a one"]),
    of_all(
        "nice 0 and 5 inside a group",
        &["a 1", "a 2"],
        &["group a 1024", "spin a one; spin a one; sys setpriority $! 5 > /dev/null"],
    ),
    of_all(
        "nice 19 against a group beside it",
        &["a", "b"],
        &["group a 1024; group b 1024", "spin a one; sys setpriority $! 19 > /dev/null; spin b one"],
    ),
    of_one(
        "bound to a CPU (affinity), not by a CPU set",
        2,
        &["a", "b", "c"],
        &[
            "group a 1024; group b 1024; group c 1024",
            "spin a one; spin b both; sys sched_setaffinity $! $last > /dev/null; spin c both",
        ],
    ),
    of_one(
        "quota 20 %",
        1,
        &["a", "b"],
        &["group a 1024; group b 1024; quota a 20000", "spin a one; spin b one"],
    ),
    of_one(
        "quota 10 % in 40 %",
        1,
        &["a/x", "a/y", "b"],
        &[
            "group a 1024; group a/x 1024; group a/y 1024; group b 1024",
            "quota a 40000; quota a/x 10000",
            "spin a/x one; spin a/y one; spin b one",
        ],
    ),
    of_one(
        "quota 150 % of two CPUs",
        2,
        &["a 1", "a 2"],
        &["group a 1024; quota a 150000", "spin a both; spin a both"],
    ),
    of_one("CPU sets apart", 2, &["a", "b"], &["group a 1024; group b 512", "spin a one; spin b two"]),
    of_one(
        "CPU sets that overlap",
        2,
        &["a", "b", "c"],
        &["group a 1024; group b 1024; group c 1024", "spin a one; spin b one; spin c both"],
    ),
    of_one(
        "mixed: weights, a quota and two CPU sets",
        2,
        &["a/x", "a/y", "b", "c"],
        &[
            "group a 2048; group a/x 1024; group a/y 512; group b 1024; group c 1024",
            "quota b 20000",
            "spin a/x one; spin a/y one; spin b one; spin c two",
        ],
    ),
    of_one(
        "mixed: a limited group over two CPUs",
        2,
        &["a 1", "a 2", "b"],
        &["group a 1024; group b 1024; quota a 100000", "spin a both; spin a both; spin b one"],
    ),
];
