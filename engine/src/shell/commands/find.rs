//! `find`, as findutils'. Its expressions are in `find_expression`.

use super::find_expression::{Act, Expression, File, parse};
use super::{Action, Command, Fidelity, Output, Planned, Request, TOOL, join};
use crate::plan::reply::FileKind;
use crate::plan::{Call, Errno, Plan, Step, Text};

pub(super) const FIND: Command = Command {
    name: "find",
    usage: "[-L] [PATH…] [EXPRESSION]",
    fidelity: Fidelity::Partial("partial-command-find"),
    action: Action::Plan(plan),
    ..TOOL
};

/// How many files one `find` looks at.
const MOST: usize = 20_000;

/// What comes of a file.
enum Event {
    Print(String),
    Say(String),
    /// A directory is read, or a file looked at.
    Look(Call, String),
    Delete(Call, String),
}

/// A search under way.
struct Search<'r> {
    request: &'r Request<'r>,
    expression: Expression,
    follow: bool,
    events: Vec<Event>,
    seen: usize,
}

fn plan(request: &Request<'_>) -> Planned {
    let words = request.words();
    let follow = words.first().is_some_and(|word| word == "-L");
    let skipped = words.iter().take_while(|word| ["-L", "-P", "-H"].contains(&word.as_str())).count();
    let words = words.get(skipped..).unwrap_or_default();
    let is_path = |word: &&String| !word.starts_with('-') && !["(", ")", "!", ","].contains(&word.as_str());
    let n_paths = words.iter().take_while(is_path).count();
    let (paths, tests) = words.split_at(n_paths);
    let expression = match parse(request, tests) {
        Ok(expression) => expression,
        Err(message) => return Output::error(format!("find: {message}\n"), 1).into(),
    };
    let mut search = Search { request, expression, follow, events: Vec::new(), seen: 0 };
    let here = [".".to_owned()];
    for path in if paths.is_empty() { &here[..] } else { paths } {
        search.start(path);
    }
    finish(request, search.events)
}

/// The calls in order, and what is printed between them.
fn finish(request: &Request<'_>, events: Vec<Event>) -> Planned {
    let calls = events.iter().filter_map(|event| match event {
        Event::Look(call, _) | Event::Delete(call, _) => Some(Step::new(request.actor, call.clone())),
        Event::Print(_) | Event::Say(_) => None,
    });
    Planned::new(Plan::independent(calls.collect()), move |answers| {
        let mut output = Output::default();
        let mut answers = answers.answers.iter();
        for event in events {
            match event {
                Event::Print(text) => output.out(text),
                Event::Say(text) => output.err(text, 1),
                Event::Look(_, path) => {
                    if let Some(Err(refusal)) = answers.next() {
                        output.err(format!("find: '{path}': {}\n", refusal.errno.text()), 1);
                    }
                }
                Event::Delete(_, path) => {
                    if let Some(Err(refusal)) = answers.next() {
                        let text = refusal.errno.text();
                        output.err(format!("find: cannot delete '{path}': {text}\n"), 1);
                    }
                }
            }
        }
        output
    })
}

impl Search<'_> {
    fn start(&mut self, path: &str) {
        let text = Text::from(path);
        let call = Call::Statx { path: text.clone(), nofollow: !self.follow };
        self.events.push(Event::Look(call, path.to_owned()));
        if self.request.link(&text).is_ok() {
            self.visit(&text, path, 0);
        }
    }

    fn visit(&mut self, path: &Text, shown: &str, depth: u64) {
        self.seen += 1;
        if self.seen > MOST {
            if self.seen == MOST + 1 {
                self.events.push(Event::Say("find: there are too many files\n".to_owned()));
            }
            return;
        }
        let Ok(all) = self.request.link(path) else { return };
        let followed = self.follow && all.stat.kind == FileKind::Symlink;
        let kind = match self.request.look(path) {
            crate::plan::Observation::Stat(stat) if followed => stat.kind,
            _ => all.stat.kind,
        };
        let directory = kind == FileKind::Directory;
        let empty = match self.request.names_in(path) {
            _ if !directory => all.stat.size == 0 && kind == FileKind::Regular,
            Ok(entries) => entries.is_empty(),
            Err(_) => false,
        };
        let file = File { path: shown, kind, all: &all, empty };
        if !self.expression.depth {
            let prune = self.evaluate(&file, path, depth);
            if directory && !prune {
                self.descend(path, shown, depth);
            }
        } else {
            if directory {
                self.descend(path, shown, depth);
            }
            self.evaluate(&file, path, depth);
        }
    }

    fn descend(&mut self, path: &Text, shown: &str, depth: u64) {
        if self.expression.most.is_some_and(|most| depth >= most) {
            return;
        }
        self.events.push(Event::Look(Call::Getdents64 { path: path.clone() }, shown.to_owned()));
        for entry in self.request.names_in(path).unwrap_or_default() {
            let slash = if shown.ends_with('/') { "" } else { "/" };
            self.visit(&join(path, &entry.name), &format!("{shown}{slash}{}", entry.name), depth + 1);
        }
    }

    /// Applies the expression; true where what is below shall be left out.
    fn evaluate(&mut self, file: &File<'_>, path: &Text, depth: u64) -> bool {
        if depth < self.expression.least {
            return false;
        }
        let mut acts = Vec::new();
        self.expression.apply(file, &mut acts);
        let mut prune = false;
        for act in acts {
            match act {
                Act::Print(end) => self.events.push(Event::Print(format!("{}{end}", file.path))),
                Act::Prune => prune = true,
                // What was named as `.` can't be removed, and find does not try.
                Act::Delete if file.path == "." => {}
                Act::Delete => {
                    let call = match file.all.stat.kind {
                        FileKind::Directory => Call::Rmdir { path: path.clone() },
                        _ => Call::Unlink { path: path.clone() },
                    };
                    self.events.push(Event::Delete(call, file.path.to_owned()));
                }
            }
        }
        prune
    }
}

/// The text of an error, for those who quote.
pub(super) fn reason(errno: Errno) -> &'static str {
    errno.text()
}
