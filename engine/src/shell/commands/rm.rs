//! `rm`, as coreutils'.

use super::options::{self, Opt, flag};
use super::work::{Job, cannot, last_name, planned, refusal};
use super::{Action, Command, Output, Planned, Request, TOOL};
use crate::plan::reply::FileKind;
use crate::plan::{Call, Errno, Text};

const OPTIONS: &[Opt] = &[
    flag('f', "force"),
    flag('i', ""),
    flag('r', "recursive"),
    flag('R', "recursive"),
    flag('d', "dir"),
    flag('v', "verbose"),
];

pub(super) const RM: Command = Command {
    name: "rm",
    usage: "[-dfrv] FILE…",
    options: OPTIONS,
    fidelity: crate::plan::Fidelity::Partial("partial-command-rm"),
    action: Action::Plan(plan),
    ..TOOL
};

/// How it removes.
#[derive(Clone, Copy)]
pub(super) struct How {
    pub(super) tool: &'static str,
    pub(super) force: bool,
    pub(super) recursive: bool,
    pub(super) directories: bool,
    pub(super) verbose: bool,
}

fn plan(request: &Request<'_>) -> Planned {
    let parsed = match options::parse(request) {
        Ok(parsed) => parsed,
        Err(output) => return output.into(),
    };
    if parsed.has('i') {
        return Output::error(request.message("-i asks questions, which this shell does not"), 1).into();
    }
    let force = parsed.has('f');
    if parsed.operands.is_empty() && !force {
        return options::usage(request, "missing operand").into();
    }
    let recursive = parsed.has('r') || parsed.has('R');
    let (directories, verbose) = (parsed.has('d'), parsed.has('v'));
    let how = How { tool: "rm", force, recursive, directories, verbose };
    planned(request, parsed.operands.into_iter().map(|path| operand(path, how)).collect())
}

fn operand(path: Text, how: How) -> Job {
    Job::look(move |request, work| {
        let shown = request.show(&path);
        if how.recursive && matches!(last_name(&shown), "." | "..") {
            work.fail(format!("rm: refusing to remove '.' or '..' directory: skipping '{shown}'\n"));
        } else if how.recursive && shown.chars().all(|c| c == '/') && !shown.is_empty() {
            work.fail(
                "rm: it is dangerous to operate recursively on '/'\n\
                 rm: use --no-preserve-root to override this failsafe\n",
            );
        } else {
            work.first([remove(path, how)]);
        }
    })
}

/// Removes a name and, where that is asked for, all below it.
pub(super) fn remove(path: Text, how: How) -> Job {
    Job::look(move |request, work| {
        let shown = request.show(&path);
        let kind = request.link(&path).ok().map(|all| all.stat.kind);
        if kind != Some(FileKind::Directory) {
            return work.first([take(path, shown, false, how)]);
        }
        if !how.recursive && !how.directories {
            return work.fail(cannot(how.tool, "cannot remove", &shown, Errno::EISDIR));
        }
        let entries = if how.recursive { request.names_in(&path).unwrap_or_default() } else { Vec::new() };
        let before = work.failures;
        let mut jobs: Vec<Job> =
            entries.iter().map(|entry| remove(super::join(&path, &entry.name), how)).collect();
        // A directory in which something stays is left alone.
        jobs.push(Job::look(move |_, work| {
            if work.failures == before {
                work.first([take(path, shown, true, how)]);
            }
        }));
        work.first(jobs);
    })
}

fn take(path: Text, shown: String, directory: bool, how: How) -> Job {
    let call = if directory { Call::Rmdir { path } } else { Call::Unlink { path } };
    Job::calls(vec![call], move |_, answers, work| match refusal(answers) {
        None if how.verbose && directory => work.output.out(format!("removed directory '{shown}'\n")),
        None if how.verbose => work.output.out(format!("removed '{shown}'\n")),
        None => {}
        Some(Errno::ENOENT) if how.force => {}
        Some(errno) => work.fail(cannot(how.tool, "cannot remove", &shown, errno)),
    })
}
