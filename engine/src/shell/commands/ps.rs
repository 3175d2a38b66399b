//! `ps`, as procps-ng 4.0.2: which tasks are shown. It reads /proc as the real one does.

use super::options::{Opt, flag, value};
use super::ps_format::{Column, Task, render};
use super::ps_options::{Forest, Selection, Threads, Wanted, read};
use super::{Action, Command, Completes, Output, Planned, Request, TOOL};
use crate::plan::{Answer, Call, Fidelity, FileRef, Observation, Plan, Probe, Reply, Step, Text};

/// For help and completion; `ps_options` reads them, since no two tools agree with ps on how.
const OPTIONS: &[Opt] = &[
    flag('e', ""),
    flag('A', ""),
    flag('f', ""),
    flag('F', ""),
    flag('l', ""),
    flag('j', ""),
    value('p', "pid"),
    value('o', "format"),
    value('O', ""),
    value('C', ""),
    value('u', "user"),
    flag('L', ""),
    flag('T', ""),
    flag('H', ""),
    flag('N', "deselect"),
    Opt { short: 'P', long: "ppid", takes: true, only_long: true },
    Opt { short: 't', long: "forest", takes: false, only_long: true },
    Opt { short: 'S', long: "sort", takes: true, only_long: true },
    Opt { short: 'h', long: "no-headers", takes: false, only_long: true },
];

pub(super) const PS: Command = Command {
    name: "ps",
    usage: "[-eAfHLNT] [--forest] [-p PIDS] [-o COLUMNS] [-O COLUMNS] [-C NAMES] [aux]",
    options: OPTIONS,
    fidelity: Fidelity::Partial("partial-command-ps"),
    completes: Completes::Nothing,
    action: Action::Plan(plan),
    ..TOOL
};

/// Tasks that one `ps` may show.
const MOST: usize = 5000;

/// Which files a column needs.
#[derive(Clone, Copy)]
struct Needs {
    command_line: bool,
    cgroup: bool,
    uptime: bool,
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
    let has = |names: &[&str]| wanted.columns.iter().any(|column| names.contains(&column.row.name));
    let needs = Needs {
        command_line: has(&["args"]),
        cgroup: has(&["cgroup"]),
        uptime: has(&["%cpu", "c", "etime", "etimes"]),
    };
    let mut steps = vec![Step::new(request.actor, Call::Getdents64 { path: Text::from("/proc") })];
    let mut look = |call| steps.push(Step::because(request.actor, call, "why-ps-read"));
    if needs.uptime {
        look(Call::Read { file: FileRef::Path(Text::from("/proc/uptime")), at_most: None });
    }
    let lines = lines(request, wanted.threads);
    for line in &lines {
        for (_, call) in line.calls(needs) {
            look(call);
        }
    }
    let own = request.observe.pid(request.actor).unwrap_or(0);
    Planned::new(Plan::independent(steps), move |answers| show(&wanted, &lines, needs, own, answers.answers))
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
    tasks.iter().flat_map(|task| each(task.pid)).take(MOST).collect()
}

fn show(wanted: &Wanted, lines: &[Line], needs: Needs, own: u32, answers: &[Answer]) -> Output {
    let mut answers = answers.iter();
    if let Some(Err(refusal)) = answers.next() {
        return Output::error(format!("error: cannot read /proc: {}\n", refusal.errno.text()), 1);
    }
    let mut uptime = 0.0;
    if needs.uptime
        && let Some(Ok(Reply::Data(text))) = answers.next()
    {
        uptime = text.split(' ').next().and_then(|seconds| seconds.parse().ok()).unwrap_or(0.0);
    }
    let mut tasks = Vec::new();
    for line in lines {
        let mut task = Task::new(line.pid);
        task.tid = line.tid.unwrap_or(line.pid);
        task.uptime = uptime;
        let mut alive = true;
        for (file, _) in line.calls(needs) {
            match (file, answers.next()) {
                ("", Some(Ok(Reply::Stat(stat)))) => task.uid = stat.uid,
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
    let me = tasks.iter().find(|task| task.pid == own).cloned().unwrap_or_default();
    let is_wanted = |task: &Task| is_shown(&wanted.selection, task, &me) != wanted.selection.negated;
    let mut shown: Vec<Task> = tasks.into_iter().filter(is_wanted).collect();
    for (name, from_high) in wanted.sort.iter().rev() {
        shown.sort_by_key(|task| task.sort_key(name));
        if *from_high {
            shown.reverse();
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
    let mut ordered = Vec::with_capacity(tasks.len());
    let is_root = |task: &Task| task.pid == task.ppid || !tasks.iter().any(|other| other.pid == task.ppid);
    let roots: Vec<Task> = tasks.iter().filter(|task| is_root(task)).cloned().collect();
    for root in roots {
        plant(root, &tasks, form, "", &mut ordered);
    }
    ordered
}

fn plant(task: Task, tasks: &[Task], form: Forest, stem: &str, ordered: &mut Vec<Task>) {
    let pid = task.pid;
    let is_first_thread = task.tid == pid;
    ordered.push(task);
    if !is_first_thread {
        return;
    }
    let children: Vec<&Task> = tasks.iter().filter(|other| other.ppid == pid && other.pid != pid).collect();
    for (index, child) in children.iter().enumerate() {
        let mut child = (*child).clone();
        let more = children[index + 1..].iter().any(|other| other.pid != child.pid);
        let below = match form {
            Forest::Tree => format!("{stem}{}", if more { " |  " } else { "    " }),
            _ => format!("{stem}  "),
        };
        child.branch = if form == Forest::Tree { format!("{stem} \\_ ") } else { below.clone() };
        plant(child, tasks, form, &below, ordered);
    }
}

fn is_shown(selection: &Selection, task: &Task, me: &Task) -> bool {
    if selection.lists() {
        return selection.pids.contains(&task.pid)
            || selection.names.contains(&task.comm)
            || selection.users.contains(&task.uid)
            || selection.parents.contains(&task.ppid);
    }
    let mine = task.uid == me.uid;
    let terminal = task.tty != 0;
    if selection.everyone {
        return true;
    }
    match (selection.all_users, selection.without_terminal) {
        (true, true) => true,
        (true, false) => terminal,
        (false, true) => mine,
        (false, false) => mine && task.tty == me.tty,
    }
}

/// The columns that people may name, for completion.
pub(in crate::shell) fn column_names() -> impl Iterator<Item = &'static str> {
    Column::names()
}
