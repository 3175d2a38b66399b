//! `lsns`, as util-linux 2.38: which namespaces there are, told by the tasks that are in them.

use super::accounts::Accounts;
use super::options::{self, flag, value};
use super::{Action, Command, Completes, Fidelity, Output, Planned, Request, TOOL};
use crate::plan::{Answer, Call, FileRef, Observation, Plan, Probe, Reply, Step, Text};
use std::collections::BTreeMap;

pub(super) const LSNS: Command = Command {
    name: "lsns",
    usage: "[-n] [-o COLUMNS] [-t KIND]… [-p PID]",
    options: &[
        flag('n', "noheadings"),
        flag('r', "raw"),
        flag('l', "list"),
        value('o', "output"),
        value('t', "type"),
        value('p', "task"),
    ],
    fidelity: Fidelity::Partial("partial-command-lsns"),
    completes: Completes::Nothing,
    action: Action::Plan(plan),
    ..TOOL
};

const KINDS: [&str; 8] = ["mnt", "net", "pid", "uts", "ipc", "user", "cgroup", "time"];

/// A column: its heading, and whether numbers stand at its right.
const COLUMNS: [(&str, bool); 9] = [
    ("NS", true),
    ("TYPE", false),
    ("NPROCS", true),
    ("PID", true),
    ("PPID", true),
    ("COMMAND", false),
    ("UID", true),
    ("USER", false),
    ("PATH", false),
];

const USUAL: [&str; 6] = ["NS", "TYPE", "NPROCS", "PID", "USER", "COMMAND"];

/// What is asked for.
struct Wanted {
    columns: Vec<&'static str>,
    kinds: Vec<String>,
    task: Option<u32>,
    headless: bool,
}

fn read(request: &Request<'_>) -> Result<Wanted, Output> {
    let parsed = options::parse(request)?;
    let wrong = |message: String| Output::error(request.message(&message), 1);
    let mut columns: Vec<&'static str> = USUAL.to_vec();
    if let Some(list) = parsed.value('o').map(|word| request.show(word)) {
        columns.clear();
        for name in list.split(',') {
            let column = COLUMNS.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
            let Some((known, _)) = column else { return Err(wrong(format!("unknown column: {name}"))) };
            columns.push(known);
        }
    }
    let typed = parsed.options.iter().filter(|(letter, _)| *letter == 't');
    let kinds: Vec<String> = typed.map(|(_, word)| request.show(word)).collect();
    if let Some(unknown) = kinds.iter().find(|kind| !KINDS.contains(&kind.as_str())) {
        return Err(wrong(format!("unknown namespace type: {unknown}")));
    }
    let task = match parsed.value('p').map(|word| request.show(word)) {
        Some(word) => Some(word.parse().map_err(|_| wrong(format!("invalid PID argument: '{word}'")))?),
        None => None,
    };
    Ok(Wanted { columns, kinds, task, headless: parsed.has('n') })
}

/// A process and where its namespaces are: kind and number of each.
#[derive(Clone, Debug, Default)]
struct Process {
    pid: u32,
    ppid: u32,
    uid: u32,
    command: String,
    spaces: BTreeMap<&'static str, String>,
}

fn plan(request: &Request<'_>) -> Planned {
    let wanted = match read(request) {
        Ok(wanted) => wanted,
        Err(output) => return output.into(),
    };
    let Observation::Tasks(tasks) = request.observe.observe(request.actor, &Probe::Tasks) else {
        return Output::error(request.message("failed to read /proc"), 1).into();
    };
    let pids: Vec<(u32, u32)> = tasks.iter().map(|task| (task.pid, task.ppid)).collect();
    let mut steps = Vec::new();
    for (pid, _) in &pids {
        let mut look = |call| steps.push(Step::because(request.actor, call, "why-lsns"));
        look(Call::Stat { path: Text::from(format!("/proc/{pid}")) });
        let file = |name: &str| FileRef::Path(Text::from(format!("/proc/{pid}/{name}")));
        look(Call::Read { file: file("cmdline"), at_most: None });
        look(Call::Read { file: file("comm"), at_most: None });
        for kind in KINDS {
            look(Call::Readlink { path: Text::from(format!("/proc/{pid}/ns/{kind}")) });
        }
    }
    let accounts = Accounts::read(request);
    Planned::new(Plan::independent(steps), move |answers| {
        let per_task = answers.answers.chunks(3 + KINDS.len());
        let processes: Vec<Process> =
            pids.iter().zip(per_task).filter_map(|(ids, answers)| process(*ids, answers)).collect();
        render(&wanted, &processes, &accounts)
    })
}

fn process((pid, ppid): (u32, u32), answers: &[Answer]) -> Option<Process> {
    let [Ok(Reply::Stat(stat)), cmdline, comm, links @ ..] = answers else { return None };
    let text = |answer: &Answer| match answer {
        Ok(Reply::Data(text)) => text.clone(),
        _ => String::new(),
    };
    let words = text(cmdline);
    let command = if words.is_empty() { text(comm) } else { words.replace('\0', " ") };
    let number = |link: &Answer| {
        let text = text(link);
        let (_, rest) = text.split_once('[')?;
        Some(rest.trim_end_matches(']').to_owned())
    };
    let spaces = KINDS.iter().zip(links).filter_map(|(kind, link)| Some((*kind, number(link)?))).collect();
    Some(Process { pid, ppid, uid: stat.uid, command: command.trim_end().to_owned(), spaces })
}

fn render(wanted: &Wanted, processes: &[Process], accounts: &Accounts) -> Output {
    let mut spaces: BTreeMap<(u64, &str), (String, Vec<&Process>)> = BTreeMap::new();
    for process in processes {
        for (kind, number) in &process.spaces {
            if wanted.kinds.is_empty() || wanted.kinds.iter().any(|wanted| wanted == kind) {
                let order = number.trim_start_matches('#').parse().unwrap_or(0);
                let entry = spaces.entry((order, kind)).or_insert_with(|| (number.clone(), Vec::new()));
                entry.1.push(process);
            }
        }
    }
    let is_shown =
        |members: &[&Process]| wanted.task.is_none_or(|pid| members.iter().any(|process| process.pid == pid));
    let mut rows: Vec<Vec<String>> = Vec::new();
    for ((_, kind), (number, members)) in spaces.iter().filter(|(_, (_, members))| is_shown(members)) {
        let Some(first) = members.iter().min_by_key(|process| process.pid) else { continue };
        let cell = |column: &&str| match *column {
            "NS" => number.clone(),
            "TYPE" => (*kind).to_owned(),
            "NPROCS" => members.len().to_string(),
            "PID" => first.pid.to_string(),
            "PPID" => first.ppid.to_string(),
            "COMMAND" => first.command.clone(),
            "UID" => first.uid.to_string(),
            "USER" => accounts.user(first.uid).map_or_else(|| first.uid.to_string(), str::to_owned),
            _ => format!("/proc/{}/ns/{kind}", first.pid),
        };
        rows.push(wanted.columns.iter().map(cell).collect());
    }
    if rows.is_empty() {
        return Output { status: u8::from(wanted.task.is_some()), ..Output::default() };
    }
    Output::text(table(wanted, &rows))
}

/// Columns as wide as what is in them; the last one is not filled up.
fn table(wanted: &Wanted, rows: &[Vec<String>]) -> String {
    let headings: Vec<String> = wanted.columns.iter().map(|column| (*column).to_owned()).collect();
    let lines: Vec<&Vec<String>> =
        std::iter::once(&headings).filter(|_| !wanted.headless).chain(rows.iter()).collect();
    let width = |index: usize| {
        let cells = rows.iter().chain([&headings].into_iter().filter(|_| !wanted.headless));
        cells.filter_map(|row| row.get(index)).map(|cell| cell.chars().count()).max().unwrap_or(0)
    };
    let mut text = String::new();
    for line in lines {
        let mut cells = Vec::new();
        for (index, cell) in line.iter().enumerate() {
            let name = wanted.columns[index];
            let right = COLUMNS.iter().any(|(column, right)| *column == name && *right);
            let width = width(index);
            cells.push(match right {
                true => format!("{cell:>width$}"),
                false if index + 1 == line.len() => cell.clone(),
                false => format!("{cell:<width$}"),
            });
        }
        text.push_str(&format!("{}\n", cells.join(" ")));
    }
    text
}
