//! `sys CALL ARGS…`: one kernel call typed by hand, in the words of its row in [`super::table::CALLS`].

use super::reply::FileKind;
use super::table::CALLS;
use super::{
    Actor, Call, FileRef, Limits, OpenMode, PipeEnd, PipeName, PriorityWhich, Resource, Signal, StdioSource,
    TaskRef, Text,
};
use std::collections::BTreeSet;

/// Why words are no call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SysError {
    /// No word was given.
    Nothing,
    /// There is no such call.
    UnknownCall(String),
    /// Too few or too many words; holds the call's usage.
    Usage(&'static str, &'static str),
    /// A word has the wrong form: the word, and what was expected.
    Word(String, &'static str),
}

/// Reads the words after `sys`.
///
/// # Errors
/// Says which word is wrong and what would be right.
pub fn parse(words: &[Text]) -> Result<Call, SysError> {
    let (name, args) = words.split_first().ok_or(SysError::Nothing)?;
    let name = name.plain().unwrap_or_default();
    let row = CALLS.iter().find(|row| row.name == name);
    let row = row.ok_or_else(|| SysError::UnknownCall(name.to_owned()))?;
    files(name, args)
        .or_else(|| mounts(name, args))
        .or_else(|| descriptors(name, args))
        .or_else(|| tasks(name, args))
        .or_else(|| scheduling(name, args))
        .or_else(|| super::sys_users::parse(name, args))
        .or_else(|| super::sys_namespaces::parse(name, args))
        .or_else(|| super::sys_files::parse(name, args))
        .or_else(|| super::sys_ipc::parse(name, args))
        .or_else(|| super::sys_capabilities::parse(name, args))
        .unwrap_or(Err(SysError::Usage(row.name, row.usage)))
}

pub(super) type Parsed = Option<Result<Call, SysError>>;

fn files(name: &str, args: &[Text]) -> Parsed {
    Some(Ok(match (name, args) {
        ("mkdir", [path]) => Call::Mkdir { path: path.clone(), mode: 0o777 },
        ("mkdir", [path, mode]) => match octal(mode) {
            Ok(mode) => Call::Mkdir { path: path.clone(), mode },
            Err(error) => return Some(Err(error)),
        },
        ("rmdir", [path]) => Call::Rmdir { path: path.clone() },
        ("unlink", [path]) => Call::Unlink { path: path.clone() },
        ("rename", [from, to]) => Call::Rename { from: from.clone(), to: to.clone() },
        ("symlink", [target, path]) => Call::Symlink { target: target.clone(), path: path.clone() },
        ("link", [from, to]) => Call::Link { from: from.clone(), to: to.clone() },
        ("mknod", [path, kind, device @ ..]) if device.is_empty() || device.len() == 2 => {
            return Some(mknod(path, kind, device));
        }
        ("statfs", [path]) => Call::Statfs { path: path.clone() },
        ("stat", [path]) => Call::Stat { path: path.clone() },
        ("chdir", [path]) => Call::Chdir { path: path.clone() },
        ("getdents64", [path]) => Call::Getdents64 { path: path.clone() },
        ("read", [path]) => Call::Read { file: FileRef::Path(path.clone()), at_most: None },
        ("read", [path, count]) => match number(count, "a number of bytes") {
            Ok(count) => Call::Read { file: FileRef::Path(path.clone()), at_most: Some(count) },
            Err(error) => return Some(Err(error)),
        },
        ("open", [path]) => Call::Open { path: path.clone(), mode: OpenMode::Read },
        ("open", [path, word]) => match mode(word) {
            Ok(mode) => Call::Open { path: path.clone(), mode },
            Err(error) => return Some(Err(error)),
        },
        ("write", [path, data]) => write(path, data, OpenMode::Write),
        ("write", [path, data, word]) => match mode(word) {
            Ok(mode) => write(path, data, mode),
            Err(error) => return Some(Err(error)),
        },
        _ => return None,
    }))
}

fn mknod(path: &Text, kind: &Text, device: &[Text]) -> Result<Call, SysError> {
    let kind = match kind.plain() {
        Some("regular") => FileKind::Regular,
        Some("fifo") => FileKind::Fifo,
        Some("character") => FileKind::Character,
        Some("block") => FileKind::Block,
        _ => return Err(SysError::Word(kind.to_string(), "regular, fifo, character or block")),
    };
    let part = |index: usize| device.get(index).map_or(Ok(0), |word| number(word, "a number of a device"));
    Ok(Call::Mknod { path: path.clone(), kind, mode: 0o644, major: part(0)?, minor: part(1)? })
}

fn write(path: &Text, data: &Text, mode: OpenMode) -> Call {
    Call::Write { file: FileRef::Path(path.clone()), data: data.clone(), mode }
}

fn mounts(name: &str, args: &[Text]) -> Parsed {
    let call = match (name, args) {
        ("mount", [fstype, source, target, rest @ ..]) if rest.len() <= 2 => Call::Mount {
            source: source.clone(),
            target: target.clone(),
            fstype: fstype.to_string(),
            flags: rest.first().map(flag_list).unwrap_or_default(),
            data: rest.get(1).cloned().unwrap_or_default(),
        },
        ("umount2", [target, rest @ ..]) if rest.len() <= 1 => {
            Call::Umount2 { target: target.clone(), flags: rest.first().map(flag_list).unwrap_or_default() }
        }
        _ => return None,
    };
    Some(Ok(call))
}

/// `nosuid,nodev` or `0` or nothing at all.
pub(super) fn flag_list(word: &Text) -> Vec<String> {
    let words = word.to_string();
    words.split(['|', ',']).filter(|flag| !flag.is_empty() && *flag != "0").map(str::to_owned).collect()
}

fn descriptors(name: &str, args: &[Text]) -> Parsed {
    Some(match (name, args) {
        ("pipe2", [pipe]) => Ok(Call::Pipe2 { name: PipeName(pipe.to_string()) }),
        ("close", [end]) => pipe_end(end).map(|end| Call::Close { end }),
        ("dup2", [from, to]) => dup2(from, to, OpenMode::Read),
        ("dup2", [from, to, word]) => mode(word).and_then(|mode| dup2(from, to, mode)),
        _ => return None,
    })
}

fn dup2(from: &Text, to: &Text, mode: OpenMode) -> Result<Call, SysError> {
    let to = number::<u32>(to, "a descriptor's number")?;
    let from = match (pipe_end(from), from.plain().and_then(|word| word.parse().ok())) {
        (Ok(end), _) => StdioSource::Pipe(end),
        (_, Some(descriptor)) => StdioSource::Descriptor(descriptor),
        _ => StdioSource::File { path: from.clone(), mode },
    };
    Ok(Call::Dup2 { from, to })
}

fn pipe_end(word: &Text) -> Result<PipeEnd, SysError> {
    let plain = word.to_string();
    match plain.rsplit_once(':') {
        Some((name, "read")) => Ok(PipeEnd::Read(PipeName(name.to_owned()))),
        Some((name, "write")) => Ok(PipeEnd::Write(PipeName(name.to_owned()))),
        _ => Err(SysError::Word(plain, "PIPE:read or PIPE:write")),
    }
}

fn tasks(name: &str, args: &[Text]) -> Parsed {
    Some(match (name, args) {
        ("clone3", [child, rest @ ..]) if rest.len() <= 1 => Ok(Call::Clone3 {
            child: Actor::new(child.to_string()),
            flags: rest.first().map(super::sys_namespaces::clone_flags).unwrap_or_default(),
        }),
        ("execve", [path, argv @ ..]) => {
            let argv = if argv.is_empty() { vec![path.clone()] } else { argv.to_vec() };
            Ok(Call::Execve { path: path.clone(), argv, env: Vec::new() })
        }
        ("exit_group", [status]) => {
            number(status, "a status from 0 to 255").map(|status| Call::ExitGroup { status })
        }
        ("wait4", [pid]) => task(pid).map(|task| Call::Wait4 { task, patience_ms: 0 }),
        ("wait4", [pid, patience]) => {
            let patience = number(patience, "milliseconds");
            task(pid).and_then(|task| Ok(Call::Wait4 { task, patience_ms: patience? }))
        }
        ("clock_nanosleep", [time]) => {
            number(time, "milliseconds").map(|milliseconds| Call::ClockNanosleep { milliseconds })
        }
        ("kill", [pid, word]) => task(pid).and_then(|task| Ok(Call::Kill { task, signal: signal(word)? })),
        _ => return None,
    })
}

fn scheduling(name: &str, args: &[Text]) -> Parsed {
    Some(match (name, args) {
        ("exit", [status]) => number(status, "a status from 0 to 255").map(|status| Call::Exit { status }),
        ("sched_setaffinity", [pid, cpus]) => {
            task(pid).and_then(|task| Ok(Call::SchedSetaffinity { task, cpus: cpu_list(cpus)? }))
        }
        ("sched_getaffinity", [pid]) => task(pid).map(|task| Call::SchedGetaffinity { task }),
        ("prlimit64", [pid, resource]) => prlimit(pid, resource, None),
        ("prlimit64", [pid, resource, soft, hard]) => prlimit(pid, resource, Some((soft, hard))),
        ("setpriority", [pid, nice]) => setpriority(PriorityWhich::Process, pid, nice),
        ("setpriority", [word, pid, nice]) => which(word).and_then(|which| setpriority(which, pid, nice)),
        ("getpriority", [pid]) => {
            task(pid).map(|task| Call::Getpriority { which: PriorityWhich::Process, task })
        }
        ("getpriority", [word, pid]) => {
            which(word).and_then(|which| Ok(Call::Getpriority { which, task: task(pid)? }))
        }
        _ => return None,
    })
}

fn prlimit(pid: &Text, resource: &Text, new: Option<(&Text, &Text)>) -> Result<Call, SysError> {
    let word = resource.to_string();
    let resource = Resource::parse(&word)
        .ok_or(SysError::Word(word, "a resource: nofile, nproc, as, stack, core, …"))?;
    let limit = |word: &Text| match word.plain() {
        Some("unlimited") => Ok(None),
        _ => number(word, "a number or unlimited").map(|limit: u64| (limit != u64::MAX).then_some(limit)),
    };
    let new = match new {
        Some((soft, hard)) => Some(Limits { soft: limit(soft)?, hard: limit(hard)? }),
        None => None,
    };
    Ok(Call::Prlimit64 { task: task(pid)?, resource, new })
}

fn setpriority(which: PriorityWhich, pid: &Text, nice: &Text) -> Result<Call, SysError> {
    Ok(Call::Setpriority { which, task: task(pid)?, nice: number(nice, "a nice value from -20 to 19")? })
}

fn which(word: &Text) -> Result<PriorityWhich, SysError> {
    match word.plain() {
        Some("process") => Ok(PriorityWhich::Process),
        Some("pgrp") => Ok(PriorityWhich::Pgrp),
        Some("user") => Ok(PriorityWhich::User),
        _ => Err(SysError::Word(word.to_string(), "process, pgrp or user")),
    }
}

/// `0-2,4`, or nothing for no CPU at all.
fn cpu_list(word: &Text) -> Result<Vec<u32>, SysError> {
    let plain = word.to_string();
    let wrong = || SysError::Word(plain.clone(), "CPUs by number below 1024, such as 0-1,3");
    let mut cpus = BTreeSet::new();
    for part in plain.split(',').filter(|part| !part.is_empty()) {
        let (first, last) = part.split_once('-').unwrap_or((part, part));
        let (first, last): (u32, u32) =
            (first.parse().map_err(|_| wrong())?, last.parse().map_err(|_| wrong())?);
        if last < first || last >= MOST_CPUS {
            return Err(wrong());
        }
        cpus.extend(first..=last);
    }
    Ok(cpus.into_iter().collect())
}

/// CPUs in a `cpu_set_t` (sched.h, `CPU_SETSIZE`).
const MOST_CPUS: u32 = 1024;

/// A pid, or an actor's name, or a reference such as `$$`.
pub(super) fn task(word: &Text) -> Result<TaskRef, SysError> {
    match word.pieces() {
        [super::Piece::PidOf { pid_of }] => Ok(TaskRef::Actor(pid_of.clone())),
        [super::Piece::Literal(text)] => {
            Ok(text.parse().map_or_else(|_| TaskRef::Actor(Actor::new(text.clone())), TaskRef::Pid))
        }
        _ => Err(SysError::Word(word.to_string(), "a pid or an actor's name")),
    }
}

fn signal(word: &Text) -> Result<Signal, SysError> {
    let plain = word.to_string();
    Signal::parse(&plain).ok_or(SysError::Word(plain, "a signal's name or number"))
}

fn mode(word: &Text) -> Result<OpenMode, SysError> {
    match word.plain() {
        Some("read") => Ok(OpenMode::Read),
        Some("write") => Ok(OpenMode::Write),
        Some("truncate") => Ok(OpenMode::Truncate),
        Some("append") => Ok(OpenMode::Append),
        Some("readwrite") => Ok(OpenMode::ReadWrite),
        Some("exclusive") => Ok(OpenMode::Exclusive),
        _ => Err(SysError::Word(word.to_string(), "read, write, truncate or append")),
    }
}

pub(super) fn octal(word: &Text) -> Result<u32, SysError> {
    let plain = word.to_string();
    let parsed = u32::from_str_radix(&plain, 8).ok().filter(|mode| *mode <= 0o7777);
    parsed.ok_or(SysError::Word(plain, "permission bits in octal, such as 755"))
}

pub(super) fn number<T: std::str::FromStr>(word: &Text, expected: &'static str) -> Result<T, SysError> {
    let plain = word.to_string();
    plain.parse().map_err(|_| SysError::Word(plain, expected))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(line: &str) -> Result<Call, SysError> {
        let words: Vec<Text> = line.split(' ').map(Text::from).collect();
        parse(&words)
    }

    #[test]
    fn every_call_can_be_typed() {
        let typed = [
            "mkdir /a 755",
            "rmdir /a",
            "unlink /a",
            "open /a append",
            "read /a 10",
            "write /a 1",
            "getdents64 /",
            "stat /",
            "chdir /",
            "mount tmpfs t /mnt nosuid size=1m",
            "umount2 /mnt detach",
            "pipe2 p",
            "dup2 p:read 0",
            "close p:write",
            "clone3 c",
            "execve /bin/true",
            "exit_group 1",
            "wait4 12 100",
            "kill 12 KILL",
            "clock_nanosleep 5000",
            "exit 1",
            "sched_setaffinity 12 0-1,3",
            "sched_getaffinity 0",
            "setpriority 12 5",
            "getpriority pgrp 12",
            "rename /a /b",
            "symlink a /b",
            "link /a /b",
            "mknod /a character 1 3",
            "statfs /",
            "setresuid 0 1000 -1",
            "setresgid 1 1 1",
            "setgroups 4 24",
            "fchmodat /a 640",
            "fchownat /a 1000 -1 nofollow",
            "prlimit64 0 nofile 100 unlimited",
            "readlink /a",
            "unshare mnt,uts",
            "setns /proc/1/ns/uts uts",
            "sethostname a",
            "setdomainname a",
            "chroot /a",
            "pivot_root /a /a/old",
            "renameat2 /a /b exchange",
            "truncate /a 10",
            "lsetxattr /a user.x 1 create",
            "lgetxattr /a user.x",
            "llistxattr /a",
            "lremovexattr /a user.x",
            "utimensat /a omit 978307200.5 nofollow",
            "statx /a nofollow",
            "copy_file_range /a /b 644",
            "execveat /bin/sh",
            "shmget 0x1234 4096 create,600",
            "msgget 0x1234 create,excl,600",
            "semget 1 2 create,600",
            "shmctl 0 rmid",
            "msgctl 0 rmid",
            "semctl 0 rmid",
            "capset none all chown,kill",
            "prctl capbset_drop mknod",
        ];
        for (line, row) in typed.iter().zip(&CALLS) {
            assert_eq!(read(line).map(|call| call.name()), Ok(row.name), "{line}");
        }
        assert_eq!(typed.len(), CALLS.len());
    }

    #[test]
    fn wrong_words_are_named() {
        assert_eq!(read("nope"), Err(SysError::UnknownCall("nope".into())));
        assert!(matches!(read("mkdir"), Err(SysError::Usage("mkdir", _))));
        assert!(matches!(read("mkdir /a 99"), Err(SysError::Word(word, _)) if word == "99"));
        assert!(matches!(read("sched_setaffinity 0 3-1"), Err(SysError::Word(word, _)) if word == "3-1"));
        assert!(matches!(read("setpriority all 1 1"), Err(SysError::Word(word, _)) if word == "all"));
        assert!(matches!(read("kill 1 NOPE"), Err(SysError::Word(word, _)) if word == "NOPE"));
    }
}
