//! `mknod` and `mkfifo`, as coreutils'.

use super::options::{self, Opt, value};
use super::work::{Job, planned};
use super::{Action, Command, Output, Planned, Request, TOOL, file_mode};
use crate::plan::reply::{FileKind, Stat};
use crate::plan::{Call, Text};

const OPTIONS: &[Opt] = &[value('m', "mode")];

pub(super) const MKNOD: Command = Command {
    name: "mknod",
    usage: "[-m MODE] NAME TYPE [MAJOR MINOR]",
    options: OPTIONS,
    action: Action::Plan(mknod),
    ..TOOL
};

pub(super) const MKFIFO: Command = Command {
    name: "mkfifo",
    usage: "[-m MODE] NAME…",
    options: OPTIONS,
    action: Action::Plan(mkfifo),
    ..TOOL
};

fn mknod(request: &Request<'_>) -> Planned {
    read(request).unwrap_or_else(Planned::from)
}

fn mkfifo(request: &Request<'_>) -> Planned {
    let make = || {
        let parsed = options::parse(request)?;
        if parsed.operands.is_empty() {
            return Err(options::usage(request, "missing operand"));
        }
        let mode = mode(request, parsed.value('m'))?;
        let job = |path: &Text| make("mkfifo", path, FileKind::Fifo, (0, 0), mode, request.show(path));
        Ok(planned(request, parsed.operands.iter().map(job).collect()))
    };
    make().unwrap_or_else(Planned::from)
}

/// The mode that was typed.
fn mode(request: &Request<'_>, word: Option<&Text>) -> Result<Option<u32>, Output> {
    let Some(word) = word.map(|word| request.show(word)) else { return Ok(None) };
    let base = Stat { kind: FileKind::Regular, mode: 0o666, nlink: 1, uid: 0, gid: 0, size: 0 };
    match file_mode::parse(&word) {
        Some(mode) => Ok(Some(mode.applied(&base))),
        None => Err(Output::error(request.message("invalid mode"), 1)),
    }
}

fn read(request: &Request<'_>) -> Result<Planned, Output> {
    let parsed = options::parse(request)?;
    let mode = mode(request, parsed.value('m'))?;
    let words: Vec<String> = parsed.operands.iter().map(|word| request.show(word)).collect();
    let usage = |message: String| options::usage(request, &message);
    let fifo = words.get(1).is_some_and(|word| word.starts_with('p'));
    let wanted = if fifo { 2 } else { 4 };
    if words.len() < wanted {
        let note = "\nSpecial files require major and minor device numbers.";
        let note = if words.len() == 2 && !fifo { note } else { "" };
        return Err(usage(match words.last() {
            Some(last) => format!("missing operand after '{last}'{note}"),
            None => "missing operand".to_owned(),
        }));
    }
    if let Some(extra) = words.get(wanted) {
        let note =
            if fifo && words.len() == 4 { "\nFifos do not have major and minor device numbers." } else { "" };
        return Err(usage(format!("extra operand '{extra}'{note}")));
    }
    let kind = match words[1].chars().next() {
        Some('p') => FileKind::Fifo,
        Some('b') => FileKind::Block,
        Some('c' | 'u') => FileKind::Character,
        _ => return Err(usage(format!("invalid device type '{}'", words[1]))),
    };
    let number = |index: usize, which: &str| match words.get(index) {
        None => Ok(0),
        Some(word) => number(word).ok_or_else(|| {
            Output::error(request.message(&format!("invalid {which} device number '{word}'")), 1)
        }),
    };
    let device = (number(2, "major")?, number(3, "minor")?);
    let path = parsed.operands.first().cloned().unwrap_or_default();
    Ok(planned(request, vec![make("mknod", &path, kind, device, mode, words[0].clone())]))
}

/// A number as strtoumax(3) reads it: octal behind 0, hexadecimal behind 0x.
fn number(word: &str) -> Option<u32> {
    match word.strip_prefix("0x") {
        Some(digits) => u32::from_str_radix(digits, 16).ok(),
        None if word.len() > 1 && word.starts_with('0') => u32::from_str_radix(word, 8).ok(),
        None => word.parse().ok(),
    }
}

fn make(
    tool: &'static str,
    path: &Text,
    kind: FileKind,
    (major, minor): (u32, u32),
    mode: Option<u32>,
    shown: String,
) -> Job {
    let node = Call::Mknod { path: path.clone(), kind, mode: mode.unwrap_or(0o666), major, minor };
    let set = mode.map(|mode| Call::Fchmodat { path: path.clone(), mode });
    Job::calls(std::iter::once(node).chain(set).collect(), move |_, answers, work| {
        if let Some(errno) = super::work::refusal(answers) {
            // mkfifo(1) says what it could not do, mknod(1) does not.
            let message = match tool {
                "mkfifo" => format!("mkfifo: cannot create fifo '{shown}': {}\n", errno.text()),
                _ => format!("mknod: {shown}: {}\n", errno.text()),
            };
            work.fail(message);
        }
    })
}
