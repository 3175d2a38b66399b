//! `tree`: directories drawn as trees, as version 2 draws them.

use super::options::{self, Opt, Parsed, flag, value};
use super::{Action, Command, Fidelity, Output, Planned, Request, TOOL, join, ls_render};
use crate::plan::reply::{Entry, FileKind};
use crate::plan::{Call, Plan, Step, Text};

const OPTIONS: &[Opt] = &[
    flag('a', ""),
    flag('d', ""),
    flag('f', ""),
    flag('F', ""),
    flag('i', ""),
    value('L', ""),
    flag('p', ""),
    Opt { short: 'N', long: "noreport", takes: false, only_long: true },
];

pub(super) const TREE: Command = Command {
    name: "tree",
    usage: "[-adfFip] [-L LEVEL] [--noreport] [DIRECTORY…]",
    options: OPTIONS,
    fidelity: Fidelity::Partial("partial-command-tree"),
    action: Action::Plan(plan),
    ..TOOL
};

/// How many names one `tree` draws.
const MOST: usize = 10_000;

struct Drawing<'r> {
    request: &'r Request<'r>,
    parsed: &'r Parsed,
    most: Option<usize>,
    text: String,
    steps: Vec<Step>,
    directories: usize,
    files: usize,
    failed: bool,
}

fn plan(request: &Request<'_>) -> Planned {
    let parsed = match options::parse(request) {
        Ok(parsed) => parsed,
        Err(output) => return output.into(),
    };
    let most = match parsed.value('L').map(|word| request.show(word).parse::<usize>()) {
        None => None,
        Some(Ok(most)) if most > 0 => Some(most),
        Some(_) => return Output::error("tree: Invalid level, must be greater than 0.\n", 1).into(),
    };
    let mut drawing = Drawing {
        request,
        parsed: &parsed,
        most,
        text: String::new(),
        steps: Vec::new(),
        directories: 0,
        files: 0,
        failed: false,
    };
    let here = [Text::from(".")];
    for path in if parsed.operands.is_empty() { &here[..] } else { &parsed.operands[..] } {
        drawing.root(path);
    }
    let mut text = std::mem::take(&mut drawing.text);
    if !parsed.has('N') {
        text.push_str(&drawing.report());
    }
    let status = if drawing.failed { 2 } else { 0 };
    Planned::new(Plan::independent(drawing.steps), move |_| {
        let mut output = Output::text(text);
        output.status = status;
        output
    })
}

impl Drawing<'_> {
    fn root(&mut self, path: &Text) {
        let shown = self.request.show(path);
        let call = Call::Getdents64 { path: path.clone() };
        self.steps.push(Step::new(self.request.actor, call));
        if !self.request.is_directory(path) {
            self.text.push_str(&format!("{shown}  [error opening dir]\n"));
            self.failed = true;
            return;
        }
        let mark = if self.parsed.has('F') { "/" } else { "" };
        let mark = if shown.ends_with('/') { "" } else { mark };
        let attributes = self.attributes(path);
        self.text.push_str(&format!("{attributes}{shown}{mark}\n"));
        let before = self.directories + self.files;
        self.below(path, &shown, "", 1);
        // A directory that is drawn counts, but for one that is empty.
        if self.directories + self.files > before {
            self.directories += 1;
        }
    }

    fn below(&mut self, path: &Text, shown: &str, indent: &str, level: usize) {
        if self.most.is_some_and(|most| level > most) {
            return;
        }
        let entries = self.request.names_in(path).unwrap_or_default();
        let entries: Vec<Entry> = entries.into_iter().filter(|entry| self.is_drawn(path, entry)).collect();
        let count = entries.len();
        for (index, entry) in entries.into_iter().enumerate() {
            if self.directories + self.files >= MOST {
                return;
            }
            let last = index + 1 == count;
            let (branch, more) = match (self.parsed.has('i'), last) {
                (true, _) => ("", ""),
                (false, true) => ("└── ", "    "),
                (false, false) => ("├── ", "│   "),
            };
            let inside = join(path, &entry.name);
            let full = format!("{}/{}", shown.trim_end_matches('/'), entry.name);
            let name = if self.parsed.has('f') { full.as_str() } else { &entry.name };
            let label = self.label(&inside, name, &entry);
            let attributes = self.attributes(&inside);
            self.text.push_str(&format!("{indent}{branch}{attributes}{label}\n"));
            if entry.kind == FileKind::Directory {
                let reads = self.most.is_none_or(|most| level < most);
                if reads {
                    let call = Call::Getdents64 { path: inside.clone() };
                    self.steps.push(Step::new(self.request.actor, call));
                }
                self.below(&inside, &full, &format!("{indent}{more}"), level + 1);
            }
        }
    }

    fn is_drawn(&self, path: &Text, entry: &Entry) -> bool {
        let directory = entry.kind == FileKind::Directory
            || (entry.kind == FileKind::Symlink && self.request.is_directory(&join(path, &entry.name)));
        (self.parsed.has('a') || !entry.name.starts_with('.')) && (directory || !self.parsed.has('d'))
    }

    /// The name, where a link points, and a mark for what it is; it is counted as well.
    fn label(&mut self, path: &Text, name: &str, entry: &Entry) -> String {
        let link = entry.kind == FileKind::Symlink;
        let directory = entry.kind == FileKind::Directory || (link && self.request.is_directory(path));
        if directory {
            self.directories += 1;
        } else {
            self.files += 1;
        }
        let mark = match entry.kind {
            _ if !self.parsed.has('F') => "",
            _ if directory => "/",
            FileKind::Fifo => "|",
            FileKind::Socket => "=",
            FileKind::Regular if self.is_executable(path) => "*",
            _ => "",
        };
        match self.request.target_of(path) {
            Ok(target) if link => format!("{name} -> {target}{mark}"),
            _ => format!("{name}{mark}"),
        }
    }

    fn is_executable(&self, path: &Text) -> bool {
        self.request.link(path).is_ok_and(|all| all.stat.mode & 0o111 != 0)
    }

    /// With `-p`, the mode in brackets.
    fn attributes(&self, path: &Text) -> String {
        match self.request.link(path) {
            Ok(all) if self.parsed.has('p') => {
                let (letter, mode) = (ls_render::letter(all.stat.kind), all.stat.mode);
                format!("[{letter}{}]  ", ls_render::permissions(mode))
            }
            _ => String::new(),
        }
    }

    fn report(&self) -> String {
        let Self { directories, files, .. } = self;
        let word =
            |count: usize, one: &str, many: &str| if count == 1 { one.to_owned() } else { many.to_owned() };
        let directories = format!("{directories} {}", word(*directories, "directory", "directories"));
        if self.parsed.has('d') {
            return format!("\n{directories}\n");
        }
        format!("\n{directories}, {files} {}\n", word(*files, "file", "files"))
    }
}
