//! `ls`, as coreutils'. The layout is in `ls_render`.

use super::accounts::Accounts;
use super::ls_render::{Listing, Name, render};
use super::options::{self, Opt, Parsed, flag};
use super::{Action, Command, Output, Planned, Request, TOOL, cat, join};
use crate::plan::reply::{Entry, FileKind};
use crate::plan::{Answer, Call, Errno, Fidelity, Observation, Plan, Probe, Reply, Step, Text};
use crate::shell::Hint;
use std::collections::BTreeMap;

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
    /// Where the symbolic links among them point, for `-l`.
    targets: BTreeMap<String, String>,
}

/// A file that is listed by itself: how it is shown, its path, and what was probably meant where it is not there.
struct Operand {
    shown: String,
    path: Text,
    hint: Option<Hint>,
    /// Where it points, for `-l`.
    target: Option<String>,
}

/// What is asked for.
struct Plans {
    files: Vec<Operand>,
    directories: Vec<Directory>,
    /// True where more directories are there than are listed.
    cut: bool,
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
    let mut plans = Plans { files: Vec::new(), directories: Vec::new(), cut: false };
    for operand in &operands {
        sort_in(request, &parsed, operand, &mut plans);
    }
    plans.files.sort_by(|a, b| a.shown.cmp(&b.shown));
    if !parsed.has('R') {
        plans.directories.sort_by(|a, b| a.shown.cmp(&b.shown));
    }
    let long = is_long(&parsed);
    let plan = Plan::independent(steps(request, &plans, &parsed, long));
    let headers = operands.len() > 1 || parsed.has('R');
    let columns = request.to_terminal && !parsed.has('1') || parsed.has('C');
    let accounts = if long && !parsed.has('n') { Accounts::read(request) } else { Accounts::default() };
    Planned::new(plan, move |answers| {
        let mut output = Output::default();
        if plans.cut {
            output.err(format!("ls: more than {MOST} directories are not listed here\n"), 1);
        }
        let printer =
            Printer { parsed: &parsed, accounts, output, headers, columns: columns && !long, first: true };
        collect(printer, plans, answers.answers)
    })
}

/// Decides whether an operand is listed as a file or as a directory.
fn sort_in(request: &Request<'_>, parsed: &Parsed, operand: &Text, plans: &mut Plans) {
    let shown = request.show(operand);
    let directory =
        matches!(request.look(operand), Observation::Stat(stat) if stat.kind == FileKind::Directory);
    let link = is_long(parsed)
        && !shown.ends_with('/')
        && request.link(operand).is_ok_and(|all| all.stat.kind == FileKind::Symlink);
    if !directory || parsed.has('d') || link {
        let target = if link { request.target_of(operand).ok() } else { None };
        let hint = cat::path_hint(request, operand).filter(|_| !link);
        plans.files.push(Operand { shown, path: operand.clone(), hint, target });
        return;
    }
    let mut open = vec![(shown, operand.clone())];
    while let Some((shown, path)) = open.pop() {
        if plans.directories.len() >= MOST {
            plans.cut = true;
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
        let targets = if is_long(parsed) { targets(request, &path, &names) } else { BTreeMap::new() };
        plans.directories.push(Directory { shown, path, names, targets });
    }
}

fn is_long(parsed: &Parsed) -> bool {
    parsed.has('l') || parsed.has('n')
}

fn targets(request: &Request<'_>, directory: &Text, names: &[Entry]) -> BTreeMap<String, String> {
    let links = names.iter().filter(|entry| entry.kind == FileKind::Symlink);
    let target =
        |entry: &Entry| Some((entry.name.clone(), request.target_of(&join(directory, &entry.name)).ok()?));
    links.filter_map(target).collect()
}

/// With `-a`: the directory itself and the one above it.
fn dots(parsed: &Parsed) -> &'static [&'static str] {
    if parsed.has('a') { &[".", ".."] } else { &[] }
}

fn is_shown(parsed: &Parsed, name: &str) -> bool {
    !name.starts_with('.') || parsed.has('a') || parsed.has('A')
}

/// A stat for every file, a getdents64 for every directory, and with `-l` a stat for every name in it.
fn steps(request: &Request<'_>, plans: &Plans, parsed: &Parsed, long: bool) -> Vec<Step> {
    let look = |path: Text| Call::Statx { path, nofollow: true };
    let stat = |path: Text| if long { look(path) } else { Call::Stat { path } };
    let files = plans.files.iter().map(|file| Step::new(request.actor, stat(file.path.clone())));
    let mut steps: Vec<Step> = files.collect();
    for directory in &plans.directories {
        steps.push(Step::new(request.actor, Call::Getdents64 { path: directory.path.clone() }));
        if long {
            for name in dots(parsed) {
                let path = join(&directory.path, name);
                steps.push(Step::because(request.actor, look(path), "why-ls-stat"));
            }
            for entry in directory.names.iter().filter(|entry| is_shown(parsed, &entry.name)) {
                steps.push(Step::because(
                    request.actor,
                    look(join(&directory.path, &entry.name)),
                    "why-ls-stat",
                ));
            }
        }
    }
    steps
}

/// What is printed, and how the names are laid out.
struct Printer<'a> {
    parsed: &'a Parsed,
    accounts: Accounts,
    output: Output,
    headers: bool,
    columns: bool,
    /// Nothing has been printed yet.
    first: bool,
}

fn collect(mut printer: Printer<'_>, plans: Plans, answers: &[Answer]) -> Output {
    let parsed = printer.parsed;
    let (of_files, mut rest) = answers.split_at(plans.files.len().min(answers.len()));
    printer.files(plans.files, of_files);
    let long = is_long(parsed);
    for directory in plans.directories {
        let shown = directory.names.iter().filter(|entry| is_shown(parsed, &entry.name)).count();
        let stats = if long { shown + dots(parsed).len() } else { 0 };
        let (of_directory, others) = rest.split_at((1 + stats).min(rest.len()));
        rest = others;
        if let Some((answer, stats)) = of_directory.split_first() {
            printer.directory(directory, answer, stats);
        }
    }
    printer.output
}

impl Printer<'_> {
    fn files(&mut self, files: Vec<Operand>, answers: &[Answer]) {
        let mut listing = Listing { accounts: self.accounts.clone(), ..Listing::default() };
        for (Operand { shown, hint, target, .. }, answer) in files.into_iter().zip(answers) {
            match answer {
                Ok(Reply::Stat(stat)) => {
                    let (kind, stat) = (stat.kind, Some(stat.clone()));
                    listing.names.push(Name { name: shown, kind, stat, ..Name::default() });
                }
                Ok(Reply::Statx(all)) => {
                    listing.names.push(Name { name: shown, target, ..Name::of(all) });
                }
                Err(refusal) => {
                    let message = format!("ls: cannot access '{shown}': {}\n", refusal.errno.text());
                    self.output.err(message, 2);
                    self.output.hints.extend(hint.filter(|_| refusal.errno == Errno::ENOENT));
                }
                Ok(_) => {}
            }
        }
        self.first = listing.names.is_empty();
        self.output.out(render(self.parsed, listing, self.columns));
    }

    fn directory(&mut self, directory: Directory, answer: &Answer, stats: &[Answer]) {
        match answer {
            Ok(Reply::Entries(entries)) => {
                if self.headers {
                    let gap = if self.first { "" } else { "\n" };
                    self.output.out(format!("{gap}{}:\n", directory.shown));
                }
                self.first = false;
                let names = listing(self.parsed, entries, &directory, stats);
                let listing = Listing { names, accounts: self.accounts.clone() };
                self.output.out(render(self.parsed, listing, self.columns));
            }
            Ok(_) => {}
            Err(refusal) => {
                let shown = directory.shown;
                let message = format!("ls: cannot open directory '{shown}': {}\n", refusal.errno.text());
                self.output.err(message, 2);
            }
        }
    }
}

/// The names of a directory with their attributes, which were asked for in the order in which they were seen.
fn listing(parsed: &Parsed, entries: &[Entry], directory: &Directory, stats: &[Answer]) -> Vec<Name> {
    let own = dots(parsed).iter().map(|name| Entry { name: (*name).to_owned(), kind: FileKind::Directory });
    let seen = directory.names.iter().filter(|entry| is_shown(parsed, &entry.name)).cloned();
    let asked: Vec<Entry> = own.clone().chain(seen).collect();
    let shown = entries.iter().filter(|entry| is_shown(parsed, &entry.name)).cloned();
    let names = own.chain(shown).map(|entry| {
        let place = asked.iter().position(|one| one.name == entry.name);
        let target = directory.targets.get(&entry.name).cloned();
        match place.and_then(|place| stats.get(place)) {
            Some(Ok(Reply::Statx(all))) => Name { name: entry.name, target, ..Name::of(all) },
            _ => Name { name: entry.name, kind: entry.kind, ..Name::default() },
        }
    });
    names.collect()
}
