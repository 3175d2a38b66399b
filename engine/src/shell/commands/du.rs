//! `du`, as coreutils': the room that files take.

use super::options::{self, Opt, Parsed, flag, value};
use super::sizes;
use super::{Action, Command, Fidelity, Output, Planned, Request, TOOL, join};
use crate::plan::reply::{FileKind, Statx};
use crate::plan::{Call, Plan, Step, Text};
use std::collections::BTreeSet;

const OPTIONS: &[Opt] = &[
    flag('a', "all"),
    flag('b', "bytes"),
    flag('c', "total"),
    value('d', "max-depth"),
    flag('h', "human-readable"),
    flag('k', ""),
    flag('m', ""),
    flag('s', "summarize"),
    Opt { short: 'A', long: "apparent-size", takes: false, only_long: true },
];

pub(super) const DU: Command = Command {
    name: "du",
    usage: "[-abchkms] [-d DEPTH] [FILE…]",
    options: OPTIONS,
    fidelity: Fidelity::Partial("partial-command-du"),
    action: Action::Plan(plan),
    ..TOOL
};

/// How many files one `du` counts.
const MOST: usize = 20_000;

struct Count<'r> {
    request: &'r Request<'r>,
    parsed: &'r Parsed,
    /// Directories below this depth are counted and not shown.
    deepest: u64,
    steps: Vec<Step>,
    lines: Vec<(u64, String)>,
    /// Files with several names count once.
    seen: BTreeSet<(u32, u32, u64)>,
    files: usize,
}

fn plan(request: &Request<'_>) -> Planned {
    read(request).unwrap_or_else(Planned::from)
}

fn read(request: &Request<'_>) -> Result<Planned, Output> {
    let parsed = options::parse(request)?;
    if parsed.has('s') && parsed.has('a') {
        return Err(options::usage(request, "cannot both summarize and show all entries"));
    }
    let deepest = match parsed.value('d').map(|word| request.show(word)) {
        None if parsed.has('s') => 0,
        None => u64::MAX,
        Some(word) => match word.parse() {
            Ok(depth) => depth,
            Err(_) => return Err(options::usage(request, &format!("invalid maximum depth '{word}'"))),
        },
    };
    let (steps, lines, seen) = (Vec::new(), Vec::new(), BTreeSet::new());
    let mut count = Count { request, parsed: &parsed, deepest, steps, lines, seen, files: 0 };
    let here = [Text::from(".")];
    let operands = if parsed.operands.is_empty() { &here[..] } else { &parsed.operands[..] };
    let mut total = 0;
    // A step that looks at each operand, and the lines that belong to it.
    let mut parts = Vec::new();
    for path in operands {
        let shown = request.show(path);
        let step = count.steps.len();
        count.steps.push(Step::new(request.actor, Call::Statx { path: path.clone(), nofollow: true }));
        total += count.of(path, &shown, 0).unwrap_or(0);
        parts.push((step, shown, std::mem::take(&mut count.lines)));
    }
    let steps = count.steps;
    Ok(Planned::new(Plan::independent(steps), move |answers| {
        let mut output = Output::default();
        for (step, shown, lines) in &parts {
            if let Some(Err(refusal)) = answers.answers.get(*step) {
                output.err(format!("du: cannot access '{shown}': {}\n", refusal.errno.text()), 1);
            }
            for (bytes, path) in lines {
                output.out(format!("{}\t{path}\n", figure(&parsed, *bytes)));
            }
        }
        if parsed.has('c') {
            output.out(format!("{}\ttotal\n", figure(&parsed, total)));
        }
        output
    }))
}

impl Count<'_> {
    /// The bytes of a file and of all below it; `None` where it is not there or has been counted.
    fn of(&mut self, path: &Text, shown: &str, depth: u64) -> Option<u64> {
        self.files += 1;
        let all = self.request.link(path).ok().filter(|_| self.files <= MOST)?;
        let directory = all.stat.kind == FileKind::Directory;
        if (all.stat.nlink > 1 || depth == 0) && !self.seen.insert((all.device.0, all.device.1, all.inode)) {
            return None;
        }
        let mut bytes = self.own(&all);
        if directory {
            self.steps.push(Step::new(self.request.actor, Call::Getdents64 { path: path.clone() }));
            for entry in self.request.names_in(path).unwrap_or_default() {
                let inside = format!("{}/{}", shown.trim_end_matches('/'), entry.name);
                bytes += self.of(&join(path, &entry.name), &inside, depth + 1).unwrap_or(0);
            }
        }
        if depth == 0 || (depth <= self.deepest && (directory || self.parsed.has('a'))) {
            self.lines.push((bytes, shown.to_owned()));
        }
        Some(bytes)
    }

    fn own(&self, all: &Statx) -> u64 {
        let apparent = self.parsed.has('b') || self.parsed.has('A');
        match (apparent, all.stat.kind) {
            // A directory's size is the file system's own affair.
            (true, FileKind::Regular | FileKind::Symlink) => all.stat.size,
            (true, _) => 0,
            (false, _) => all.blocks * 512,
        }
    }
}

fn figure(parsed: &Parsed, bytes: u64) -> String {
    match () {
        () if parsed.has('h') => sizes::human(bytes),
        () if parsed.has('b') => bytes.to_string(),
        () if parsed.has('m') => bytes.div_ceil(1 << 20).to_string(),
        () => bytes.div_ceil(1 << 10).to_string(),
    }
}
