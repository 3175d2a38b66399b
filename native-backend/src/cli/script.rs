//! A plan as a shell script: the commands that do the same by hand.

use drydock_engine::kernel::cpu_list;
use drydock_engine::plan::reply::FileKind;
use drydock_engine::plan::sys_namespaces::NAMESPACE_FLAGS;
use drydock_engine::plan::{
    Actor, Call, FileRef, NamespaceRef, OpenMode, Piece, PipeEnd, PipeName, PriorityWhich, SetTime, Signal,
    StdioSource, Step, TaskRef, Text, strace,
};
use std::collections::{BTreeMap, BTreeSet};

/// The script.
pub(super) fn script(line: &str, steps: &[Step]) -> String {
    let mut out = String::from("#!/bin/sh\n");
    for part in line.lines() {
        out.push_str(&format!("# {part}\n"));
    }
    if steps.iter().any(|step| matches!(step.call, Call::Pipe2 { .. })) {
        out.push_str("pipes=$(mktemp -d) && trap 'wait; rm -r \"$pipes\"' EXIT\n");
    }
    let mut writer = Writer::default();
    for step in steps {
        if let Some(text) = writer.step(step) {
            out.push_str(&text);
            out.push('\n');
        }
    }
    out
}

/// What a child is set up with before it becomes a program.
#[derive(Debug, Default)]
struct Writer {
    redirections: BTreeMap<Actor, String>,
    /// `nice` and `taskset` in front of the program.
    prefixes: BTreeMap<Actor, String>,
    /// Who became a program, so that the script knows its pid. What a subshell does, the script does itself.
    started: BTreeSet<Actor>,
}

impl Writer {
    /// Another user for a program. Each is a command of its own in front of the next; the groups come first, as root
    /// sets them.
    fn user(&mut self, actor: &Actor, option: &str, id: Option<u32>) -> Option<String> {
        let prefix =
            format!("setpriv {option}={} {}", id?, if option == "--regid" { "--keep-groups " } else { "" });
        self.prefixes.entry(actor.clone()).or_default().push_str(&prefix);
        None
    }

    /// A command that a program is started by. A shell can't do to itself what that does: it says so.
    fn in_front(&mut self, actor: &Actor, command: &str) -> Option<String> {
        if actor == &Actor::shell() {
            return Some(format!("# the shell itself, which no command can do: {}", command.trim_end()));
        }
        self.prefixes.entry(actor.clone()).or_default().push_str(command);
        None
    }

    fn step(&mut self, Step { actor, call, .. }: &Step) -> Option<String> {
        match call {
            Call::Mkdir { path, mode } if *mode & 0o777 == 0o777 => Some(format!("mkdir {}", word(path))),
            Call::Mkdir { path, mode } => Some(format!("mkdir -m {:04o} {}", mode & !0o022, word(path))),
            Call::Rmdir { path } => Some(format!("rmdir {}", word(path))),
            Call::Unlink { path } => Some(format!("rm {}", word(path))),
            Call::Rename { from, to } => Some(format!("mv -T {} {}", word(from), word(to))),
            Call::Symlink { target, path } => Some(format!("ln -s {} {}", word(target), word(path))),
            Call::Link { from, to } => Some(format!("ln {} {}", word(from), word(to))),
            Call::Mknod { path, kind, major, minor, .. } => Some(match kind {
                FileKind::Character => format!("mknod {} c {major} {minor}", word(path)),
                FileKind::Block => format!("mknod {} b {major} {minor}", word(path)),
                FileKind::Fifo => format!("mkfifo {}", word(path)),
                _ => format!("touch {}", word(path)),
            }),
            Call::Statfs { path } => Some(format!("stat -f {}", word(path))),
            Call::Open { path, mode } => Some(format!(": {} {}", redirection(*mode), word(path))),
            Call::Read { file, at_most: None } => Some(format!("cat {}", file_word(file))),
            Call::Read { file, at_most: Some(count) } => Some(format!("head -c {count} {}", file_word(file))),
            Call::Write { file, data, mode } => {
                let to = if matches!(file, FileRef::Pipe(_)) { ">" } else { redirection(*mode) };
                Some(format!("printf %s {} {to} {}", word(data), file_word(file)))
            }
            Call::Getdents64 { path } => Some(format!("ls -A {}", word(path))),
            Call::Stat { path } => Some(format!("stat -L {}", word(path))),
            Call::Chdir { path } => Some(format!("cd {}", word(path))),
            Call::Mount { source, target, fstype, flags, data } => {
                Some(mount(source, target, fstype, flags, data))
            }
            Call::Umount2 { target, flags } => Some(umount(target, flags)),
            Call::Pipe2 { name } => Some(format!("mkfifo {}", pipe_path(name))),
            Call::Dup2 { from, to } => {
                self.redirections.entry(actor.clone()).or_default().push_str(&dup2(from, *to));
                None
            }
            // A shell has no threads.
            Call::Close { .. } | Call::Clone3 { .. } | Call::Exit { .. } => None,
            Call::Execve { path: _, argv, env: _ } => {
                let words: Vec<_> = argv.iter().map(word).collect();
                let redirections = self.redirections.remove(actor).unwrap_or_default();
                let prefix = self.prefixes.remove(actor).unwrap_or_default();
                self.started.insert(actor.clone());
                Some(format!("{prefix}{}{redirections} & {}=$!", words.join(" "), variable(actor)))
            }
            Call::ExitGroup { status } if actor == &Actor::shell() => Some(format!("exit {status}")),
            Call::ExitGroup { .. } => None,
            Call::Wait4 { task: TaskRef::Actor(child), .. } if !self.started.contains(child) => None,
            Call::Wait4 { task, .. } => Some(format!("wait {}", task_word(task))),
            Call::Kill { task, signal } => Some(kill(task, *signal)),
            Call::ClockNanosleep { milliseconds } => {
                Some(format!("sleep {}", strace::seconds(*milliseconds)))
            }
            Call::SchedSetaffinity { task: TaskRef::Pid(0), cpus } if actor != &Actor::shell() => {
                let prefix = format!("taskset -c {} ", cpu_list(cpus));
                self.prefixes.entry(actor.clone()).or_default().push_str(&prefix);
                None
            }
            Call::Setpriority { task: TaskRef::Pid(0), nice, .. } if actor != &Actor::shell() => {
                let prefix = format!("nice -n {nice} ");
                self.prefixes.entry(actor.clone()).or_default().push_str(&prefix);
                None
            }
            Call::SchedSetaffinity { task, cpus } => {
                Some(format!("taskset -pc {} {}", cpu_list(cpus), own_or(task)))
            }
            Call::SchedGetaffinity { task } => Some(format!("taskset -pc {}", own_or(task))),
            Call::Setpriority { which, task, nice } => {
                Some(format!("renice -n {nice} {} {}", renice_option(*which), own_or(task)))
            }
            // nice adds to it by itself.
            Call::Getpriority { task: TaskRef::Pid(0), .. } => None,
            Call::Getpriority { task, .. } => Some(format!("ps -o ni= -p {}", own_or(task))),
            Call::Prlimit64 { task, resource, new } => {
                let word =
                    |limit: Option<u64>| limit.map_or_else(|| "unlimited".to_owned(), |n| n.to_string());
                let value = new.map(|new| format!("={}:{}", word(new.soft), word(new.hard)));
                let (name, value) = (resource.word(), value.unwrap_or_default());
                Some(format!("prlimit --pid {} --{name}{value}", own_or(task)))
            }
            Call::Fchmodat { path, mode } => Some(format!("chmod {mode:04o} {}", word(path))),
            Call::Fchownat { path, uid, gid, nofollow } => {
                let number = |id: &Option<u32>| id.map(|id| id.to_string()).unwrap_or_default();
                let option = if *nofollow { "-h " } else { "" };
                Some(format!("chown {option}{}:{} {}", number(uid), number(gid), word(path)))
            }
            Call::Unshare { flags } => {
                self.in_front(actor, &format!("unshare {}", kind_options(flags, None)))
            }
            Call::Setns { from: NamespaceRef::File(path), nstype } => {
                self.in_front(actor, &format!("nsenter {}", kind_options(nstype, Some(&word(path)))))
            }
            Call::Setns { from: NamespaceRef::Task(task), nstype } => {
                let options = kind_options(nstype, None);
                self.in_front(actor, &format!("nsenter -t {} {options}", task_word(task)))
            }
            Call::Sethostname { name } => Some(format!("hostname {}", word(name))),
            Call::Setdomainname { name } => Some(format!("domainname {}", word(name))),
            Call::Chroot { path } => self.in_front(actor, &format!("chroot {} ", word(path))),
            Call::PivotRoot { new_root, put_old } => {
                Some(format!("pivot_root {} {}", word(new_root), word(put_old)))
            }
            // The command that follows is started by it.
            Call::Execveat { .. } => None,
            Call::Shmget { size, flags, .. } => Some(format!("ipcmk -M {size} -p {:o}", flags.mode)),
            Call::Msgget { flags, .. } => Some(format!("ipcmk -Q -p {:o}", flags.mode)),
            Call::Semget { nsems, flags, .. } => Some(format!("ipcmk -S {nsems} -p {:o}", flags.mode)),
            Call::Shmctl { id } => Some(format!("ipcrm -m {id}")),
            Call::Msgctl { id } => Some(format!("ipcrm -q {id}")),
            Call::Semctl { id } => Some(format!("ipcrm -s {id}")),
            Call::Setresuid { ruid, .. } => self.user(actor, "--reuid", *ruid),
            Call::Setresgid { rgid, .. } => self.user(actor, "--regid", *rgid),
            Call::Setgroups { groups } if groups.is_empty() => {
                self.prefixes.entry(actor.clone()).or_default().push_str("setpriv --clear-groups ");
                None
            }
            Call::Setgroups { groups } => {
                let numbers: Vec<_> = groups.iter().map(u32::to_string).collect();
                let prefix = format!("setpriv --groups={} ", numbers.join(","));
                self.prefixes.entry(actor.clone()).or_default().push_str(&prefix);
                None
            }
            Call::Capset { .. }
            | Call::Prctl { .. }
            | Call::Readlink { .. }
            | Call::Renameat2 { .. }
            | Call::Truncate { .. }
            | Call::Lsetxattr { .. }
            | Call::Lgetxattr { .. }
            | Call::Llistxattr { .. }
            | Call::Lremovexattr { .. }
            | Call::Utimensat { .. }
            | Call::Statx { .. }
            | Call::CopyFileRange { .. } => attribute_command(call),
        }
    }
}

/// Options of unshare(1) and nsenter(1) for flags of clone(2), each with a blank behind it.
fn kind_options(flags: &[String], file: Option<&str>) -> String {
    let option = |flag: &String| {
        let kind =
            NAMESPACE_FLAGS.iter().find(|(_, known)| known == flag).map_or(flag.as_str(), |(kind, _)| kind);
        let kind = if kind == "mnt" { "mount" } else { kind };
        file.map_or_else(|| format!("--{kind} "), |file| format!("--{kind}={file} "))
    };
    flags.iter().map(option).collect()
}

/// The calls on names, sizes, times and extended attributes.
fn attribute_command(call: &Call) -> Option<String> {
    Some(match call {
        Call::Readlink { path } => format!("readlink {}", word(path)),
        Call::Renameat2 { from, to, flags } => {
            let option = match flags.first().map(String::as_str) {
                Some("exchange") => " --exchange",
                Some("noreplace") => " -n",
                _ => "",
            };
            format!("mv -T{option} {} {}", word(from), word(to))
        }
        Call::Truncate { path, length } => format!("truncate -s {length} {}", word(path)),
        Call::Lsetxattr { path, name, value, .. } => {
            format!("setfattr -h -n {name} -v {} {}", word(value), word(path))
        }
        Call::Lgetxattr { path, name } => {
            format!("getfattr -h --only-values -n {name} {}", word(path))
        }
        Call::Llistxattr { path } => format!("getfattr -h -m - {}", word(path)),
        Call::Lremovexattr { path, name } => format!("setfattr -h -x {name} {}", word(path)),
        Call::Utimensat { path, access, modify, nofollow } => {
            let option = if *nofollow { " -h" } else { "" };
            let touch = |letter: char, time: SetTime| match time {
                SetTime::Omit => None,
                SetTime::Now => Some(format!("touch{option} -c{letter} {}", word(path))),
                SetTime::At(time) => {
                    Some(format!("touch{option} -c{letter} -d @{} {}", time.seconds, word(path)))
                }
            };
            let commands: Vec<String> =
                [touch('a', *access), touch('m', *modify)].into_iter().flatten().collect();
            commands.join("; ")
        }
        Call::Statx { path, nofollow: true } => format!("stat {}", word(path)),
        Call::Statx { path, nofollow: false } => format!("stat -L {}", word(path)),
        Call::CopyFileRange { from, to, .. } => format!("cp -T {} {}", word(from), word(to)),
        _ => return None,
    })
}

/// `O_WRONLY` without more has no operator of its own; for a control file `>` is the same.
fn redirection(mode: OpenMode) -> &'static str {
    match mode {
        OpenMode::Read => "<",
        OpenMode::Write | OpenMode::Truncate => ">",
        OpenMode::Append => ">>",
        OpenMode::ReadWrite => "<>",
        OpenMode::Exclusive => ">",
    }
}

fn mount(source: &Text, target: &Text, fstype: &str, flags: &[String], data: &Text) -> String {
    let mut options = Text::from(flags.join(",").replace("rdonly", "ro"));
    if !options.is_empty() && !data.is_empty() {
        options.push_str(",");
    }
    options.push(data);
    let options = if options.is_empty() { String::new() } else { format!(" -o {}", word(&options)) };
    format!("mount -t {}{options} {} {}", quoted(fstype), word(source), word(target))
}

fn umount(target: &Text, flags: &[String]) -> String {
    let has = |name: &str| flags.iter().any(|flag| flag == name);
    let lazy = if has("detach") { " -l" } else { "" };
    let force = if has("force") { " -f" } else { "" };
    format!("umount{lazy}{force} {}", word(target))
}

fn dup2(from: &StdioSource, to: u32) -> String {
    match from {
        StdioSource::File { path, mode } => format!(" {to}{} {}", redirection(*mode), word(path)),
        StdioSource::Pipe(end) => {
            let direction = if matches!(end, PipeEnd::Read(_)) { "<" } else { ">" };
            format!(" {to}{direction} {}", pipe_word(end))
        }
        StdioSource::Descriptor(from) => format!(" {to}>&{from}"),
    }
}

fn kill(task: &TaskRef, signal: Signal) -> String {
    format!("kill -{} {}", signal.name(), task_word(task))
}

fn task_word(task: &TaskRef) -> String {
    match task {
        TaskRef::Actor(actor) => pid(actor),
        TaskRef::Pid(number) => number.to_string(),
    }
}

/// Pid 0 is the shell itself.
fn own_or(task: &TaskRef) -> String {
    if *task == TaskRef::Pid(0) { "$$".to_owned() } else { task_word(task) }
}

fn renice_option(which: PriorityWhich) -> &'static str {
    match which {
        PriorityWhich::Process => "-p",
        PriorityWhich::Pgrp => "-g",
        PriorityWhich::User => "-u",
    }
}

fn file_word(file: &FileRef) -> String {
    match file {
        FileRef::Path(path) => word(path),
        FileRef::Pipe(end) => pipe_word(end),
    }
}

fn pipe_word(end: &PipeEnd) -> String {
    let (PipeEnd::Read(name) | PipeEnd::Write(name)) = end;
    pipe_path(name)
}

/// A named pipe in a directory of the script's own.
fn pipe_path(name: &PipeName) -> String {
    format!("\"$pipes\"/{}", quoted(&name.0))
}

/// A text as one word; references to pids are variables.
fn word(text: &Text) -> String {
    let piece = |piece: &Piece| match piece {
        Piece::Literal(text) => quoted(text),
        Piece::PidOf { pid_of } => pid(pid_of),
    };
    if text.is_empty() { "''".to_owned() } else { text.pieces().iter().map(piece).collect() }
}

fn pid(actor: &Actor) -> String {
    if actor == &Actor::shell() { "$$".to_owned() } else { format!("\"${{{}}}\"", variable(actor)) }
}

fn variable(actor: &Actor) -> String {
    let letters = actor.name().chars().map(|char| if char.is_ascii_alphanumeric() { char } else { '_' });
    format!("pid_{}", letters.collect::<String>())
}

/// A word that the shell takes as it is, in quotes where it needs them.
fn quoted(text: &str) -> String {
    let plain = |char: char| char.is_ascii_alphanumeric() || "/._-+:=,@%".contains(char);
    if !text.is_empty() && text.chars().all(plain) {
        return text.to_owned();
    }
    format!("'{}'", text.replace('\'', "'\\''"))
}

#[cfg(test)]
mod tests {
    use super::script;
    use drydock_engine::plan::{Actor, Call, FileRef, OpenMode, Step, TaskRef, Text};

    #[test]
    fn pids_are_variables_and_odd_characters_are_quoted() {
        let shell = Actor::shell();
        let sleep = Actor::new("sleep.1");
        let mut data = Text::pid_of(&sleep);
        data.push_str("\n");
        let file = FileRef::Path("/cgroup/it's/tasks".into());
        let steps = [
            Step::new(&shell, Call::Clone3 { child: sleep.clone(), flags: Vec::new() }),
            Step::new(
                &sleep,
                Call::Execve {
                    path: "/usr/bin/sleep".into(),
                    argv: vec!["sleep".into(), "9".into()],
                    env: vec![],
                },
            ),
            Step::new(&shell, Call::Write { file, data, mode: OpenMode::Truncate }),
            Step::new(&shell, Call::Wait4 { task: TaskRef::Actor(sleep), patience_ms: 0 }),
        ];
        let expected = "#!/bin/sh\n# x\nsleep 9 & pid_sleep_1=$!\n\
            printf %s \"${pid_sleep_1}\"'\n' > '/cgroup/it'\\''s/tasks'\nwait \"${pid_sleep_1}\"\n";
        assert_eq!(script("x", &steps), expected);
    }

    #[test]
    fn a_subshell_that_becomes_no_program_is_not_waited_for() {
        let (shell, sub) = (Actor::shell(), Actor::new("sh.1"));
        let steps = [
            Step::new(&shell, Call::Clone3 { child: sub.clone(), flags: Vec::new() }),
            Step::new(&sub, Call::Rmdir { path: "/a".into() }),
            Step::new(&sub, Call::ExitGroup { status: 0 }),
            Step::new(&shell, Call::Wait4 { task: TaskRef::Actor(sub), patience_ms: 0 }),
        ];
        assert_eq!(script("x", &steps), "#!/bin/sh\n# x\nrmdir /a\n");
    }
}
