//! `mv`, as coreutils'.

use super::copy_tree::{Copy, Follow, How, copy, destination, operands};
use super::options::{self, Opt, flag};
use super::work::{Job, cannot, planned, refusal};
use super::{Action, Command, Fidelity, Output, Planned, Request, TOOL, rm};
use crate::plan::reply::FileKind;
use crate::plan::{Call, Errno, Text};

const OPTIONS: &[Opt] = &[
    flag('f', "force"),
    flag('i', "interactive"),
    flag('n', "no-clobber"),
    flag('T', "no-target-directory"),
    flag('v', "verbose"),
];

pub(super) const MV: Command = Command {
    name: "mv",
    usage: "[-fnTv] SOURCE… DESTINATION",
    options: OPTIONS,
    fidelity: Fidelity::Partial("partial-command-mv"),
    action: Action::Plan(plan),
    ..TOOL
};

/// A move of one name.
#[derive(Clone)]
struct Move {
    from: Text,
    to: Text,
    keep: bool,
    verbose: bool,
}

fn plan(request: &Request<'_>) -> Planned {
    read(request).unwrap_or_else(Planned::from)
}

fn read(request: &Request<'_>) -> Result<Planned, Output> {
    let parsed = options::parse(request)?;
    if parsed.has('i') {
        return Err(Output::error(request.message("-i asks questions, which this shell does not"), 1));
    }
    let (sources, target, into) = operands(request, &parsed.operands, parsed.has('T'))?;
    let (keep, verbose) = (parsed.has('n'), parsed.has('v'));
    let job = |from: &Text| {
        let to = destination(request, from, &target, into);
        Job::look(move_one(Move { from: from.clone(), to, keep, verbose }))
    };
    Ok(planned(request, sources.iter().map(job).collect()))
}

fn move_one(what: Move) -> impl FnOnce(&Request<'_>, &mut super::work::Work) + 'static {
    move |request, work| {
        let (source, target) = (request.show(&what.from), request.show(&what.to));
        let from = match request.link(&what.from) {
            Ok(from) => from,
            Err(errno) => return work.fail(cannot("mv", "cannot stat", &source, errno)),
        };
        if let Ok(there) = request.link(&what.to) {
            let kinds = (from.stat.kind == FileKind::Directory, there.stat.kind == FileKind::Directory);
            match kinds {
                _ if source == target => {
                    return work.fail(format!("mv: '{source}' and '{target}' are the same file\n"));
                }
                _ if what.keep => return,
                (true, false) => {
                    let with = format!("with directory '{source}'\n");
                    return work.fail(format!("mv: cannot overwrite non-directory '{target}' {with}"));
                }
                (false, true) => {
                    return work
                        .fail(format!("mv: cannot overwrite directory '{target}' with non-directory\n"));
                }
                _ => {}
            }
        }
        let call = Call::Rename { from: what.from.clone(), to: what.to.clone() };
        work.first([Job::calls(vec![call], move |_, answers, work| match refusal(answers) {
            None if what.verbose => work.output.out(format!("renamed '{source}' -> '{target}'\n")),
            None => {}
            Some(Errno::EXDEV) => work.first(copy_and_remove(what)),
            Some(Errno::EINVAL) => {
                work.fail(format!("mv: cannot move '{source}' to a subdirectory of itself, '{target}'\n"));
            }
            Some(errno) => {
                work.fail(format!("mv: cannot move '{source}' to '{target}': {}\n", errno.text()));
            }
        })]);
    }
}

/// What can't be renamed is copied as `cp -a` does, and then removed.
fn copy_and_remove(what: Move) -> Vec<Job> {
    let how = How {
        tool: "mv",
        recursive: true,
        follow: Follow::None,
        preserve: true,
        force: true,
        keep: false,
        verbose: what.verbose,
    };
    let from = what.from.clone();
    let copied = copy(Copy { from: what.from, to: what.to, operand: true }, how);
    let verbose = what.verbose;
    let removed = Job::look(move |_, work| {
        if work.failures == 0 {
            let how = rm::How { tool: "mv", force: false, recursive: true, directories: true, verbose };
            work.first([rm::remove(from, how)]);
        }
    });
    vec![copied, removed]
}
