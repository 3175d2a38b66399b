//! The whole model kernel, call by call. A case is a line and what it answers; lines build on each other, as
//! in the recorded truth (`!EBUSY rmdir` is a refusal and where).

mod disk;
mod files;
mod mounts;
mod reclaim;
mod resources;
mod tasks;
mod threads;
mod users;

use super::Kernel;
use crate::host::{HostKind, HostProfile};
use crate::plan::{
    Actor, Answer, Backend, Call, FileRef, OpenMode, PipeEnd, PipeName, PriorityWhich, Reply, Signal,
    StdioSource, Step, TaskRef, Text, WaitStatus,
};

/// The messages that explain rules.
const MESSAGES: &str = concat!(
    include_str!("../../../messages/en/rules-fs.ftl"),
    include_str!("../../../messages/en/rules-mount.ftl"),
    include_str!("../../../messages/en/rules-namespaces.ftl"),
    include_str!("../../../messages/en/rules-overlay.ftl"),
    include_str!("../../../messages/en/rules-cgroup.ftl"),
    include_str!("../../../messages/en/rules-user.ftl")
);

/// A kernel on one of the named hosts.
fn host(kind: HostKind) -> Kernel {
    Kernel::boot(&HostProfile::named(kind))
}

/// Runs lines on one kernel and compares what each answers.
fn check(kernel: &mut Kernel, cases: &[(&str, &str)]) {
    for (line, expected) in cases {
        let before = serde_json::to_string(kernel).expect("a kernel can be written");
        let answer = run(kernel, line);
        assert_eq!(show(&answer), *expected, "{line}");
        if let Err(refusal) = answer {
            let rule = refusal.rule.expect("a refusal of the model names its rule");
            assert!(MESSAGES.contains(&format!("\n{} = ", rule.id)), "{line}: {} has a message", rule.id);
            let after = serde_json::to_string(kernel).expect("a kernel can be written");
            assert_eq!(before, after, "{line}: a refusal leaves all as it was");
        }
    }
}

/// Performs a line, by the shell or by the actor before an `@`.
fn run(kernel: &mut Kernel, line: &str) -> Answer {
    let (actor, line) = match line.split_once('@') {
        Some((actor, rest)) if !actor.contains(' ') => (Actor::new(actor), rest),
        _ => (Actor::shell(), line),
    };
    let step = Step::new(&actor, call(line));
    kernel.perform(&step)
}

fn call(line: &str) -> Call {
    let words: Vec<&str> = line.split(' ').collect();
    let word = |index: usize| words.get(index).copied().filter(|word| *word != "-").unwrap_or("");
    let text = |index: usize| Text::from(word(index));
    let path = || FileRef::Path(text(1));
    let rest = |from: usize| words.get(from..).unwrap_or_default().join(" ").replace("\\n", "\n");
    let list = |index: usize| word(index).split(',').filter(|w| !w.is_empty()).map(str::to_owned).collect();
    match words[0] {
        "mkdir" => Call::Mkdir { path: text(1), mode: 0o777 },
        "sys" => {
            let words: Vec<Text> = words[1..].iter().map(|word| Text::from(*word)).collect();
            crate::plan::sys::parse(&words).expect("a call")
        }
        "rmdir" => Call::Rmdir { path: text(1) },
        "unlink" => Call::Unlink { path: text(1) },
        "touch" => Call::Open { path: text(1), mode: OpenMode::Append },
        "open" => Call::Open { path: text(1), mode: mode(word(2)) },
        "r" => Call::Read { file: path(), at_most: None },
        "w" => Call::Write { file: path(), data: Text::from(rest(2)), mode: OpenMode::Truncate },
        "a" => Call::Write { file: path(), data: Text::from(rest(2)), mode: OpenMode::Append },
        "o" => Call::Write { file: path(), data: Text::from(rest(2)), mode: OpenMode::Write },
        "ls" => Call::Getdents64 { path: text(1) },
        "stat" => Call::Stat { path: text(1) },
        "cd" => Call::Chdir { path: text(1) },
        "mount" => Call::Mount {
            fstype: word(1).to_owned(),
            source: text(2),
            target: text(3),
            flags: list(4),
            data: text(5),
        },
        "umount" => Call::Umount2 { target: text(1), flags: list(2) },
        "pipe" => Call::Pipe2 { name: PipeName(word(1).to_owned()) },
        "rp" => {
            Call::Read { file: FileRef::Pipe(PipeEnd::Read(PipeName(word(1).to_owned()))), at_most: None }
        }
        "wp" => Call::Write {
            file: FileRef::Pipe(PipeEnd::Write(PipeName(word(1).to_owned()))),
            data: Text::from(rest(2)),
            mode: OpenMode::Write,
        },
        "dup" => Call::Dup2 { from: source(word(1), word(3)), to: word(2).parse().expect("a descriptor") },
        "close" => Call::Close { end: end(word(1)) },
        "clone" => Call::Clone3 { child: Actor::new(word(1)), flags: list(2) },
        "exec" => Call::Execve {
            path: text(1),
            argv: words[1..].iter().map(|word| Text::from(*word)).collect(),
            env: Vec::new(),
        },
        "exit" => Call::ExitGroup { status: word(1).parse().expect("a status") },
        "wait" => Call::Wait4 { task: task(word(1)), patience_ms: word(2).parse().unwrap_or(0) },
        "exit1" => Call::Exit { status: word(1).parse().expect("a status") },
        "affinity" if words.len() == 2 => Call::SchedGetaffinity { task: task(word(1)) },
        "affinity" => Call::SchedSetaffinity {
            task: task(word(1)),
            cpus: list(2).iter().map(|cpu| cpu.parse().expect("a CPU")).collect(),
        },
        "nice" if words.len() == 3 => Call::Getpriority { which: which(word(1)), task: task(word(2)) },
        "nice" => Call::Setpriority {
            which: which(word(1)),
            task: task(word(2)),
            nice: word(3).parse().expect("a nice value"),
        },
        "kill" => Call::Kill { task: task(word(1)), signal: Signal::parse(word(2)).unwrap_or(Signal(99)) },
        other => panic!("no such line: {other}"),
    }
}

fn mode(word: &str) -> OpenMode {
    match word {
        "read" => OpenMode::Read,
        "write" => OpenMode::Write,
        "append" => OpenMode::Append,
        _ => OpenMode::Truncate,
    }
}

fn end(word: &str) -> PipeEnd {
    match word.split_once(':') {
        Some((name, "read")) => PipeEnd::Read(PipeName(name.to_owned())),
        Some((name, _)) => PipeEnd::Write(PipeName(name.to_owned())),
        None => panic!("no such end: {word}"),
    }
}

fn source(word: &str, mode_word: &str) -> StdioSource {
    match word.parse() {
        Ok(number) => StdioSource::Descriptor(number),
        Err(_) if word.contains(':') => StdioSource::Pipe(end(word)),
        Err(_) => StdioSource::File { path: Text::from(word), mode: mode(mode_word) },
    }
}

fn which(word: &str) -> PriorityWhich {
    match word {
        "pgrp" => PriorityWhich::Pgrp,
        "user" => PriorityWhich::User,
        _ => PriorityWhich::Process,
    }
}

fn task(word: &str) -> TaskRef {
    word.parse().map_or_else(|_| TaskRef::Actor(Actor::new(word)), TaskRef::Pid)
}

fn show(answer: &Answer) -> String {
    match answer {
        Ok(Reply::Done) => "OK".to_owned(),
        Ok(Reply::Count(count)) => count.to_string(),
        Ok(Reply::Data(data)) => data.clone(),
        Ok(Reply::Entries(entries)) => {
            entries.iter().map(|entry| entry.name.as_str()).collect::<Vec<_>>().join(" ")
        }
        Ok(Reply::Stat(stat)) => {
            format!("{:?} {:o} nlink={} size={}", stat.kind, stat.mode, stat.nlink, stat.size)
        }
        Ok(Reply::Pid(pid)) => format!("pid {pid}"),
        Ok(Reply::Object(id)) => format!("object {id}"),
        Ok(Reply::Wait(WaitStatus::Exited(status))) => format!("exit {status}"),
        Ok(Reply::Wait(WaitStatus::Signaled(signal))) => format!("signal {}", signal.name()),
        Ok(Reply::Wait(WaitStatus::Running)) => "running".to_owned(),
        Ok(Reply::Cpus(cpus)) => format!("cpus {cpus:?}"),
        Ok(Reply::Statfs(found)) => format!("magic {:#x}", found.kind),
        Ok(Reply::Nice(nice)) => format!("nice {nice}"),
        Ok(Reply::Limits(old)) => format!("{:?} {:?}", old.soft, old.hard),
        Ok(Reply::Names(names)) => names.join(" "),
        Ok(Reply::Statx(all)) => format!("{all:?}"),
        Err(refusal) => format!("!{} {}", refusal.errno, refusal.at),
    }
}

#[test]
fn every_named_host_boots_and_is_the_same_each_time() {
    for kind in HostKind::NAMED {
        let (first, second) = (host(kind), host(kind));
        let write = |kernel: &Kernel| serde_json::to_string(kernel).expect("a kernel can be written");
        assert_eq!(write(&first), write(&second));
        let tasks: Vec<(u32, &str)> = first.tasks().map(|task| (task.pid, task.comm.as_str())).collect();
        assert_eq!(tasks, [(1, "init"), (1650, "sh"), (1701, "worker")]);
    }
}
