//! `ln`, as coreutils'.

use super::options::{self, Opt, Parsed, flag};
use super::work::{Job, Work, cannot, last_name, planned, refusal};
use super::{Action, Command, Fidelity, Output, Planned, Request, TOOL, join};
use crate::plan::reply::FileKind;
use crate::plan::{Call, Errno, Text};

const OPTIONS: &[Opt] = &[
    flag('f', "force"),
    flag('n', "no-dereference"),
    flag('s', "symbolic"),
    flag('T', "no-target-directory"),
    flag('v', "verbose"),
];

pub(super) const LN: Command = Command {
    name: "ln",
    usage: "[-fnsTv] TARGET… [LINK]",
    options: OPTIONS,
    fidelity: Fidelity::Partial("partial-command-ln"),
    action: Action::Plan(plan),
    ..TOOL
};

/// A link to make.
struct Link {
    target: Text,
    path: Text,
    symbolic: bool,
    force: bool,
    verbose: bool,
}

fn plan(request: &Request<'_>) -> Planned {
    read(request).unwrap_or_else(Planned::from)
}

fn read(request: &Request<'_>) -> Result<Planned, Output> {
    let parsed = options::parse(request)?;
    let (targets, place) = places(request, &parsed)?;
    let link = |target: &Text| {
        let path = match &place {
            Place::At(path) => path.clone(),
            Place::In(directory) => join(directory, last_name(&request.show(target))),
        };
        let (symbolic, force, verbose) = (parsed.has('s'), parsed.has('f'), parsed.has('v'));
        let link = Link { target: target.clone(), path, symbolic, force, verbose };
        Job::look(|request, work| make(request, work, link))
    };
    Ok(planned(request, targets.iter().map(link).collect()))
}

/// Where the links go.
enum Place {
    At(Text),
    In(Text),
}

/// Of one operand the link is in the working directory; else the last is the link, or a directory for links.
fn places(request: &Request<'_>, parsed: &Parsed) -> Result<(Vec<Text>, Place), Output> {
    let Some((last, rest)) = parsed.operands.split_last() else {
        return Err(options::usage(request, "missing file operand"));
    };
    if rest.is_empty() && !parsed.has('T') {
        return Ok((vec![last.clone()], Place::In(Text::from("."))));
    }
    let shown = request.show(last);
    if rest.is_empty() {
        return Err(options::usage(request, &format!("missing destination file operand after '{shown}'")));
    }
    let link = request.link(last).is_ok_and(|all| all.stat.kind == FileKind::Symlink);
    let into = !parsed.has('T') && request.is_directory(last) && !(parsed.has('n') && link);
    if rest.len() > 1 && !into {
        let errno = request.link(last).err().unwrap_or(Errno::ENOTDIR);
        return Err(Output::error(request.message(&format!("target '{shown}': {}", errno.text())), 1));
    }
    let place = if into { Place::In(last.clone()) } else { Place::At(last.clone()) };
    Ok((rest.to_vec(), place))
}

fn make(request: &Request<'_>, work: &mut Work, link: Link) {
    let (target, path) = (request.show(&link.target), request.show(&link.path));
    if !link.symbolic {
        match request.link(&link.target) {
            Err(errno) => return work.fail(cannot("ln", "failed to access", &target, errno)),
            Ok(all) if all.stat.kind == FileKind::Directory => {
                return work.fail(format!("ln: {target}: hard link not allowed for directory\n"));
            }
            Ok(_) => {}
        }
    }
    let there = request.link(&link.path).ok();
    if link.force && there.is_some() {
        if target == path && !link.symbolic {
            return work.fail(format!("ln: '{target}' and '{path}' are the same file\n"));
        }
        let shown = path.clone();
        let remove = Call::Unlink { path: link.path.clone() };
        work.first([
            Job::call(remove, move |errno| cannot("ln", "cannot remove", &shown, errno)),
            call(link, target, path),
        ]);
    } else {
        work.first([call(link, target, path)]);
    }
}

fn call(link: Link, target: String, path: String) -> Job {
    let Link { target: to, path: at, symbolic, verbose, .. } = link;
    let (call, arrow) = match symbolic {
        true => (Call::Symlink { target: to, path: at }, "->"),
        false => (Call::Link { from: to, to: at }, "=>"),
    };
    Job::calls(vec![call], move |_, answers, work| match refusal(answers) {
        None if verbose => work.output.out(format!("'{path}' {arrow} '{target}'\n")),
        None => {}
        Some(errno) if symbolic => {
            work.fail(cannot("ln", "failed to create symbolic link", &path, errno));
        }
        Some(errno @ (Errno::EEXIST | Errno::ENOSPC | Errno::EROFS)) => {
            work.fail(cannot("ln", "failed to create hard link", &path, errno));
        }
        Some(errno) => {
            let text = errno.text();
            work.fail(format!("ln: failed to create hard link '{path}' => '{target}': {text}\n"));
        }
    })
}
