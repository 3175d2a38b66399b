//! `pstree`, as psmisc's: processes as a tree, with the lines of its ASCII form.

use super::options::{self, Opt, flag};
use super::{Action, Command, Completes, Output, Planned, Request, TOOL};
use crate::plan::{Answer, Call, Fidelity, FileRef, Observation, Plan, Probe, Reply, Step, Text};
use std::collections::BTreeMap;

const OPTIONS: &[Opt] = &[
    flag('a', "arguments"),
    flag('A', "ascii"),
    flag('c', "compact-not"),
    flag('l', "long"),
    flag('n', "numeric-sort"),
    flag('p', "show-pids"),
    flag('s', "show-parents"),
    flag('T', "hide-threads"),
];

pub(super) const PSTREE: Command = Command {
    name: "pstree",
    usage: "[-aAclnpsT] [PID]",
    options: OPTIONS,
    fidelity: Fidelity::Partial("partial-command-pstree"),
    completes: Completes::Nothing,
    action: Action::Plan(plan),
    ..TOOL
};

/// A process, or a thread of one.
#[derive(Clone, Debug, Default)]
struct Process {
    pid: u32,
    ppid: u32,
    comm: String,
    /// Its arguments, with `-a`.
    arguments: String,
    is_thread: bool,
}

/// How the tree is drawn.
#[derive(Clone, Copy)]
struct Form {
    pids: bool,
    arguments: bool,
    compact: bool,
    by_number: bool,
}

/// The processes by their parents.
type Children = BTreeMap<u32, Vec<Process>>;

fn plan(request: &Request<'_>) -> Planned {
    let parsed = match options::parse(request) {
        Ok(parsed) => parsed,
        Err(output) => return output.into(),
    };
    let form = Form {
        pids: parsed.has('p'),
        arguments: parsed.has('a'),
        compact: !parsed.has('p') && !parsed.has('c'),
        by_number: parsed.has('n'),
    };
    let root = match parsed.operands.first().map(|word| request.show(word)) {
        None => 1,
        Some(word) => match word.parse::<u32>() {
            Ok(pid) => pid,
            Err(_) if word == "root" => 1,
            Err(_) => return Output::error(format!("No such user name: {word}\n"), 1).into(),
        },
    };
    let pids: Vec<u32> = match request.observe.observe(request.actor, &Probe::Tasks) {
        Observation::Tasks(tasks) => tasks.iter().map(|task| task.pid).collect(),
        _ => Vec::new(),
    };
    let mut steps = vec![Step::new(request.actor, Call::Getdents64 { path: Text::from("/proc") })];
    let mut threads: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
    for pid in &pids {
        let mut look = |call| steps.push(Step::because(request.actor, call, "why-ps-read"));
        let path = |file: &str| Text::from(format!("/proc/{pid}/{file}"));
        look(Call::Read { file: FileRef::Path(path("stat")), at_most: None });
        look(Call::Getdents64 { path: path("task") });
        if form.arguments {
            look(Call::Read { file: FileRef::Path(path("cmdline")), at_most: None });
        }
        let probe = Probe::Directory(path("task"));
        if let (false, Observation::Entries(entries)) =
            (parsed.has('T'), request.observe.observe(request.actor, &probe))
        {
            let tids = entries.iter().filter_map(|entry| entry.name.parse().ok());
            threads.insert(*pid, tids.filter(|tid| tid != pid).collect());
        }
    }
    let with_parents = parsed.has('s');
    Planned::new(Plan::independent(steps), move |answers| {
        let processes = processes(&pids, &threads, form, answers.answers.get(1..).unwrap_or_default());
        draw(processes, root, with_parents, form)
    })
}

fn processes(
    pids: &[u32],
    threads: &BTreeMap<u32, Vec<u32>>,
    form: Form,
    answers: &[Answer],
) -> Vec<Process> {
    let each = if form.arguments { 3 } else { 2 };
    let mut all = Vec::new();
    for (pid, answers) in pids.iter().zip(answers.chunks(each)) {
        let Some(Ok(Reply::Data(stat))) = answers.first() else { continue };
        let Some(mut process) = read_stat(*pid, stat) else { continue };
        if let Some(Ok(Reply::Data(words))) = answers.get(2) {
            let words: Vec<&str> = words.split('\0').skip(1).filter(|word| !word.is_empty()).collect();
            process.arguments = words.join(" ").replace('\n', "\\012");
        }
        for tid in threads.get(pid).into_iter().flatten() {
            let comm = format!("{{{}}}", process.comm);
            all.push(Process { pid: *tid, ppid: *pid, comm, arguments: String::new(), is_thread: true });
        }
        all.push(process);
    }
    all
}

fn read_stat(pid: u32, stat: &str) -> Option<Process> {
    let (open, close) = (stat.find('(')?, stat.rfind(')')?);
    let comm = stat.get(open + 1..close)?.to_owned();
    let ppid = stat.get(close + 1..)?.split_whitespace().nth(1)?.parse().ok()?;
    Some(Process { pid, ppid, comm, ..Process::default() })
}

fn draw(processes: Vec<Process>, root: u32, with_parents: bool, form: Form) -> Output {
    let Some(mut top) = processes.iter().find(|process| process.pid == root).cloned() else {
        return Output::default();
    };
    let by_pid: BTreeMap<u32, Process> =
        processes.iter().map(|process| (process.pid, process.clone())).collect();
    let mut children: Children = BTreeMap::new();
    for process in processes {
        children.entry(process.ppid).or_default().push(process);
    }
    for below in children.values_mut() {
        if form.by_number {
            below.sort_by_key(|process| process.pid);
        } else {
            below.sort_by(|a, b| a.comm.cmp(&b.comm).then(a.pid.cmp(&b.pid)));
        }
    }
    if with_parents {
        // Of those above only the line that leads here is drawn.
        while let Some(parent) = by_pid.get(&top.ppid).filter(|parent| parent.pid != top.pid) {
            children.insert(parent.pid, vec![top]);
            top = parent.clone();
        }
    }
    let mut text = String::new();
    if form.arguments {
        list(&top, &children, form, "", "", &mut text);
    } else {
        for line in lines(&top, &children, form) {
            text.push_str(&line);
            text.push('\n');
        }
    }
    Output::text(text)
}

/// With arguments each process has a line of its own.
fn list(process: &Process, children: &Children, form: Form, first: &str, rest: &str, text: &mut String) {
    let pid = if form.pids { format!(",{}", process.pid) } else { String::new() };
    let gap = if process.arguments.is_empty() { "" } else { " " };
    text.push_str(&format!("{first}{}{pid}{gap}{}\n", process.comm, process.arguments));
    let below = groups(process, children, form);
    let indent = if rest.is_empty() { "  ".to_owned() } else { rest.to_owned() };
    for (index, (count, child)) in below.iter().enumerate() {
        let last = index + 1 == below.len();
        let mark = if last { "`-" } else { "|-" };
        let stem = if last { " " } else { "|" };
        let (open, close) = brackets(*count);
        let mut own = String::new();
        list(child, children, form, "", &format!("{indent}{stem}   "), &mut own);
        let (head, tail) = own.split_once('\n').unwrap_or((own.as_str(), ""));
        text.push_str(&format!("{indent}{mark}{open}{head}{close}\n{tail}"));
    }
}

fn brackets(count: usize) -> (String, &'static str) {
    if count > 1 { (format!("{count}*["), "]") } else { (String::new(), "") }
}

/// Children, those that look the same counted together.
fn groups<'c>(process: &Process, children: &'c Children, form: Form) -> Vec<(usize, &'c Process)> {
    let mut groups: Vec<(usize, &Process, Vec<String>)> = Vec::new();
    for child in children.get(&process.pid).into_iter().flatten().filter(|_| !process.is_thread) {
        let look = if form.compact { lines(child, children, form) } else { Vec::new() };
        let alike = groups.iter_mut().find(|(_, other, known)| {
            form.compact && look.len() == 1 && *known == look && other.arguments == child.arguments
        });
        match alike {
            Some((count, ..)) => *count += 1,
            None => groups.push((1, child, look)),
        }
    }
    groups.into_iter().map(|(count, child, _)| (count, child)).collect()
}

/// A subtree as lines; the first child stands beside its parent.
fn lines(process: &Process, children: &Children, form: Form) -> Vec<String> {
    let pid = if form.pids { format!("({})", process.pid) } else { String::new() };
    let name = format!("{}{pid}", process.comm);
    let below = groups(process, children, form);
    if below.is_empty() {
        return vec![name];
    }
    let gap = " ".repeat(name.chars().count() + 1);
    let mut all = Vec::new();
    for (index, (count, child)) in below.iter().enumerate() {
        let last = index + 1 == below.len();
        let (open, close) = brackets(*count);
        let inner = lines(child, children, form);
        for (row, line) in inner.iter().enumerate() {
            let line = if row == 0 { format!("{open}{line}{close}") } else { line.clone() };
            let mark = match (index, row, last) {
                (0, 0, true) => "---",
                (0, 0, false) => "-+-",
                (_, 0, true) => "`-",
                (_, 0, false) => "|-",
                (_, _, true) => "  ",
                (_, _, false) => "| ",
            };
            let start = if index == 0 && row == 0 { name.clone() } else { gap.clone() };
            all.push(format!("{start}{mark}{line}"));
        }
    }
    all
}
