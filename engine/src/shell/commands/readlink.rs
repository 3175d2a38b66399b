//! `readlink`, as coreutils'.

use super::options::{self, Opt, flag};
use super::work::{Job, planned};
use super::{Action, Command, Fidelity, Planned, Request, TOOL};
use crate::explain::sentence;
use crate::plan::reply::{FileKind, Reply};
use crate::plan::{Call, Errno, Text};

const OPTIONS: &[Opt] = &[
    flag('f', "canonicalize"),
    flag('e', "canonicalize-existing"),
    flag('m', "canonicalize-missing"),
    flag('n', "no-newline"),
    flag('q', "quiet"),
    flag('s', "silent"),
    flag('v', "verbose"),
];

pub(super) const READLINK: Command = Command {
    name: "readlink",
    usage: "[-efmnqsv] FILE…",
    options: OPTIONS,
    fidelity: Fidelity::Partial("partial-command-readlink"),
    action: Action::Plan(plan),
    ..TOOL
};

/// How much of a path has to be there.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Missing {
    Nothing,
    Last,
    Any,
}

fn plan(request: &Request<'_>) -> Planned {
    let parsed = match options::parse(request) {
        Ok(parsed) => parsed,
        Err(output) => return output.into(),
    };
    if parsed.operands.is_empty() {
        return options::usage(request, "missing operand").into();
    }
    let end = if parsed.has('n') && parsed.operands.len() == 1 { "" } else { "\n" };
    let verbose = parsed.has('v');
    let canonical = parsed.options.iter().rev().find_map(|(letter, _)| match letter {
        'f' => Some(Missing::Last),
        'e' => Some(Missing::Nothing),
        'm' => Some(Missing::Any),
        _ => None,
    });
    let job = move |path: Text| match canonical {
        Some(missing) => whole(path, missing, verbose, end),
        None => Job::calls(vec![Call::Readlink { path: path.clone() }], move |request, answers, work| {
            match answers.first() {
                Some(Ok(Reply::Data(target))) => work.output.out(format!("{target}{end}")),
                Some(Err(refusal)) if verbose => {
                    work.fail(format!("readlink: {}: {}\n", request.show(&path), refusal.errno.text()));
                }
                _ => work.output.status = 1,
            }
        }),
    };
    planned(request, parsed.operands.into_iter().map(job).collect())
}

fn whole(path: Text, missing: Missing, verbose: bool, end: &'static str) -> Job {
    Job::look(move |request, work| match resolve(request, &request.show(&path), missing) {
        Ok(path) => work.output.out(format!("{path}{end}")),
        Err(errno) if verbose => {
            work.fail(format!("readlink: {}: {}\n", request.show(&path), errno.text()));
        }
        Err(_) => work.output.status = 1,
    })
}

/// The path from the root without links, `.` and `..`, as realpath(3) finds it.
fn resolve(request: &Request<'_>, path: &str, missing: Missing) -> Result<String, Errno> {
    let whole = sentence::absolute(path, request.actor, request.observe);
    let mut rest: Vec<String> =
        whole.rsplit('/').filter(|part| !part.is_empty()).map(str::to_owned).collect();
    let mut done = String::new();
    let mut links = 0;
    while let Some(part) = rest.pop() {
        match part.as_str() {
            "." => continue,
            ".." => {
                done.truncate(done.rfind('/').unwrap_or(0));
                continue;
            }
            _ => {}
        }
        let next = format!("{done}/{part}");
        match request.link(&Text::from(next.as_str())) {
            Ok(all) if all.stat.kind == FileKind::Symlink => {
                links += 1;
                if links > 40 {
                    return Err(Errno::ELOOP);
                }
                let target = request.target_of(&Text::from(next.as_str()))?;
                if target.starts_with('/') {
                    done.clear();
                }
                rest.extend(target.rsplit('/').filter(|part| !part.is_empty()).map(str::to_owned));
            }
            Ok(all)
                if all.stat.kind != FileKind::Directory && !rest.is_empty() && missing != Missing::Any =>
            {
                return Err(Errno::ENOTDIR);
            }
            Ok(_) => done = next,
            Err(_) if missing == Missing::Any => done = next,
            Err(Errno::ENOENT) if missing == Missing::Last && rest.is_empty() => done = next,
            Err(errno) => return Err(errno),
        }
    }
    Ok(if done.is_empty() { "/".to_owned() } else { done })
}
