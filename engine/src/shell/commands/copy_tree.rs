//! Copies of files and of all below a directory, as `cp` and `mv` make them.

use super::work::{Job, cannot, last_name, refusal};
use super::{Request, join};
use crate::plan::reply::{FileKind, Statx};
use crate::plan::{Call, Errno, OpenMode, SetTime, Text};

/// How it is copied.
#[derive(Clone, Copy)]
pub(super) struct How {
    pub(super) tool: &'static str,
    pub(super) recursive: bool,
    /// Symbolic links are followed, all of them, or only those that were typed.
    pub(super) follow: Follow,
    /// Mode, owner and times stay the same.
    pub(super) preserve: bool,
    pub(super) force: bool,
    /// What is there already is left alone.
    pub(super) keep: bool,
    pub(super) verbose: bool,
}

/// Which symbolic links are followed.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Follow {
    All,
    Operands,
    None,
}

/// A copy of one name.
#[derive(Clone)]
pub(super) struct Copy {
    pub(super) from: Text,
    pub(super) to: Text,
    /// It was typed, and not found below a directory.
    pub(super) operand: bool,
}

/// Copies a name and, where that is asked for, all below it.
pub(super) fn copy(what: Copy, how: How) -> Job {
    Job::look(move |request, work| {
        let shown = request.show(&what.from);
        let follow = how.follow == Follow::All || (how.follow == Follow::Operands && what.operand);
        let found = if follow { followed(request, &what.from) } else { request.link(&what.from) };
        match found {
            Err(errno) => work.fail(cannot(how.tool, "cannot stat", &shown, errno)),
            Ok(all) if all.stat.kind == FileKind::Directory && !how.recursive => {
                work.fail(format!("{}: -r not specified; omitting directory '{shown}'\n", how.tool));
            }
            Ok(all) => match refused(request, &what, &all, how) {
                Some(message) if message.is_empty() => {}
                Some(message) => work.fail(message),
                None if all.stat.kind == FileKind::Directory => work.first([directory(what, all, how)]),
                None => work.first([file(request, what, all, how)]),
            },
        }
    })
}

/// The attributes of what a link leads to.
fn followed(request: &Request<'_>, path: &Text) -> Result<Statx, Errno> {
    let mut path = path.clone();
    for _ in 0..41 {
        let all = request.link(&path)?;
        if all.stat.kind != FileKind::Symlink {
            return Ok(all);
        }
        let target = request.target_of(&path)?;
        path = beside(&request.show(&path), &target);
    }
    Err(Errno::ELOOP)
}

/// The path of a link's target, which is relative to the link's directory.
pub(super) fn beside(link: &str, target: &str) -> Text {
    let directory = link.trim_end_matches('/').rsplit_once('/').map(|(directory, _)| directory);
    match directory {
        Some(directory) if !target.starts_with('/') => Text::from(format!("{directory}/{target}")),
        _ => Text::from(target),
    }
}

/// What is said instead of copying; an empty message where nothing is done and nothing is said.
fn refused(request: &Request<'_>, what: &Copy, from: &Statx, how: How) -> Option<String> {
    let (source, target) = (request.show(&what.from), request.show(&what.to));
    let there = followed(request, &what.to).or_else(|_| request.link(&what.to)).ok()?;
    let tool = how.tool;
    let same = there.inode == from.inode && there.device == from.device;
    if same && from.stat.kind != FileKind::Directory {
        return Some(format!("{tool}: '{source}' and '{target}' are the same file\n"));
    }
    match (from.stat.kind, there.stat.kind) {
        (FileKind::Directory, FileKind::Directory) => None,
        (FileKind::Directory, _) => {
            Some(format!("{tool}: cannot overwrite non-directory '{target}' with directory '{source}'\n"))
        }
        (_, FileKind::Directory) => {
            Some(format!("{tool}: cannot overwrite directory '{target}' with non-directory\n"))
        }
        _ if how.keep => Some(String::new()),
        _ => None,
    }
}

/// A directory is made, then what is in it, then its attributes are set.
fn directory(what: Copy, all: Statx, how: How) -> Job {
    Job::look(move |request, work| {
        let (source, target) = (request.show(&what.from), request.show(&what.to));
        let entries = match request.names_in(&what.from) {
            Ok(entries) => entries,
            Err(errno) => return work.fail(cannot(how.tool, "cannot access", &source, errno)),
        };
        let whole = |path: &str| crate::explain::sentence::absolute(path, request.actor, request.observe);
        let inside = whole(&target).strip_prefix(&whole(&source)).is_some_and(|rest| rest.starts_with('/'));
        if inside && what.operand {
            let tool = how.tool;
            let message = format!("{tool}: cannot copy a directory, '{source}', into itself, '{target}'\n");
            work.fail(message);
            return;
        }
        let there = request.is_directory(&what.to);
        let mut jobs = Vec::new();
        if !there {
            // Whoever copies has to be able to write into it.
            let call = Call::Mkdir { path: what.to.clone(), mode: all.stat.mode & 0o777 | 0o700 };
            let (shown, told) = (target.clone(), format!("'{source}' -> '{target}'\n"));
            let children: Vec<Job> = children(&what, entries, how);
            let last = attributes(request, &what.to, &all, how);
            jobs.push(Job::calls(vec![call], move |_, answers, work| match refusal(answers) {
                Some(errno) => work.fail(cannot(how.tool, "cannot create directory", &shown, errno)),
                None => {
                    if how.verbose {
                        work.output.out(told);
                    }
                    work.first(children.into_iter().chain(last));
                }
            }));
        } else {
            jobs.extend(children(&what, entries, how));
            jobs.extend(attributes(request, &what.to, &all, how));
        }
        work.first(jobs);
    })
}

fn children(what: &Copy, entries: Vec<crate::plan::reply::Entry>, how: How) -> Vec<Job> {
    let child = |name: &str| Copy { from: join(&what.from, name), to: join(&what.to, name), operand: false };
    entries.iter().map(|entry| copy(child(&entry.name), how)).collect()
}

/// A file that is no directory.
fn file(request: &Request<'_>, what: Copy, all: Statx, how: How) -> Job {
    let (source, target) = (request.show(&what.from), request.show(&what.to));
    let there = request.link(&what.to).ok();
    let (calls, does) = match all.stat.kind {
        FileKind::Symlink => {
            let link = request.target_of(&what.from).unwrap_or_default();
            (vec![Call::Symlink { target: Text::from(link), path: what.to.clone() }], "symbolic link")
        }
        FileKind::Regular => return content(request, what, all, how),
        _ if !how.recursive => return content(request, what, all, how),
        kind => {
            let (major, minor) = all.represents;
            let call = Call::Mknod { path: what.to.clone(), kind, mode: all.stat.mode, major, minor };
            (vec![call], "special file")
        }
    };
    let mut jobs = Vec::new();
    if there.is_some() {
        let shown = target.clone();
        jobs.push(Job::call(Call::Unlink { path: what.to.clone() }, move |errno| {
            cannot(how.tool, "cannot remove", &shown, errno)
        }));
    }
    let after = attributes(request, &what.to, &all, how);
    jobs.push(Job::calls(calls, move |_, answers, work| match refusal(answers) {
        Some(errno) => work.fail(cannot(how.tool, &format!("cannot create {does}"), &target, errno)),
        None => {
            if how.verbose {
                work.output.out(format!("'{source}' -> '{target}'\n"));
            }
            work.first(after);
        }
    }));
    Job::look(move |_, work| work.first(jobs))
}

/// A regular file: it is opened, made or emptied, and filled.
fn content(request: &Request<'_>, what: Copy, all: Statx, how: How) -> Job {
    let (source, target) = (request.show(&what.from), request.show(&what.to));
    let there = request.link(&what.to).is_ok();
    let mode = if how.preserve { all.stat.mode & 0o700 } else { all.stat.mode & 0o777 };
    let open = Call::Open { path: what.from.clone(), mode: OpenMode::Read };
    let create = (!there).then_some(mode);
    let fill = Call::CopyFileRange { from: what.from.clone(), to: what.to.clone(), create };
    let after = attributes(request, &what.to, &all, how);
    let shown = source.clone();
    let filling = Job::calls(vec![fill], move |request, answers, work| {
        let refused = answers.iter().find_map(|answer| answer.as_ref().err());
        match refused {
            None => {
                if how.verbose {
                    work.output.out(format!("'{source}' -> '{target}'\n"));
                }
                work.first(after);
            }
            // With -f what can't be opened is removed first.
            Some(refusal) if how.force && there && refusal.at == "open" => {
                let shown = target.clone();
                let remove = Job::call(Call::Unlink { path: what.to.clone() }, move |errno| {
                    cannot(how.tool, "cannot remove", &shown, errno)
                });
                work.first([remove, content(request, what, all, How { force: false, ..how })]);
            }
            Some(refusal) => {
                let does = match refusal.at.as_str() {
                    "open" => "cannot create regular file",
                    "read" => "error reading",
                    _ => return work.fail(copying(how.tool, &source, &target, refusal.errno)),
                };
                let errno = match (refusal.errno, target.ends_with('/')) {
                    (Errno::EISDIR, true) => Errno::ENOTDIR,
                    (errno, _) => errno,
                };
                work.fail(cannot(how.tool, does, &target, errno));
            }
        }
    });
    Job::calls(vec![open], move |_, answers, work| match refusal(answers) {
        Some(errno) => {
            let text = errno.text();
            work.fail(format!("{}: cannot open '{shown}' for reading: {text}\n", how.tool));
        }
        None => work.first([filling]),
    })
}

fn copying(tool: &str, source: &str, target: &str, errno: Errno) -> String {
    format!("{tool}: error copying '{source}' to '{target}': {}\n", errno.text())
}

/// Times, owner and mode, where they are to stay the same.
fn attributes(request: &Request<'_>, to: &Text, all: &Statx, how: How) -> Vec<Job> {
    if !how.preserve {
        return Vec::new();
    }
    let (tool, target) = (how.tool, request.show(to));
    let link = all.stat.kind == FileKind::Symlink;
    let times = Call::Utimensat {
        path: to.clone(),
        access: SetTime::At(all.accessed),
        modify: SetTime::At(all.modified),
        nofollow: link,
    };
    let owner =
        Call::Fchownat { path: to.clone(), uid: Some(all.stat.uid), gid: Some(all.stat.gid), nofollow: link };
    let mode = Call::Fchmodat { path: to.clone(), mode: all.stat.mode };
    let job = |call: Call, what: &'static str| {
        let target = target.clone();
        Job::calls(vec![call], move |_, answers, work| {
            // Who may not give files away keeps them (cp(1), "--preserve").
            if let Some(errno) =
                refusal(answers).filter(|errno| what != "ownership" || *errno != Errno::EPERM)
            {
                work.fail(format!("{tool}: preserving {what} for '{target}': {}\n", errno.text()));
            }
        })
    };
    let mut jobs = vec![job(times, "times"), job(owner, "ownership")];
    if !link {
        jobs.push(job(mode, "permissions"));
    }
    jobs
}

/// Where a file goes: into a directory that is there under its own name, else to the name that was typed.
pub(super) fn destination(request: &Request<'_>, from: &Text, to: &Text, into: bool) -> Text {
    if into { join(to, last_name(&request.show(from))) } else { to.clone() }
}

/// Operands, and the last of them apart: what is copied and where to. As coreutils puts what is missing.
pub(super) fn operands(
    request: &Request<'_>,
    operands: &[Text],
    no_target: bool,
) -> Result<(Vec<Text>, Text, bool), super::Output> {
    let usage = |message: &str| super::options::usage(request, message);
    let error = |message: String| super::Output::error(request.message(&message), 1);
    let Some((last, rest)) = operands.split_last() else { return Err(usage("missing file operand")) };
    let shown = request.show(last);
    if rest.is_empty() {
        return Err(usage(&format!("missing destination file operand after '{shown}'")));
    }
    if no_target {
        if let [_, extra, ..] = rest {
            let extra = if rest.len() > 2 { request.show(extra) } else { shown };
            return Err(usage(&format!("extra operand '{extra}'")));
        }
        return Ok((rest.to_vec(), last.clone(), false));
    }
    let into = request.is_directory(last);
    if rest.len() > 1 && !into {
        let errno = request.link(last).err().unwrap_or(Errno::ENOTDIR);
        return Err(error(format!("target '{shown}': {}", errno.text())));
    }
    Ok((rest.to_vec(), last.clone(), into))
}
