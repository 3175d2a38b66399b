//! `ls`, as coreutils'. The layout is in `ls_render`.

use super::ls_render::{Listing, Name, render};
use super::options::{self, Opt, Parsed, flag};
use super::{Action, Command, Output, Planned, Request, TOOL, cat, join};
use crate::plan::reply::{Entry, FileKind};
use crate::plan::{Answer, Call, Errno, Fidelity, Observation, Plan, Probe, Reply, Step, Text};
use crate::shell::Hint;

const OPTIONS: &[Opt] = &[
    flag('l', ""),
    flag('a', "all"),
    flag('A', "almost-all"),
    flag('1', ""),
    flag('C', ""),
    flag('d', "directory"),
    flag('R', "recursive"),
    flag('r', "reverse"),
    flag('F', "classify"),
    flag('p', ""),
    flag('h', "human-readable"),
    flag('n', "numeric-uid-gid"),
];

pub(super) const LS: Command = Command {
    name: "ls",
    usage: "[-1aACdFhlnprR] [FILE…]",
    options: OPTIONS,
    fidelity: Fidelity::Partial("partial-command-ls"),
    usage_status: 2,
    action: Action::Plan(plan),
    ..TOOL
};

/// Directories that one `ls -R` may list.
const MOST: usize = 1000;

/// A directory that is listed: how it is shown, its path, and the names in it for `-l`.
struct Directory {
    shown: String,
    path: Text,
    names: Vec<Entry>,
    hint: Option<Hint>,
}

/// What is asked for.
struct Plans {
    files: Vec<(String, Text, Option<Hint>)>,
    directories: Vec<Directory>,
}

fn plan(request: &Request<'_>) -> Planned {
    let parsed = match options::parse(request) {
        Ok(parsed) => parsed,
        Err(output) => return output.into(),
    };
    let mut operands = parsed.operands.clone();
    if operands.is_empty() {
        operands.push(Text::from("."));
    }
    let mut plans = Plans { files: Vec::new(), directories: Vec::new() };
    for operand in &operands {
        sort_in(request, &parsed, operand, &mut plans);
    }
    plans.files.sort_by(|a, b| a.0.cmp(&b.0));
    if !parsed.has('R') {
        plans.directories.sort_by(|a, b| a.shown.cmp(&b.shown));
    }
    let long = parsed.has('l') || parsed.has('n');
    let plan = Plan::independent(steps(request, &plans, &parsed, long));
    let headers = operands.len() > 1 || parsed.has('R');
    let columns = request.to_terminal && !parsed.has('1') || parsed.has('C');
    Planned::new(plan, move |answers| collect(&parsed, plans, answers.answers, headers, columns && !long))
}

/// Decides whether an operand is listed as a file or as a directory.
fn sort_in(request: &Request<'_>, parsed: &Parsed, operand: &Text, plans: &mut Plans) {
    let shown = request.show(operand);
    let directory =
        matches!(request.look(operand), Observation::Stat(stat) if stat.kind == FileKind::Directory);
    if !directory || parsed.has('d') {
        plans.files.push((shown, operand.clone(), cat::path_hint(request, operand)));
        return;
    }
    let mut open = vec![(shown, operand.clone())];
    while let Some((shown, path)) = open.pop() {
        if plans.directories.len() >= MOST {
            return;
        }
        let probe = Probe::Directory(path.clone());
        let names = match request.observe.observe(request.actor, &probe) {
            Observation::Entries(entries) => entries,
            _ => Vec::new(),
        };
        if parsed.has('R') {
            let below = names
                .iter()
                .filter(|entry| entry.kind == FileKind::Directory && is_shown(parsed, &entry.name));
            let below: Vec<_> = below
                .map(|entry| {
                    (join(&Text::from(shown.as_str()), &entry.name).to_string(), join(&path, &entry.name))
                })
                .collect();
            open.extend(below.into_iter().rev());
        }
        plans.directories.push(Directory { shown, path, names, hint: None });
    }
}

fn is_shown(parsed: &Parsed, name: &str) -> bool {
    !name.starts_with('.') || parsed.has('a') || parsed.has('A')
}

/// A stat for every file, a getdents64 for every directory, and with `-l` a stat for every name in it.
fn steps(request: &Request<'_>, plans: &Plans, parsed: &Parsed, long: bool) -> Vec<Step> {
    let stat = |path: Text| Step::new(request.actor, Call::Stat { path });
    let mut steps: Vec<Step> = plans.files.iter().map(|(_, path, _)| stat(path.clone())).collect();
    for directory in &plans.directories {
        steps.push(Step::new(request.actor, Call::Getdents64 { path: directory.path.clone() }));
        if long {
            for entry in directory.names.iter().filter(|entry| is_shown(parsed, &entry.name)) {
                steps.push(Step::because(
                    request.actor,
                    Call::Stat { path: join(&directory.path, &entry.name) },
                    "why-ls-stat",
                ));
            }
        }
    }
    steps
}

fn collect(parsed: &Parsed, plans: Plans, answers: &[Answer], headers: bool, columns: bool) -> Output {
    let mut output = Output::default();
    let mut next = answers.iter();
    let long = parsed.has('l') || parsed.has('n');
    let mut files = Listing::default();
    for (shown, _, hint) in plans.files {
        match next.next() {
            Some(Ok(Reply::Stat(stat))) => {
                files.names.push(Name { name: shown, kind: stat.kind, stat: Some(stat.clone()) })
            }
            Some(Err(refusal)) => {
                output.err(format!("ls: cannot access '{shown}': {}\n", refusal.errno.text()), 2);
                output.hints.extend(hint.filter(|_| refusal.errno == Errno::ENOENT));
            }
            _ => {}
        }
    }
    let status = output.status;
    let any_files = !files.names.is_empty();
    output.out(render(parsed, files, columns));
    let mut first = !any_files;
    for directory in plans.directories {
        let answer = next.next();
        let stats: Vec<&Answer> = if long {
            let count = directory.names.iter().filter(|entry| is_shown(parsed, &entry.name)).count();
            next.by_ref().take(count).collect()
        } else {
            Vec::new()
        };
        match answer {
            Some(Ok(Reply::Entries(entries))) => {
                if headers {
                    let gap = if first { "" } else { "\n" };
                    output.out(format!("{gap}{}:\n", directory.shown));
                }
                first = false;
                output.out(render(parsed, listing(parsed, entries, &directory, &stats), columns));
            }
            Some(Err(refusal)) => {
                let message =
                    format!("ls: cannot open directory '{}': {}\n", directory.shown, refusal.errno.text());
                output.err(message, 2);
                output.hints.extend(directory.hint);
            }
            _ => {}
        }
    }
    output.status = output.status.max(status);
    output
}

fn listing(parsed: &Parsed, entries: &[Entry], directory: &Directory, stats: &[&Answer]) -> Listing {
    let mut listing = Listing::default();
    if parsed.has('a') {
        let dots =
            [".", ".."].map(|name| Name { name: name.to_owned(), kind: FileKind::Directory, stat: None });
        listing.names.extend(dots);
    }
    let planned: Vec<&Entry> = directory.names.iter().filter(|entry| is_shown(parsed, &entry.name)).collect();
    for entry in entries.iter().filter(|entry| is_shown(parsed, &entry.name)) {
        let place = planned.iter().position(|one| one.name == entry.name);
        let stat = match place.and_then(|place| stats.get(place)) {
            Some(Ok(Reply::Stat(stat))) => Some(stat.clone()),
            _ => None,
        };
        listing.names.push(Name { name: entry.name.clone(), kind: entry.kind, stat });
    }
    listing
}
