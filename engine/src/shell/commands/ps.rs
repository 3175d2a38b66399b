//! `ps`, as procps-ng 4.0.2: which tasks are shown. It reads /proc as the real one does.

use super::accounts::Accounts;
use super::options::{Opt, flag, value};
use super::ps_format::{Column, Machine, Task, render};
use super::ps_options::{Forest, Listed, Selection, Threads, Wanted, read};
use super::{Action, Command, Completes, Output, Planned, Request, TOOL};
use crate::plan::{Answer, Call, Fidelity, FileRef, Observation, Plan, Probe, Reply, Step, Text};
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

/// For help and completion; `ps_options` reads them, since no two tools agree with ps on how.
const OPTIONS: &[Opt] = &[
    flag('e', ""),
    flag('A', ""),
    flag('a', ""),
    flag('d', ""),
    flag('f', ""),
    flag('F', ""),
    flag('l', ""),
    flag('j', ""),
    flag('y', ""),
    value('p', "pid"),
    value('o', "format"),
    value('O', ""),
    value('C', ""),
    value('u', "user"),
    value('G', "group"),
    value('g', ""),
    value('s', "sid"),
    value('t', "tty"),
    flag('L', ""),
    flag('T', ""),
    flag('H', ""),
    flag('N', "deselect"),
    flag('V', "version"),
    Opt { short: 'P', long: "ppid", takes: true, only_long: true },
    Opt { short: 'w', long: "forest", takes: false, only_long: true },
    Opt { short: 'S', long: "sort", takes: true, only_long: true },
    Opt { short: 'h', long: "no-headers", takes: false, only_long: true },
];

pub(super) const PS: Command = Command {
    name: "ps",
    usage: "[-eAadfFljyHLNT] [--forest] [-p PIDS] [-o COLUMNS] [-O COLUMNS] [-C NAMES] [-u USERS] [-G GROUPS] [-s SIDS] [-t TTYS] [--sort COLUMNS] [aux] [l] [r]",
    options: OPTIONS,
    fidelity: Fidelity::Partial("partial-command-ps"),
    completes: Completes::Nothing,
    action: Action::Plan(plan),
    ..TOOL
};

/// Which files a column needs.
#[derive(Clone, Copy)]
struct Needs {
    command_line: bool,
    cgroup: bool,
    uptime: bool,
    memory: bool,
}

/// A line: a process, or one of its threads.
#[derive(Clone, Copy)]
struct Line {
    pid: u32,
    tid: Option<u32>,
}

impl Line {
    /// What is read for it: the directory itself, whose owner is the task's, and files.
    fn calls(self, needs: Needs) -> Vec<(&'static str, Call)> {
        let Self { pid, tid } = self;
        let own = tid.map_or_else(|| format!("/proc/{pid}"), |tid| format!("/proc/{pid}/task/{tid}"));
        let read = |path: String| Call::Read { file: FileRef::Path(Text::from(path)), at_most: None };
        let mut calls =
            vec![("", Call::Stat { path: Text::from(own.as_str()) }), ("stat", read(format!("{own}/stat")))];
        if needs.command_line {
            calls.push(("cmdline", read(format!("/proc/{pid}/cmdline"))));
        }
        if needs.cgroup {
            calls.push(("cgroup", read(format!("{own}/cgroup"))));
        }
        calls
    }
}

fn plan(request: &Request<'_>) -> Planned {
    let wanted = match read(request) {
        Ok(wanted) => wanted,
        Err(output) => return output.into(),
    };
    let sorted = |name: &str| wanted.sort.iter().any(|(column, _)| column == name);
    let has = |names: &[&str]| {
        names.iter().any(|name| sorted(name) || wanted.columns.iter().any(|column| column.row.name == *name))
    };
    let times = has(&["stime", "start_time", "start", "bsdstart", "lstart"]);
    let needs = Needs {
        command_line: has(&["args"]),
        cgroup: has(&["cgroup"]),
        uptime: times || has(&["%cpu", "c", "etime", "etimes"]),
        memory: has(&["%mem"]),
    };
    let mut steps = vec![Step::new(request.actor, Call::Getdents64 { path: Text::from("/proc") })];
    let mut look = |call| steps.push(Step::because(request.actor, call, "why-ps-read"));
    let read = |path: &str| Call::Read { file: FileRef::Path(Text::from(path)), at_most: None };
    if needs.uptime {
        look(read("/proc/uptime"));
    }
    if needs.memory {
        look(read("/proc/meminfo"));
    }
    let started = if times { started(request) } else { 0 };
    let lines = lines(request, wanted.threads);
    for line in &lines {
        for (_, call) in line.calls(needs) {
            look(call);
        }
    }
    let own = request.observe.pid(request.actor).unwrap_or(0);
    let accounts = Accounts::read(request);
    let known = Known { needs, started, own, accounts };
    Planned::new(Plan::independent(steps), move |answers| show(&wanted, &lines, &known, answers.answers))
}

/// What has been found out before the answers are there.
struct Known {
    needs: Needs,
    /// When the machine started.
    started: u64,
    /// The shell's pid.
    own: u32,
    accounts: Accounts,
}

/// When the machine started, in seconds since 1970; 0 where it does not tell.
fn started(request: &Request<'_>) -> u64 {
    let probe = Probe::File(Text::from("/proc/stat"));
    let Observation::Data(text) = request.observe.observe(request.actor, &probe) else { return 0 };
    let line = text.lines().find_map(|line| line.strip_prefix("btime "));
    line.and_then(|seconds| seconds.parse().ok()).unwrap_or(0)
}

fn lines(request: &Request<'_>, threads: Threads) -> Vec<Line> {
    let Observation::Tasks(tasks) = request.observe.observe(request.actor, &Probe::Tasks) else {
        return Vec::new();
    };
    let each = |pid: u32| {
        if threads == Threads::Together {
            return vec![Line { pid, tid: None }];
        }
        let probe = Probe::Directory(Text::from(format!("/proc/{pid}/task")));
        let Observation::Entries(entries) = request.observe.observe(request.actor, &probe) else {
            return Vec::new();
        };
        let mut tids: Vec<u32> = entries.iter().filter_map(|entry| entry.name.parse().ok()).collect();
        tids.sort_unstable();
        tids.into_iter().map(|tid| Line { pid, tid: Some(tid) }).collect()
    };
    tasks.iter().flat_map(|task| each(task.pid)).collect()
}

fn show(wanted: &Wanted, lines: &[Line], known: &Known, answers: &[Answer]) -> Output {
    let Known { needs, started, own, accounts } = known;
    let mut answers = answers.iter();
    if let Some(Err(refusal)) = answers.next() {
        return Output::error(format!("error: cannot read /proc: {}\n", refusal.errno.text()), 1);
    }
    let mut machine = Machine { started: *started, ..Machine::default() };
    if needs.uptime
        && let Some(Ok(Reply::Data(text))) = answers.next()
    {
        machine.uptime = text.split(' ').next().and_then(|seconds| seconds.parse().ok()).unwrap_or(0.0);
    }
    if needs.memory
        && let Some(Ok(Reply::Data(text))) = answers.next()
    {
        let total = text.lines().find_map(|line| line.strip_prefix("MemTotal:"));
        machine.memory = total.and_then(|rest| rest.split_whitespace().next()?.parse().ok()).unwrap_or(0);
    }
    let name = |id: u32, name: Option<&str>| match name {
        Some(name) if !wanted.numeric => name.to_owned(),
        _ => id.to_string(),
    };
    let mut tasks = Vec::new();
    for line in lines {
        let mut task = Task::new(line.pid);
        task.tid = line.tid.unwrap_or(line.pid);
        task.machine = machine;
        let mut alive = true;
        for (file, _) in line.calls(*needs) {
            match (file, answers.next()) {
                ("", Some(Ok(Reply::Stat(stat)))) => {
                    (task.uid, task.gid) = (stat.uid, stat.gid);
                    task.user = name(stat.uid, accounts.user(stat.uid));
                    task.group = name(stat.gid, accounts.group(stat.gid));
                }
                ("stat", Some(Ok(Reply::Data(text)))) => alive = alive && task.read_stat(text),
                ("cmdline", Some(Ok(Reply::Data(text)))) => task.command_line.clone_from(text),
                ("cgroup", Some(Ok(Reply::Data(text)))) => task.cgroup.clone_from(text),
                // A task that ended meanwhile is not shown.
                (_, Some(Err(_)) | None) => alive = alive && file != "stat",
                _ => {}
            }
        }
        if alive {
            tasks.push(task);
        }
    }
    let me = tasks.iter().find(|task| task.pid == *own).cloned().unwrap_or_default();
    let is_wanted = |task: &Task| is_shown(&wanted.selection, task, &me) != wanted.selection.negated;
    let mut shown: Vec<Task> = tasks.into_iter().filter(is_wanted).collect();
    for (name, from_high) in wanted.sort.iter().rev() {
        if *from_high {
            shown.sort_by_cached_key(|task| Reverse(task.sort_key(name)));
        } else {
            shown.sort_by_cached_key(|task| task.sort_key(name));
        }
    }
    if wanted.forest != Forest::Flat {
        shown = as_forest(shown, wanted.forest);
    }
    let rows: Vec<&Task> = shown.iter().collect();
    let mut output = Output::text(render(&wanted.columns, &rows, wanted.headless));
    output.status = u8::from(rows.is_empty());
    output
}

/// Children behind their parents, with branches or set in. Those whose parent is not shown are roots.
fn as_forest(tasks: Vec<Task>, form: Forest) -> Vec<Task> {
    let pids: BTreeSet<u32> = tasks.iter().map(|task| task.pid).collect();
    let (roots, others): (Vec<Task>, Vec<Task>) =
        tasks.into_iter().partition(|task| task.pid == task.ppid || !pids.contains(&task.ppid));
    let mut children: BTreeMap<u32, Vec<Task>> = BTreeMap::new();
    for task in others {
        children.entry(task.ppid).or_default().push(task);
    }
    let mut ordered = Vec::new();
    for root in roots {
        plant(root, &mut children, form, "", true, &mut ordered);
    }
    ordered
}

/// A task and those below it. With branches the children of init stand beside it, as everybody's do who was adopted.
fn plant(
    task: Task,
    children: &mut BTreeMap<u32, Vec<Task>>,
    form: Forest,
    stem: &str,
    is_root: bool,
    ordered: &mut Vec<Task>,
) {
    let (pid, is_first_thread) = (task.pid, task.tid == task.pid);
    ordered.push(task);
    if !is_first_thread {
        return;
    }
    let below = children.remove(&pid).unwrap_or_default();
    let last = below.last().map(|child| child.pid);
    let beside = pid == 1 && form == Forest::Tree;
    for mut child in below {
        let more = last != Some(child.pid);
        if beside && is_root {
            plant(child, children, form, "", true, ordered);
            continue;
        }
        let stem_below = match form {
            Forest::Tree => format!("{stem}{}", if more { " |  " } else { "    " }),
            _ => format!("{stem}  "),
        };
        child.branch = if form == Forest::Tree { format!("{stem} \\_ ") } else { stem_below.clone() };
        plant(child, children, form, &stem_below, false, ordered);
    }
}

/// As `want_this_proc` and `table_accept` of procps: lists add to what -a, -d, a and x choose.
fn is_shown(selection: &Selection, task: &Task, me: &Task) -> bool {
    if selection.running && !matches!(task.state, 'R' | 'D') {
        return false;
    }
    if selection.everyone {
        return true;
    }
    let (mine, terminal, leader) = (task.uid == me.uid, task.tty != 0, task.sid == task.pid);
    let Selection { with_terminal, no_leaders, all_users, without_terminal, .. } = *selection;
    let by_table = match (with_terminal, no_leaders, all_users, without_terminal) {
        (true, true, ..) => !leader || terminal,
        (true, ..) => terminal && !leader,
        (_, true, ..) => !leader,
        (.., true, true) => true,
        (.., true, false) => terminal,
        (.., false, true) => mine,
        _ => selection.lists.is_empty() && mine && task.tty == me.tty,
    };
    let is_listed = |listed: &Listed| match listed {
        Listed::Pid(pid) => *pid == task.pid,
        Listed::Name(name) => *name == task.comm,
        Listed::User(uid) => *uid == task.uid,
        Listed::Group(gid) => *gid == task.gid,
        Listed::Session(sid) => *sid == task.sid,
        Listed::Terminal(tty) => *tty == task.tty,
        Listed::OwnTerminal => task.tty == me.tty,
        Listed::Parent(ppid) => *ppid == task.ppid,
    };
    by_table || selection.lists.iter().any(is_listed)
}

/// The columns that people may name, for completion.
pub(in crate::shell) fn column_names() -> impl Iterator<Item = &'static str> {
    Column::names()
}
