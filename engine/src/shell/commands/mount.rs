//! `mount`, as util-linux'.

use super::mount_options::{self, MountOptions};
use super::mount_refused::{Asked, DMESG, refused};
use super::options::{self, Opt, Parsed, flag, value};
use super::{Action, Command, Completes, Output, Planned, Request, TOOL, cat};
use crate::host::CONTROLLER_ORDER;
use crate::plan::probe::MountInfo;
use crate::plan::{Call, Fidelity, FileRef, Observation, Plan, Probe, Reply, Step, Text};
use crate::shell::{Hint, nearest};

const fn long(short: char, long: &'static str) -> Opt {
    Opt { short, long, takes: false, only_long: true }
}

const OPTIONS: &[Opt] = &[
    value('t', "types"),
    value('o', "options"),
    flag('r', "read-only"),
    flag('w', "rw"),
    flag('n', "no-mtab"),
    flag('v', "verbose"),
    flag('B', "bind"),
    flag('R', "rbind"),
    flag('M', "move"),
    long('1', "make-shared"),
    long('2', "make-private"),
    long('3', "make-slave"),
    long('4', "make-unbindable"),
    long('5', "make-rshared"),
    long('6', "make-rprivate"),
    long('7', "make-rslave"),
    long('8', "make-runbindable"),
];

/// Words of `-o` that stand for options, by the letters of those.
const WORDS: [(char, &str); 11] = [
    ('B', "bind"),
    ('R', "rbind"),
    ('M', "move"),
    ('1', "shared"),
    ('2', "private"),
    ('3', "slave"),
    ('4', "unbindable"),
    ('5', "rshared"),
    ('6', "rprivate"),
    ('7', "rslave"),
    ('8', "runbindable"),
];

pub(super) const MOUNT: Command = Command {
    name: "mount",
    usage: "[-rwv] [-t TYPE] [-o OPTIONS] [--bind | --rbind | --move] [--make-[r]KIND] [SOURCE] DIRECTORY",
    options: OPTIONS,
    fidelity: Fidelity::Partial("partial-command-mount"),
    completes: Completes::Directories,
    action: Action::Plan(plan),
    ..TOOL
};

/// What is to be mounted.
struct Wanted {
    source: Text,
    target: Text,
    fstype: String,
    options: MountOptions,
    verbose: bool,
}

fn plan(request: &Request<'_>) -> Planned {
    let parsed = match options::parse(request) {
        Ok(parsed) => parsed,
        Err(output) => return output.into(),
    };
    let options = read_options(request, &parsed);
    let only_kinds = options.is_only_kinds();
    match parsed.operands.as_slice() {
        [] if parsed.options.iter().all(|(letter, _)| "tnv".contains(*letter)) => {
            table(request, parsed.value('t').map(|types| request.show(types)))
        }
        [target] if options.has("remount") => remount_known(request, &parsed, target, options),
        [target] if only_kinds && parsed.options.iter().all(|(letter, _)| *letter != 'o') => {
            perform(request, wanted(request, &parsed, &Text::from("none"), target, options))
        }
        [target] if options.has("bind") && parsed.value('o').is_none() => {
            perform(request, wanted(request, &parsed, &Text::from("none"), target, options))
        }
        [one] => {
            let message = format!("mount: {}: can't find in /etc/fstab.\n", request.show(one));
            Output::error(message, 1).with_hint(Some(Hint::new("hint-mount-usage"))).into()
        }
        [source, target] => perform(request, wanted(request, &parsed, source, target, options)),
        _ => Output::error("mount: bad usage\nTry 'mount --help' for more information.\n", 1).into(),
    }
}

fn wanted(
    request: &Request<'_>,
    parsed: &Parsed,
    source: &Text,
    target: &Text,
    options: MountOptions,
) -> Wanted {
    let fstype = parsed.value('t').map(|fstype| request.show(fstype)).unwrap_or_default();
    Wanted { source: source.clone(), target: target.clone(), fstype, options, verbose: parsed.has('v') }
}

fn read_options(request: &Request<'_>, parsed: &Parsed) -> MountOptions {
    let mut options = MountOptions::default();
    add_options(request, parsed, &mut options);
    options
}

fn add_options(request: &Request<'_>, parsed: &Parsed, options: &mut MountOptions) {
    for (letter, words) in &parsed.options {
        match letter {
            'o' => options.add(&request.show(words)),
            'r' => options.add("ro"),
            'w' => options.add("rw"),
            _ => {
                let word = WORDS.iter().find(|(known, _)| known == letter);
                options.add(word.map_or("", |(_, word)| word));
            }
        }
    }
}

/// Without arguments: the mount table.
fn table(request: &Request<'_>, types: Option<String>) -> Planned {
    let call = Call::Read { file: FileRef::Path(Text::from("/proc/mounts")), at_most: None };
    Planned::new(Plan::independent(vec![Step::new(request.actor, call)]), move |answers| {
        match answers.answers {
            [Ok(Reply::Data(text))] => {
                Output::text(text.lines().filter_map(|line| row(line, types.as_deref())).collect::<String>())
            }
            [Err(refusal)] => Output::error(format!("mount: /proc/mounts: {}\n", refusal.errno.text()), 1),
            _ => Output::default(),
        }
    })
}

fn row(line: &str, types: Option<&str>) -> Option<String> {
    let mut fields = line.split(' ');
    let (source, target, fstype, options) = (fields.next()?, fields.next()?, fields.next()?, fields.next()?);
    let shown = types.is_none_or(|types| is_of_type(fstype, types));
    shown.then(|| format!("{} on {} type {fstype} ({options})\n", unescape(source), unescape(target)))
}

/// True for a kind of file system in a list such as `tmpfs,proc`, or not in one such as `nocgroup`.
pub(super) fn is_of_type(fstype: &str, types: &str) -> bool {
    match types.strip_prefix("no") {
        Some(others) => !others.split(',').any(|one| one == fstype),
        None => types.split(',').any(|one| one == fstype),
    }
}

/// /proc/mounts writes blanks and the like as octal numbers.
pub(super) fn unescape(field: &str) -> String {
    let escapes = [("\\040", " "), ("\\011", "\t"), ("\\012", "\n"), ("\\043", "#"), ("\\134", "\\")];
    escapes.iter().fold(field.to_owned(), |text, (escape, char)| text.replace(escape, char))
}

/// `mount -o remount,… DIRECTORY`: what is not said is taken from the mount table.
fn remount_known(request: &Request<'_>, parsed: &Parsed, target: &Text, asked: MountOptions) -> Planned {
    let shown = canonical(request, target);
    let mounts = mounts(request);
    let Some(known) = mounts.iter().rev().find(|mount| mount.target == shown) else {
        let there = matches!(request.look(target), Observation::Stat(_));
        let why = if there { "mount point not mounted or bad option" } else { "mount point does not exist" };
        return Output::error(format!("mount: {shown}: {why}.\n{DMESG}"), 32).into();
    };
    let mut options = MountOptions::default();
    options
        .add(&known.options.iter().filter(|word| *word != "relatime").cloned().collect::<Vec<_>>().join(","));
    add_options(request, parsed, &mut options);
    if asked.has("bind") {
        // The file system stays as it is.
        options.data.clear();
    } else if asked.data.is_empty() {
        options.data.dedup();
    } else {
        // Words of the file system are added to those it has.
        let mut seen = Vec::new();
        options.data.retain(|word| {
            !seen.contains(word) && {
                seen.push(word.clone());
                true
            }
        });
    }
    let wanted = Wanted {
        source: Text::from(known.source.as_str()),
        target: target.clone(),
        fstype: known.fstype.clone(),
        options,
        verbose: parsed.has('v'),
    };
    perform(request, wanted)
}

fn mounts(request: &Request<'_>) -> Vec<MountInfo> {
    match request.observe.observe(request.actor, &Probe::Mounts) {
        Observation::Mounts(mounts) => mounts,
        _ => Vec::new(),
    }
}

/// A path from the root without `.` and `..`, where there is something at it; else as it was typed.
pub(super) fn canonical(request: &Request<'_>, path: &Text) -> String {
    let shown = request.show(path);
    if !matches!(request.look(path), Observation::Stat(_)) {
        return shown;
    }
    let whole = crate::explain::sentence::absolute(&shown, request.actor, request.observe);
    let mut parts: Vec<&str> = Vec::new();
    for part in whole.split('/').filter(|part| !part.is_empty() && *part != ".") {
        if part == ".." {
            parts.pop();
        } else {
            parts.push(part);
        }
    }
    format!("/{}", parts.join("/"))
}

fn perform(request: &Request<'_>, wanted: Wanted) -> Planned {
    let shown = canonical(request, &wanted.target);
    let bind = wanted.options.has("bind") || wanted.options.has("move");
    let source = if bind { canonical(request, &wanted.source) } else { request.show(&wanted.source) };
    let only_kinds = wanted.options.is_only_kinds() && wanted.fstype.is_empty();
    let new = !wanted.options.has("remount") && !bind && !only_kinds;
    if wanted.fstype.is_empty() && new {
        // Without a type a block device is expected, and its content would tell the type.
        let there = matches!(request.look(&wanted.source), Observation::Stat(_));
        let message = if there {
            format!("mount: {shown}: {source} is not a block device.\n{DMESG}")
        } else {
            format!("mount: {shown}: special device {source} does not exist.\n{DMESG}")
        };
        return Output::error(message, 32).with_hint(Some(Hint::new("hint-mount-type"))).into();
    }
    let calls = calls(&wanted);
    let hints = hints(request, &wanted);
    let asked = Asked::new(request, &wanted.target, source.clone(), &wanted.fstype, &wanted.options);
    let verbose = wanted.verbose.then(|| format!("mount: {source} mounted on {shown}.\n"));
    let steps = calls.into_iter().map(|call| Step::new(request.actor, call)).collect();
    Planned::new(Plan::sequence(steps), move |answers| {
        match answers.answers.iter().find_map(|answer| answer.as_ref().err()) {
            Some(refusal) => {
                let mut output = Output::error(refused(&asked, &shown, refusal.errno), 32);
                output.hints = hints;
                output
            }
            None => verbose.map_or_else(Output::default, Output::text),
        }
    })
}

/// The calls of one command: mount(2) looks at one thing at a time, so flags of a bind mount and kinds of propagation
/// are set by calls of their own.
fn calls(wanted: &Wanted) -> Vec<Call> {
    let none = || Text::from("none");
    let call = |source: Text, fstype: &str, flags: Vec<String>, data: Text| Call::Mount {
        source,
        target: wanted.target.clone(),
        fstype: fstype.to_owned(),
        flags,
        data,
    };
    let options = &wanted.options;
    let mut calls = Vec::new();
    let bind = options.has("bind") && !options.has("remount");
    if bind || options.has("move") {
        let action = options.flags.iter().filter(|flag| ["bind", "rec", "move"].contains(&flag.as_str()));
        calls.push(call(wanted.source.clone(), "none", action.cloned().collect(), Text::default()));
        let rest: Vec<String> = options
            .flags
            .iter()
            .filter(|flag| !["bind", "rec", "move"].contains(&flag.as_str()))
            .cloned()
            .collect();
        if bind && !rest.is_empty() {
            let flags = ["remount", "bind"].map(str::to_owned).into_iter().chain(rest).collect();
            calls.push(call(none(), "none", flags, Text::default()));
        }
    } else if !options.is_only_kinds() || !wanted.fstype.is_empty() {
        let data = Text::from(options.data.join(","));
        calls.push(call(wanted.source.clone(), &wanted.fstype, options.flags.clone(), data));
    }
    for kind in &options.kinds {
        let flags = kind.split(',').map(str::to_owned).collect();
        calls.push(call(none(), "none", flags, Text::default()));
    }
    calls
}

/// Kinds of file systems that can be mounted here.
pub(in crate::shell) const FSTYPES: [&str; 6] = ["cgroup", "cgroup2", "proc", "ramfs", "sysfs", "tmpfs"];

/// What was probably meant, should the kernel refuse.
fn hints(request: &Request<'_>, wanted: &Wanted) -> Vec<Hint> {
    let mut hints: Vec<Hint> = cat::path_hint(request, &wanted.target).into_iter().collect();
    if wanted.fstype != "cgroup" {
        let near = nearest(&wanted.fstype, FSTYPES).filter(|near| *near != wanted.fstype);
        let hint = near.map(|near| {
            let hint = Hint::new("hint-did-you-mean").with("typed", &wanted.fstype).with("suggestion", near);
            hint.with("does", "")
        });
        hints.extend(hint);
        return hints;
    }
    let known = controllers(request);
    let own = ["all", "none", "noprefix", "clone_children", "xattr", "cpuset_v2_mode"];
    for word in &wanted.options.data {
        if word.contains('=') || own.contains(&word.as_str()) || known.iter().any(|one| one == word) {
            continue;
        }
        let near = nearest(word, known.iter().map(String::as_str));
        if let Some(near) = near.or_else(|| nearest(word, mount_options::words())) {
            hints.push(controller_hint(word, near));
        }
    }
    hints
}

/// Did you mean this controller, and what it does.
pub(super) fn controller_hint(typed: &str, suggestion: &str) -> Hint {
    let does =
        super::wording::sentence(&format!("controller-{}", suggestion.replace('_', "-")), None).unwrap_or("");
    Hint::new("hint-did-you-mean").with("typed", typed).with("suggestion", suggestion).with("does", does)
}

/// The controllers that the kernel has.
pub(in crate::shell) fn controllers(request: &Request<'_>) -> Vec<String> {
    let probe = Probe::File(Text::from("/proc/cgroups"));
    match request.observe.observe(request.actor, &probe) {
        Observation::Data(text) => text
            .lines()
            .filter(|line| !line.starts_with('#'))
            .filter_map(|line| line.split_whitespace().next())
            .map(str::to_owned)
            .collect(),
        _ => CONTROLLER_ORDER.map(str::to_owned).to_vec(),
    }
}
