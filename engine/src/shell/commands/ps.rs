//! `ps`, as procps-ng 4.0.2: which tasks are shown. It reads /proc as the real one does.

use super::options::{Opt, flag, value};
use super::ps_format::{Column, Task, render};
use super::ps_options::{Selection, Wanted, read};
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
];

pub(super) const PS: Command = Command {
    name: "ps",
    usage: "[-eAf] [-p PIDS] [-o COLUMNS] [-O COLUMNS] [-C NAMES] [aux]",
    options: OPTIONS,
    fidelity: Fidelity::Partial("partial-command-ps"),
    completes: Completes::Nothing,
    action: Action::Plan(plan),
    ..TOOL
};

/// Tasks that one `ps` may show.
const MOST: usize = 5000;

/// Which files of /proc/PID a column needs.
#[derive(Clone, Copy)]
struct Needs {
    command_line: bool,
    cgroup: bool,
}

fn plan(request: &Request<'_>) -> Planned {
    let wanted = match read(request) {
        Ok(wanted) => wanted,
        Err(output) => return output.into(),
    };
    let pids = pids(request);
    let needs = Needs {
        command_line: wanted.columns.iter().any(|column| column.row.name == "args"),
        cgroup: wanted.columns.iter().any(|column| column.row.name == "cgroup"),
    };
    let mut steps = vec![Step::new(request.actor, Call::Getdents64 { path: Text::from("/proc") })];
    for pid in &pids {
        for file in files(needs) {
            let path = Text::from(format!("/proc/{pid}/{file}"));
            let call = if file.is_empty() {
                Call::Stat { path: Text::from(format!("/proc/{pid}")) }
            } else {
                Call::Read { file: FileRef::Path(path) }
            };
            steps.push(Step::because(request.actor, call, "why-ps-read"));
        }
    }
    let own = request.observe.pid(request.actor).unwrap_or(0);
    Planned::new(Plan::independent(steps), move |answers| show(&wanted, &pids, needs, own, answers.answers))
}

/// What is read of each task: the empty name stands for the directory itself, whose owner is the task's.
fn files(needs: Needs) -> impl Iterator<Item = &'static str> {
    let all = [("", true), ("stat", true), ("cmdline", needs.command_line), ("cgroup", needs.cgroup)];
    all.into_iter().filter(|(_, needed)| *needed).map(|(file, _)| file)
}

fn pids(request: &Request<'_>) -> Vec<u32> {
    match request.observe.observe(request.actor, &Probe::Tasks) {
        Observation::Tasks(tasks) => tasks.iter().map(|task| task.pid).take(MOST).collect(),
        _ => Vec::new(),
    }
}

fn show(wanted: &Wanted, pids: &[u32], needs: Needs, own: u32, answers: &[Answer]) -> Output {
    let mut answers = answers.iter();
    if let Some(Err(refusal)) = answers.next() {
        return Output::error(format!("error: cannot read /proc: {}\n", refusal.errno.text()), 1);
    }
    let mut tasks = Vec::new();
    for pid in pids {
        let mut task = Task::new(*pid);
        let mut alive = true;
        for file in files(needs) {
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
    let shown: Vec<&Task> = tasks.iter().filter(|task| is_shown(&wanted.selection, task, &me)).collect();
    let mut output = Output::text(render(&wanted.columns, &shown));
    output.status = u8::from(shown.is_empty());
    output
}

fn is_shown(selection: &Selection, task: &Task, me: &Task) -> bool {
    if selection.lists() {
        return selection.pids.contains(&task.pid)
            || selection.names.contains(&task.comm)
            || selection.users.contains(&task.uid);
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
