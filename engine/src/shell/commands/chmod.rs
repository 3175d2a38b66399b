//! `chmod`, as coreutils': who may read, write and search.

use super::file_mode::{self, Mode};
use super::options::{self, flag};
use super::{Action, Command, Fidelity, Output, Planned, Request, TOOL, join};
use crate::plan::reply::{FileKind, Stat};
use crate::plan::{Call, Observation, Plan, Probe, Step, Text};

pub(super) const CHMOD: Command = Command {
    name: "chmod",
    usage: "[-Rcfv] MODE FILE…",
    options: &[flag('R', "recursive"), flag('c', "changes"), flag('f', "silent"), flag('v', "verbose")],
    fidelity: Fidelity::Partial("partial-command-chmod"),
    action: Action::Plan(plan),
    ..TOOL
};

/// A file and what becomes of it.
struct Change {
    path: String,
    /// Mode before and after; `None` for what could not be looked at.
    modes: Option<(u32, u32)>,
}

fn plan(request: &Request<'_>) -> Planned {
    match read(request) {
        Ok(planned) => planned,
        Err(output) => output.into(),
    }
}

/// `-w`, `-x` and the like are modes that look like options.
fn is_mode(word: &Text) -> bool {
    word.plain().and_then(|word| word.strip_prefix('-')).is_some_and(|rest| {
        rest.starts_with(|first| "rwxXstugo+=0123456789".contains(first))
            && file_mode::parse(&format!("-{rest}")).is_some()
    })
}

fn read(request: &Request<'_>) -> Result<Planned, Output> {
    let mut arguments = request.arguments.to_vec();
    let dashed = arguments.iter().position(is_mode).map(|index| arguments.remove(index));
    let parsed = options::parse(&Request { arguments: &arguments, ..*request })?;
    let mut operands = parsed.operands.clone();
    if let Some(mode) = dashed {
        operands.insert(0, mode);
    }
    let Some((word, files)) = operands.split_first() else {
        return Err(options::usage(request, "missing operand"));
    };
    let shown = request.show(word);
    if files.is_empty() {
        return Err(options::usage(request, &format!("missing operand after '{shown}'")));
    }
    let Some(mode) = file_mode::parse(&shown) else {
        return Err(options::usage(request, &format!("invalid mode: '{shown}'")));
    };
    let mut work = Work { request, mode, below: parsed.has('R'), steps: Vec::new(), changes: Vec::new() };
    for file in files {
        work.add(file);
    }
    let (silent, all, some) = (parsed.has('f'), parsed.has('v'), parsed.has('c'));
    let changes = work.changes;
    Ok(Planned::new(Plan::independent(work.steps), move |answers| {
        let mut output = Output::default();
        for (Change { path, modes }, answer) in changes.iter().zip(answers.answers) {
            match (answer, modes) {
                (Ok(_), Some((before, after))) => tell(&mut output, path, (*before, *after), all, some),
                (Ok(_), None) => {}
                (Err(_), _) if silent => output.status = 1,
                (Err(refusal), Some(_)) => {
                    let text = refusal.errno.text();
                    output.err(format!("chmod: changing permissions of '{path}': {text}\n"), 1);
                }
                (Err(refusal), None) => {
                    output.err(format!("chmod: cannot access '{path}': {}\n", refusal.errno.text()), 1);
                }
            }
        }
        output
    }))
}

fn tell(output: &mut Output, path: &str, (before, after): (u32, u32), all: bool, some: bool) {
    let shown = |mode: u32| format!("{mode:04o} ({})", super::ls_render::permissions(mode));
    if before != after && (all || some) {
        output.out(format!("mode of '{path}' changed from {} to {}\n", shown(before), shown(after)));
    } else if before == after && all {
        output.out(format!("mode of '{path}' retained as {}\n", shown(after)));
    }
}

struct Work<'r> {
    request: &'r Request<'r>,
    mode: Mode,
    below: bool,
    steps: Vec<Step>,
    changes: Vec<Change>,
}

impl Work<'_> {
    /// A file, and with `-R` what is below it, the directory first.
    fn add(&mut self, path: &Text) {
        let shown = self.request.show(path);
        let actor = self.request.actor;
        let stat: Stat = match self.request.look(path) {
            Observation::Stat(stat) => stat,
            // The refusal is the kernel's to give.
            _ => {
                self.steps.push(Step::new(actor, Call::Stat { path: path.clone() }));
                self.changes.push(Change { path: shown, modes: None });
                return;
            }
        };
        let mode = self.mode.applied(&stat);
        self.steps.push(Step::new(actor, Call::Fchmodat { path: path.clone(), mode }));
        self.changes.push(Change { path: shown, modes: Some((stat.mode, mode)) });
        if !self.below || stat.kind != FileKind::Directory {
            return;
        }
        let probe = Probe::Directory(path.clone());
        let Observation::Entries(entries) = self.request.observe.observe(actor, &probe) else { return };
        for entry in entries.iter().filter(|entry| entry.kind != FileKind::Symlink) {
            self.add(&join(path, &entry.name));
        }
    }
}
