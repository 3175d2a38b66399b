//! `mount`, as util-linux'.

use super::mount_options::{self, MountOptions};
use super::options::{self, Opt, Parsed, flag, value};
use super::{Action, Command, Completes, Output, Planned, Request, TOOL, cat};
use crate::host::CONTROLLER_ORDER;
use crate::plan::probe::MountInfo;
use crate::plan::{Call, Errno, Fidelity, FileRef, Observation, Plan, Probe, Reply, Step, Text};
use crate::shell::{Hint, nearest};

const LONG_BIND: Opt = Opt { short: 'B', long: "bind", takes: false, only_long: false };

const OPTIONS: &[Opt] = &[
    value('t', "types"),
    value('o', "options"),
    flag('r', "read-only"),
    flag('w', "rw"),
    flag('n', "no-mtab"),
    flag('v', "verbose"),
    LONG_BIND,
];

pub(super) const MOUNT: Command = Command {
    name: "mount",
    usage: "[-rwv] [-t TYPE] [-o OPTIONS] [SOURCE] DIRECTORY",
    options: OPTIONS,
    fidelity: Fidelity::Partial("partial-command-mount"),
    completes: Completes::Directories,
    action: Action::Plan(plan),
    ..TOOL
};

/// What is to be mounted.
struct Wanted {
    source: String,
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
    match parsed.operands.as_slice() {
        [] => table(request, parsed.value('t').map(|types| request.show(types))),
        [target] if options.has("remount") => remount_known(request, &parsed, target, options),
        [one] => {
            let message = format!("mount: {}: can't find in /etc/fstab.\n", request.show(one));
            Output::error(message, 1).with_hint(Some(Hint::new("hint-mount-usage"))).into()
        }
        [source, target] => {
            let wanted = Wanted {
                source: request.show(source),
                target: target.clone(),
                fstype: parsed.value('t').map(|fstype| request.show(fstype)).unwrap_or_default(),
                options,
                verbose: parsed.has('v'),
            };
            perform(request, wanted)
        }
        _ => Output::error("mount: bad usage\nTry 'mount --help' for more information.\n", 1).into(),
    }
}

fn read_options(request: &Request<'_>, parsed: &Parsed) -> MountOptions {
    let mut options = MountOptions::default();
    for (letter, words) in &parsed.options {
        match letter {
            'o' => options.add(&request.show(words)),
            'r' => options.add("ro"),
            'w' => options.add("rw"),
            'B' => options.add("bind"),
            _ => {}
        }
    }
    options
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
    let shown = types.is_none_or(|types| match types.strip_prefix("no") {
        Some(others) => !others.split(',').any(|one| one == fstype),
        None => types.split(',').any(|one| one == fstype),
    });
    shown.then(|| format!("{} on {} type {fstype} ({options})\n", unescape(source), unescape(target)))
}

/// /proc/mounts writes blanks and the like as octal numbers.
fn unescape(field: &str) -> String {
    field.replace("\\040", " ").replace("\\011", "\t").replace("\\012", "\n").replace("\\134", "\\")
}

/// `mount -o remount,… DIRECTORY`: what is not said is taken from the mount table.
fn remount_known(request: &Request<'_>, parsed: &Parsed, target: &Text, asked: MountOptions) -> Planned {
    let shown = request.show(target);
    let mounts = mounts(request);
    let Some(known) = mounts
        .iter()
        .rev()
        .find(|mount| mount.target == shown.trim_end_matches('/') || mount.target == shown)
    else {
        let message = format!("mount: {shown}: mount point not mounted or bad option.\n");
        return Output::error(message, 32).into();
    };
    let mut options = MountOptions::default();
    options
        .add(&known.options.iter().filter(|word| *word != "relatime").cloned().collect::<Vec<_>>().join(","));
    for (letter, words) in &parsed.options {
        match letter {
            'o' => options.add(&request.show(words)),
            'r' => options.add("ro"),
            'w' => options.add("rw"),
            _ => {}
        }
    }
    if asked.data.is_empty() {
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
        source: known.source.clone(),
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

fn perform(request: &Request<'_>, wanted: Wanted) -> Planned {
    let shown = request.show(&wanted.target);
    let bind = wanted.options.has("bind") || wanted.options.has("move");
    let changes_only = wanted.options.has("remount") || bind;
    if wanted.fstype.is_empty() && !changes_only {
        // Without a type a block device is expected, and its content would tell the type.
        let there = matches!(request.look(&Text::from(wanted.source.as_str())), Observation::Stat(_));
        let what = if there { "not a block device" } else { "" };
        let message = if there {
            format!("mount: {shown}: {} is {what}.\n{DMESG}", wanted.source)
        } else {
            format!("mount: {shown}: special device {} does not exist.\n{DMESG}", wanted.source)
        };
        return Output::error(message, 32).with_hint(Some(Hint::new("hint-mount-type"))).into();
    }
    let call = Call::Mount {
        source: Text::from(wanted.source.as_str()),
        target: wanted.target.clone(),
        fstype: wanted.fstype.clone(),
        flags: wanted.options.flags.clone(),
        data: Text::from(wanted.options.data.join(",")),
    };
    let hints = hints(request, &wanted);
    let root = super::accounts::myself(request).euid == 0;
    Planned::new(Plan::independent(vec![Step::new(request.actor, call)]), move |answers| {
        match answers.answers {
            [Err(refusal)] => {
                let mut output = Output::error(refused(&wanted, &shown, refusal.errno, root), 32);
                output.hints = hints;
                output
            }
            _ if wanted.verbose => Output::text(format!("mount: {} mounted on {shown}.\n", wanted.source)),
            _ => Output::default(),
        }
    })
}

/// Kinds of file systems that can be mounted here.
pub(in crate::shell) const FSTYPES: [&str; 5] = ["cgroup", "cgroup2", "proc", "sysfs", "tmpfs"];

const DMESG: &str = "       dmesg(1) may have more information after failed mount system call.\n";

/// The sentences of util-linux 2.38.
fn refused(wanted: &Wanted, target: &str, errno: Errno, root: bool) -> String {
    let (source, remount) = (&wanted.source, wanted.options.has("remount"));
    let reason = match errno {
        Errno::EPERM if !root => "must be superuser to use mount.".to_owned(),
        Errno::EPERM => "permission denied.".to_owned(),
        Errno::EBUSY if remount => "mount point is busy.".to_owned(),
        Errno::EBUSY => format!("{source} already mounted or mount point busy."),
        Errno::ENOENT => "mount point does not exist.".to_owned(),
        Errno::ENOTDIR => "mount point is not a directory.".to_owned(),
        Errno::ENODEV => format!("unknown filesystem type '{}'.", wanted.fstype),
        Errno::EINVAL if remount => "mount point not mounted or bad option.".to_owned(),
        Errno::EINVAL => format!(
            "wrong fs type, bad option, bad superblock on {source}, missing codepage or helper program, or other error."
        ),
        other => format!("mount(2) system call failed: {}.", other.text()),
    };
    format!("mount: {target}: {reason}\n{DMESG}")
}

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
