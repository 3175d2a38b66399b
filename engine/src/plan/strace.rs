//! A call's text form, as strace prints it, and the text form of an answer.

use super::capability::{Prctl, word};
use super::reply::{Entry, Time};
use super::{
    Answer, Call, FileRef, IpcFlags, Limits, NamespaceRef, OpenMode, PipeEnd, PriorityWhich, Reply, SetTime,
    StdioSource, TaskRef, Text, WaitStatus,
};

/// Characters of file content shown before `"...`, as strace's `-s 32` default does.
const SHOWN: usize = 32;

/// How pids are written: a number where it is known, else `<pid of NAME>`.
pub type Resolve<'a> = &'a dyn Fn(&super::Actor) -> Option<u32>;

/// Prints a call: `write("/cgroup/a/tasks", "1701\n")`.
pub fn call(call: &Call, resolve: Resolve<'_>) -> String {
    let words = arguments(call, resolve);
    format!("{}({})", call.name(), words.join(", "))
}

fn arguments(call: &Call, resolve: Resolve<'_>) -> Vec<String> {
    let path = |text: &Text| quoted(&known(text, resolve));
    match call {
        Call::Mkdir { path: p, mode } => vec![path(p), format!("{mode:#05o}").replacen("0o", "0", 1)],
        Call::Rmdir { path: p }
        | Call::Unlink { path: p }
        | Call::Statfs { path: p }
        | Call::Stat { path: p }
        | Call::Chdir { path: p }
        | Call::Chroot { path: p }
        | Call::Getdents64 { path: p } => vec![path(p)],
        Call::Open { path: p, mode } => vec![path(p), open_flags(*mode).to_owned()],
        Call::Rename { from, to } | Call::Link { from, to } => vec![path(from), path(to)],
        Call::Symlink { target, path: p } => vec![path(target), path(p)],
        Call::Mknod { path: p, kind, mode, major, minor } => {
            let kind = format!("S_IF{:?}", kind).to_uppercase();
            vec![path(p), format!("{kind}|{mode:04o}"), format!("makedev({major}, {minor})")]
        }
        Call::Read { file, at_most } => {
            let count = at_most.map(|count| count.to_string());
            std::iter::once(file_ref(file, resolve)).chain(count).collect()
        }
        Call::Write { file, data, mode } => write_arguments(file, data, *mode, resolve),
        Call::Mount { source, target, fstype, flags, data } => vec![
            path(source),
            path(target),
            quoted(fstype),
            flag_words(flags, "MS_"),
            if data.is_empty() { "NULL".to_owned() } else { path(data) },
        ],
        Call::Umount2 { target, flags } => vec![path(target), flag_words(flags, "MNT_")],
        Call::Pipe2 { name } => vec![format!("[{0}:read, {0}:write]", name.0), "O_CLOEXEC".to_owned()],
        Call::Dup2 { from, to } => vec![stdio(from, resolve), to.to_string()],
        Call::Close { end } => vec![pipe_end(end)],
        Call::Clone3 { child, flags } if flags.is_empty() => {
            vec![format!("{{exit_signal=SIGCHLD}} /* {child} */")]
        }
        Call::Clone3 { child, flags } => {
            vec![format!("{{flags={}}} /* {child} */", flag_words(flags, "CLONE_"))]
        }
        Call::Execve { path: p, argv, env } => {
            let words: Vec<_> = argv.iter().map(path).collect();
            vec![path(p), format!("[{}]", words.join(", ")), format!("{} vars", env.len())]
        }
        Call::ExitGroup { status } | Call::Exit { status } => vec![status.to_string()],
        Call::Wait4 { task: t, patience_ms } => {
            vec![task(t, resolve), if *patience_ms == 0 { "WNOHANG" } else { "0" }.to_owned()]
        }
        Call::Kill { task: t, signal } => vec![task(t, resolve), format!("SIG{}", signal.name())],
        Call::ClockNanosleep { milliseconds } => {
            let (seconds, nanoseconds) = (milliseconds / 1000, milliseconds % 1000 * 1_000_000);
            let time = format!("{{tv_sec={seconds}, tv_nsec={nanoseconds}}}");
            vec!["CLOCK_MONOTONIC".to_owned(), "0".to_owned(), time, "NULL".to_owned()]
        }
        Call::SchedSetaffinity { task: t, cpus } => vec![task(t, resolve), cpu_set(cpus)],
        Call::SchedGetaffinity { task: t } => vec![task(t, resolve)],
        Call::Setresuid { ruid: real, euid: effective, suid: saved }
        | Call::Setresgid { rgid: real, egid: effective, sgid: saved } => {
            vec![id(*real), id(*effective), id(*saved)]
        }
        Call::Setgroups { groups } => {
            let numbers: Vec<_> = groups.iter().map(u32::to_string).collect();
            vec![groups.len().to_string(), format!("[{}]", numbers.join(", "))]
        }
        Call::Fchmodat { path: p, mode } => {
            vec!["AT_FDCWD".to_owned(), path(p), format!("{mode:#05o}").replacen("0o", "0", 1)]
        }
        Call::Fchownat { path: p, uid, gid, nofollow } => {
            let flags = if *nofollow { "AT_SYMLINK_NOFOLLOW" } else { "0" };
            vec!["AT_FDCWD".to_owned(), path(p), id(*uid), id(*gid), flags.to_owned()]
        }
        Call::Prlimit64 { task: t, resource, new } => {
            let resource = format!("RLIMIT_{}", resource.word().to_uppercase());
            vec![task(t, resolve), resource, new.map_or_else(|| "NULL".to_owned(), limits)]
        }
        Call::Unshare { flags } => vec![flag_words(flags, "CLONE_")],
        Call::Setns { from, nstype } => {
            let from = match from {
                NamespaceRef::File(file) => format!("open({}, O_RDONLY)", path(file)),
                NamespaceRef::Task(whom) => format!("pidfd_open({}, 0)", task(whom, resolve)),
            };
            vec![from, flag_words(nstype, "CLONE_")]
        }
        Call::Sethostname { name } | Call::Setdomainname { name } => {
            vec![path(name), known(name, resolve).len().to_string()]
        }
        Call::PivotRoot { new_root, put_old } => vec![path(new_root), path(put_old)],
        Call::Execveat { argv } => {
            let words: Vec<_> = argv.iter().map(path).collect();
            vec!["/* itself */".to_owned(), "\"\"".to_owned(), format!("[{}]", words.join(", "))]
        }
        Call::Shmget { key, size, flags } => vec![ipc_key(*key), size.to_string(), ipc_flags(*flags)],
        Call::Msgget { key, flags } => vec![ipc_key(*key), ipc_flags(*flags)],
        Call::Semget { key, nsems, flags } => vec![ipc_key(*key), nsems.to_string(), ipc_flags(*flags)],
        Call::Shmctl { id } | Call::Msgctl { id } => {
            vec![id.to_string(), "IPC_RMID".to_owned(), "NULL".to_owned()]
        }
        Call::Semctl { id } => vec![id.to_string(), "0".to_owned(), "IPC_RMID".to_owned()],
        Call::Capset { effective, permitted, inheritable } => {
            let set = |name: &str, bits: u64| format!("{name}={}", capabilities(bits));
            let sets = [
                set("effective", *effective),
                set("permitted", *permitted),
                set("inheritable", *inheritable),
            ];
            vec!["{pid=0}".to_owned(), format!("{{{}}}", sets.join(", "))]
        }
        Call::Prctl { option } => prctl(*option),
        Call::Setpriority { which, task: t, nice } => {
            vec![prio_word(*which).to_owned(), task(t, resolve), nice.to_string()]
        }
        Call::Getpriority { which, task: t } => vec![prio_word(*which).to_owned(), task(t, resolve)],
        Call::Readlink { path: p } | Call::Llistxattr { path: p } => vec![path(p)],
        Call::Renameat2 { from, to, flags } => {
            vec![at_cwd(), path(from), at_cwd(), path(to), flag_words(flags, "RENAME_")]
        }
        Call::Truncate { path: p, length } => vec![path(p), length.to_string()],
        Call::Lsetxattr { path: p, name, value, flags } => {
            let shown = shortened(&known(value, resolve));
            vec![path(p), quoted(name), shown, flag_words(flags, "XATTR_")]
        }
        Call::Lgetxattr { path: p, name } | Call::Lremovexattr { path: p, name } => {
            vec![path(p), quoted(name)]
        }
        Call::Utimensat { path: p, access, modify, nofollow } => {
            let times = format!("[{}, {}]", time(*access), time(*modify));
            vec![at_cwd(), path(p), times, nofollow_word(*nofollow)]
        }
        Call::Statx { path: p, nofollow } => vec![at_cwd(), path(p), nofollow_word(*nofollow)],
        Call::CopyFileRange { from, to, create } => {
            let flags = create.map_or_else(
                || "O_WRONLY|O_TRUNC".to_owned(),
                |mode| format!("O_WRONLY|O_CREAT|O_EXCL, 0{mode:o}"),
            );
            vec![format!("open({})", path(from)), format!("open({}, {flags})", path(to))]
        }
    }
}

/// Capabilities by name, as strace prints a set of a few.
pub(crate) fn capabilities(bits: u64) -> String {
    let names: Vec<_> =
        (0..64).filter(|bit| bits & 1 << bit != 0).map(|bit| format!("1<<{}", word(bit))).collect();
    if names.is_empty() { "0".to_owned() } else { names.join("|") }
}

fn prctl(option: Prctl) -> Vec<String> {
    let ambient = |how: &str, number: u32| {
        vec!["PR_CAP_AMBIENT".to_owned(), format!("PR_CAP_AMBIENT_{how}"), word(number)]
    };
    match option {
        Prctl::CapbsetDrop(number) => vec!["PR_CAPBSET_DROP".to_owned(), word(number)],
        Prctl::CapAmbientRaise(number) => ambient("RAISE", number),
        Prctl::CapAmbientLower(number) => ambient("LOWER", number),
        Prctl::CapAmbientClearAll => {
            vec!["PR_CAP_AMBIENT".to_owned(), "PR_CAP_AMBIENT_CLEAR_ALL".to_owned()]
        }
        Prctl::SetKeepcaps(value) => vec!["PR_SET_KEEPCAPS".to_owned(), value.to_string()],
        Prctl::SetNoNewPrivs(value) => vec!["PR_SET_NO_NEW_PRIVS".to_owned(), value.to_string()],
    }
}

fn at_cwd() -> String {
    "AT_FDCWD".to_owned()
}

fn nofollow_word(nofollow: bool) -> String {
    if nofollow { "AT_SYMLINK_NOFOLLOW" } else { "0" }.to_owned()
}

fn time(time: SetTime) -> String {
    match time {
        SetTime::Now => "UTIME_NOW".to_owned(),
        SetTime::Omit => "UTIME_OMIT".to_owned(),
        SetTime::At(Time { seconds, nanoseconds }) => {
            format!("{{tv_sec={seconds}, tv_nsec={nanoseconds}}}")
        }
    }
}

fn ipc_key(key: i32) -> String {
    if key == 0 { "IPC_PRIVATE".to_owned() } else { format!("{key:#x}") }
}

fn ipc_flags(flags: IpcFlags) -> String {
    let words = [(flags.create, "IPC_CREAT|"), (flags.exclusive, "IPC_EXCL|")];
    let words: String = words.iter().filter(|(set, _)| *set).map(|(_, word)| *word).collect();
    format!("{words}{:04o}", flags.mode)
}

/// Milliseconds in seconds, without zeros at the end: `5`, `0.25`.
pub fn seconds(milliseconds: u64) -> String {
    let text = format!("{}.{:03}", milliseconds / 1000, milliseconds % 1000);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

fn write_arguments(file: &FileRef, data: &Text, mode: OpenMode, resolve: Resolve<'_>) -> Vec<String> {
    let mut words = vec![file_ref(file, resolve), shortened(&known(data, resolve))];
    if matches!(file, FileRef::Path(_)) && mode == OpenMode::Append {
        words.push("O_APPEND".to_owned());
    }
    words
}

/// -1 is: stay as it is.
fn limits(limits: Limits) -> String {
    let word = |limit: Option<u64>| limit.map_or_else(|| "RLIM64_INFINITY".to_owned(), |n| n.to_string());
    format!("{{rlim_cur={}, rlim_max={}}}", word(limits.soft), word(limits.hard))
}

fn id(id: Option<u32>) -> String {
    id.map_or_else(|| "-1".to_owned(), |id| id.to_string())
}

fn known(text: &Text, resolve: Resolve<'_>) -> String {
    text.resolve(resolve).unwrap_or_else(|| text.to_string())
}

fn file_ref(file: &FileRef, resolve: Resolve<'_>) -> String {
    match file {
        FileRef::Path(path) => quoted(&known(path, resolve)),
        FileRef::Pipe(end) => pipe_end(end),
    }
}

fn pipe_end(end: &PipeEnd) -> String {
    match end {
        PipeEnd::Read(name) => format!("{}:read", name.0),
        PipeEnd::Write(name) => format!("{}:write", name.0),
    }
}

fn stdio(from: &StdioSource, resolve: Resolve<'_>) -> String {
    match from {
        StdioSource::File { path, mode } => {
            format!("open({}, {})", quoted(&known(path, resolve)), open_flags(*mode))
        }
        StdioSource::Pipe(end) => pipe_end(end),
        StdioSource::Descriptor(number) => number.to_string(),
    }
}

fn task(task: &TaskRef, resolve: Resolve<'_>) -> String {
    match task {
        TaskRef::Actor(actor) => known(&Text::pid_of(actor), resolve),
        TaskRef::Pid(pid) => pid.to_string(),
    }
}

/// As strace prints a set of CPUs: `[0 1]`.
fn cpu_set(cpus: &[u32]) -> String {
    let numbers: Vec<_> = cpus.iter().map(u32::to_string).collect();
    format!("[{}]", numbers.join(" "))
}

fn prio_word(which: PriorityWhich) -> &'static str {
    match which {
        PriorityWhich::Process => "PRIO_PROCESS",
        PriorityWhich::Pgrp => "PRIO_PGRP",
        PriorityWhich::User => "PRIO_USER",
    }
}

fn open_flags(mode: OpenMode) -> &'static str {
    match mode {
        OpenMode::Read => "O_RDONLY",
        OpenMode::Write => "O_WRONLY",
        OpenMode::Truncate => "O_WRONLY|O_CREAT|O_TRUNC",
        OpenMode::Append => "O_WRONLY|O_CREAT|O_APPEND",
        OpenMode::ReadWrite => "O_RDWR",
        OpenMode::Exclusive => "O_WRONLY|O_CREAT|O_EXCL",
    }
}

fn flag_words(flags: &[String], prefix: &str) -> String {
    if flags.is_empty() {
        return "0".to_owned();
    }
    let words: Vec<_> = flags.iter().map(|flag| format!("{prefix}{}", flag.to_uppercase())).collect();
    words.join("|")
}

fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for character in text.chars() {
        match character {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            other if other.is_control() => out.push_str(&format!("\\{:o}", u32::from(other))),
            other => out.push(other),
        }
    }
    out.push('"');
    out
}

fn shortened(text: &str) -> String {
    if text.chars().count() <= SHOWN {
        return quoted(text);
    }
    let start: String = text.chars().take(SHOWN).collect();
    format!("{}...", quoted(&start))
}

/// Prints an answer as strace does behind the call: `0`, `"content"...`, `-1 EBUSY (Device or resource busy)`.
pub fn answer(answer: &Answer) -> String {
    match answer {
        Ok(reply) => self::reply(reply),
        Err(refusal) => format!("-1 {} ({})", refusal.errno, refusal.errno.text()),
    }
}

fn reply(reply: &Reply) -> String {
    match reply {
        Reply::Done => "0".to_owned(),
        Reply::Count(count) => count.to_string(),
        Reply::Data(data) => shortened(data),
        Reply::Entries(entries) => entry_names(entries),
        Reply::Stat(stat) => {
            format!("{:?} mode={:04o} size={}", stat.kind, stat.mode, stat.size).to_lowercase()
        }
        Reply::Pid(pid) => pid.to_string(),
        Reply::Object(id) => id.to_string(),
        Reply::Statfs(found) => format!("f_type={:#x}", found.kind),
        Reply::Wait(WaitStatus::Exited(status)) => format!("exited, status {status}"),
        Reply::Wait(WaitStatus::Signaled(signal)) => format!("killed by SIG{}", signal.name()),
        Reply::Wait(WaitStatus::Running) => "still running".to_owned(),
        Reply::Cpus(cpus) => cpu_set(cpus),
        Reply::Nice(nice) => nice.to_string(),
        Reply::Limits(old) => limits(*old),
        Reply::Names(names) => names.join(" "),
        Reply::Statx(all) => {
            let stat = &all.stat;
            format!("{:?} mode={:04o} nlink={} size={}", stat.kind, stat.mode, stat.nlink, stat.size)
                .to_lowercase()
        }
    }
}

fn entry_names(entries: &[Entry]) -> String {
    let names: Vec<_> = entries.iter().map(|entry| entry.name.as_str()).collect();
    let all = names.join(" ");
    if all.chars().count() <= SHOWN { all } else { format!("{} entries", entries.len()) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::{Actor, Errno, Refusal};

    fn printed(one: &Call) -> String {
        call(one, &|actor| (actor == &Actor::shell()).then_some(1650))
    }

    #[test]
    fn calls_read_like_strace() {
        let write = Call::Write {
            file: FileRef::Path("/c/tasks".into()),
            data: [super::super::Piece::PidOf { pid_of: Actor::shell() }].into_iter().collect(),
            mode: OpenMode::Truncate,
        };
        assert_eq!(printed(&write), r#"write("/c/tasks", "1650")"#);
        let mount = Call::Mount {
            source: "c".into(),
            target: "/c".into(),
            fstype: "cgroup".into(),
            flags: vec!["remount".into()],
            data: "cpu,memory".into(),
        };
        assert_eq!(printed(&mount), r#"mount("c", "/c", "cgroup", MS_REMOUNT, "cpu,memory")"#);
        assert_eq!(printed(&Call::Mkdir { path: "/a\n".into(), mode: 0o777 }), r#"mkdir("/a\n", 0777)"#);
    }

    #[test]
    fn time_is_seconds_and_nanoseconds() {
        let sleep = Call::ClockNanosleep { milliseconds: 1250 };
        let expected = "clock_nanosleep(CLOCK_MONOTONIC, 0, {tv_sec=1, tv_nsec=250000000}, NULL)";
        assert_eq!(printed(&sleep), expected);
        assert_eq!([5000, 250, 0].map(seconds), ["5", "0.25", "0"]);
    }

    #[test]
    fn a_refusal_names_number_and_text() {
        let refused = Err(Refusal::bare(Errno::EBUSY, "mount"));
        assert_eq!(answer(&refused), "-1 EBUSY (Device or resource busy)");
    }
}
