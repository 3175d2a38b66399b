//! One sentence for one step.

use super::catalogue::{Facts, catalogue};
use crate::kernel::cpu_list as list;
use crate::plan::limit::limit_word;
use crate::plan::probe::MountInfo;
use crate::plan::sys_namespaces::NAMESPACE_FLAGS;
use crate::plan::{
    Actor, Call, FileRef, NamespaceRef, Observation, Observe, PipeEnd, PriorityWhich, Probe, StdioSource,
    Step, TaskRef, Text,
};

/// Says in one sentence what a step does. `kernel` is the state before the step, which decides whether a path
/// is a control group or a plain directory.
pub fn sentence(step: &Step, kernel: &dyn Observe) -> String {
    let mut facts = Facts::new();
    facts.insert("actor".to_owned(), step.actor.to_string());
    let id = describe(step, kernel, &mut facts);
    let text = catalogue().text(id, &facts);
    // Other actors are called by names, which a sentence may begin with as they are.
    match text.strip_prefix(Actor::SHELL) {
        Some(rest) if rest.starts_with(' ') => catalogue().text("step-by-shell", &Facts::new()) + rest,
        _ => text,
    }
}

/// Chooses the message and collects its facts.
fn describe(step: &Step, kernel: &dyn Observe, facts: &mut Facts) -> &'static str {
    let known = |text: &Text| text.resolve(|actor| kernel.pid(actor)).unwrap_or_else(|| text.to_string());
    let mut set = |name: &str, value: String| facts.insert(name.to_owned(), value);
    match &step.call {
        Call::Mkdir { path, .. } => {
            set("path", known(path));
            if in_cgroup(&known(path), &step.actor, kernel) { "step-mkdir-group" } else { "step-mkdir" }
        }
        Call::Rmdir { path } => {
            set("path", known(path));
            if in_cgroup(&known(path), &step.actor, kernel) { "step-rmdir-group" } else { "step-rmdir" }
        }
        Call::Unlink { path } => {
            set("path", known(path));
            "step-unlink"
        }
        Call::Rename { from, to } | Call::Link { from, to } => {
            set("from", known(from));
            set("to", known(to));
            if matches!(step.call, Call::Rename { .. }) { "step-rename" } else { "step-link" }
        }
        Call::Symlink { target, path } => {
            set("target", known(target));
            set("path", known(path));
            "step-symlink"
        }
        Call::Mknod { path, .. } => {
            set("path", known(path));
            "step-mknod"
        }
        Call::Statfs { path } => {
            set("path", known(path));
            "step-statfs"
        }
        Call::Open { path, .. } => {
            set("path", known(path));
            "step-open"
        }
        Call::Read { file, .. } => {
            set("path", file_name(file, &known));
            if matches!(file, FileRef::Path(_)) { "step-read" } else { "step-read-pipe" }
        }
        Call::Write { file, data, .. } => write(file, &known(data), &known, &step.actor, kernel, facts),
        Call::Getdents64 { path } => {
            set("path", known(path));
            "step-getdents"
        }
        Call::Stat { path } => {
            set("path", known(path));
            "step-stat"
        }
        Call::Chdir { path } => {
            set("path", known(path));
            "step-chdir"
        }
        Call::Mount { source, target, fstype, flags, data } => {
            set("source", known(source));
            set("target", known(target));
            set("fstype", fstype.clone());
            set("data", known(data));
            set("kind", mount_kind(flags).cloned().unwrap_or_default());
            mount_message(fstype, flags, &known(data))
        }
        Call::Umount2 { target, .. } => {
            set("target", known(target));
            "step-umount"
        }
        other => describe_task_call(other, &known, facts),
    }
}

fn mount_message(fstype: &str, flags: &[String], data: &str) -> &'static str {
    let has = |name: &str| flags.iter().any(|flag| flag == name);
    let remount = has("remount");
    match (fstype, remount) {
        (_, true) if has("bind") => "step-remount-bind",
        _ if has("bind") && has("rec") => "step-rbind",
        _ if has("bind") => "step-bind",
        _ if mount_kind(flags).is_some() && has("rec") => "step-mount-kind-rec",
        _ if mount_kind(flags).is_some() => "step-mount-kind",
        _ if has("move") => "step-move-mount",
        ("cgroup", true) => "step-remount-cgroup",
        (_, true) => "step-remount",
        ("cgroup", false) if data.is_empty() => "step-mount-cgroup-all",
        ("cgroup", false) => "step-mount-cgroup",
        ("cgroup2", false) => "step-mount-cgroup2",
        _ => "step-mount",
    }
}

/// The kind of propagation that the flags of mount(2) ask for.
fn mount_kind(flags: &[String]) -> Option<&String> {
    flags.iter().find(|flag| ["shared", "private", "slave", "unbindable"].contains(&flag.as_str()))
}

fn write(
    file: &FileRef,
    data: &str,
    known: &dyn Fn(&Text) -> String,
    actor: &Actor,
    kernel: &dyn Observe,
    facts: &mut Facts,
) -> &'static str {
    let path = file_name(file, known);
    facts.insert("path".to_owned(), path.clone());
    facts.insert("bytes".to_owned(), data.len().to_string());
    facts.insert("value".to_owned(), data.trim_end_matches('\n').to_owned());
    if matches!(file, FileRef::Pipe(_)) {
        return "step-write-pipe";
    }
    let (group, name) = path.rsplit_once('/').unwrap_or((".", &path));
    if !in_cgroup(&path, actor, kernel) {
        return "step-write";
    }
    facts.insert("group".to_owned(), group.to_owned());
    facts.insert("file".to_owned(), name.to_owned());
    match name {
        "tasks" | "cgroup.procs" => "step-write-tasks",
        _ => "step-write-control",
    }
}

/// The calls that are about tasks and their descriptors.
fn describe_task_call(call: &Call, known: &dyn Fn(&Text) -> String, facts: &mut Facts) -> &'static str {
    let mut set = |name: &str, value: String| facts.insert(name.to_owned(), value);
    match call {
        Call::Pipe2 { .. } => "step-pipe",
        Call::Dup2 { from, to } => {
            set(
                "to",
                ["standard input", "standard output", "standard error"]
                    .get(*to as usize)
                    .map_or_else(|| to.to_string(), |name| (*name).to_owned()),
            );
            set(
                "from",
                match from {
                    StdioSource::File { path, .. } => known(path),
                    StdioSource::Pipe(PipeEnd::Read(_)) => "|".to_owned(),
                    StdioSource::Pipe(PipeEnd::Write(_)) => "|".to_owned(),
                    StdioSource::Descriptor(number) => number.to_string(),
                },
            );
            match from {
                StdioSource::File { .. } => "step-dup-file",
                StdioSource::Pipe(_) => "step-dup-pipe",
                StdioSource::Descriptor(_) => "step-dup",
            }
        }
        Call::Close { .. } => "step-close",
        Call::Clone3 { child, flags } => {
            set("child", child.to_string());
            if flags.iter().any(|flag| flag == "thread") { "step-clone-thread" } else { "step-clone" }
        }
        Call::Execve { path, argv, .. } => {
            set("path", known(path));
            let words: Vec<_> = argv.iter().map(known).collect();
            set("words", words.join(" "));
            "step-execve"
        }
        Call::ExitGroup { status } => {
            set("status", status.to_string());
            "step-exit"
        }
        Call::Exit { status } => {
            set("status", status.to_string());
            "step-exit-thread"
        }
        Call::SchedSetaffinity { task, cpus } => {
            set("task", whom(task));
            set("cpus", list(cpus));
            if cpus.is_empty() { "step-setaffinity-none" } else { "step-setaffinity" }
        }
        Call::SchedGetaffinity { task } => {
            set("task", whom(task));
            "step-getaffinity"
        }
        Call::Setpriority { which, task, nice } => {
            set("task", whom(task));
            set("nice", nice.to_string());
            match which {
                PriorityWhich::Process => "step-setpriority",
                PriorityWhich::Pgrp => "step-setpriority-pgrp",
                PriorityWhich::User => "step-setpriority-user",
            }
        }
        Call::Getpriority { task, .. } => {
            set("task", whom(task));
            "step-getpriority"
        }
        Call::Setresuid { .. }
        | Call::Setresgid { .. }
        | Call::Setgroups { .. }
        | Call::Capset { .. }
        | Call::Prctl { .. }
        | Call::Fchmodat { .. }
        | Call::Fchownat { .. } => describe_user_call(call, known, facts),
        Call::Prlimit64 { task, resource, new } => {
            set("task", whom(task));
            set("resource", resource.word().to_owned());
            let Some(new) = new else { return "step-prlimit-ask" };
            set("soft", limit_word(new.soft));
            set("hard", limit_word(new.hard));
            "step-prlimit"
        }
        Call::Unshare { .. }
        | Call::Setns { .. }
        | Call::Sethostname { .. }
        | Call::Setdomainname { .. }
        | Call::Chroot { .. }
        | Call::PivotRoot { .. } => describe_namespace_call(call, known, facts),
        Call::Execveat { argv } => {
            set("program", argv.first().map(known).unwrap_or_default());
            "step-execveat"
        }
        Call::Shmget { key, .. } | Call::Msgget { key, .. } | Call::Semget { key, .. } => {
            set("key", format!("{key:#x}"));
            match call {
                Call::Shmget { .. } => "step-shmget",
                Call::Msgget { .. } => "step-msgget",
                _ => "step-semget",
            }
        }
        Call::Shmctl { id } | Call::Msgctl { id } | Call::Semctl { id } => {
            set("id", id.to_string());
            "step-ipc-remove"
        }
        Call::Wait4 { task, .. } => {
            set("task", task.to_string());
            "step-wait"
        }
        Call::Kill { task, signal } => {
            set("task", task.to_string());
            set("signal", format!("SIG{}", signal.name()));
            if signal.0 == 0 { "step-kill-test" } else { "step-kill" }
        }
        Call::ClockNanosleep { milliseconds } => {
            set("seconds", crate::plan::strace::seconds(*milliseconds));
            "step-clock-nanosleep"
        }
        other => super::sentence_files::describe(other, known, facts),
    }
}

/// The calls that are about users and owners.
fn describe_user_call(call: &Call, known: &dyn Fn(&Text) -> String, facts: &mut Facts) -> &'static str {
    let mut set = |name: &str, value: String| facts.insert(name.to_owned(), value);
    let number = |id: &Option<u32>| id.map_or_else(|| "-1".to_owned(), |id| id.to_string());
    match call {
        Call::Setresuid { ruid: real, euid: effective, suid: saved }
        | Call::Setresgid { rgid: real, egid: effective, sgid: saved } => {
            for (name, id) in [("real", real), ("effective", effective), ("saved", saved)] {
                set(name, number(id));
            }
            match (call, real == effective && effective == saved) {
                (Call::Setresuid { .. }, true) => "step-setresuid",
                (Call::Setresuid { .. }, false) => "step-setresuid-each",
                (_, true) => "step-setresgid",
                (_, false) => "step-setresgid-each",
            }
        }
        Call::Setgroups { groups } if groups.is_empty() => "step-setgroups-none",
        Call::Setgroups { groups } => {
            let numbers: Vec<_> = groups.iter().map(u32::to_string).collect();
            set("groups", numbers.join(", "));
            "step-setgroups"
        }
        Call::Capset { permitted, .. } => {
            set("permitted", crate::plan::strace::capabilities(*permitted));
            "step-capset"
        }
        Call::Prctl { option } => {
            use crate::plan::capability::{Prctl, word};
            match option {
                Prctl::CapbsetDrop(number)
                | Prctl::CapAmbientRaise(number)
                | Prctl::CapAmbientLower(number) => {
                    set("capability", word(*number));
                }
                Prctl::SetKeepcaps(value) | Prctl::SetNoNewPrivs(value) => {
                    set("value", value.to_string());
                }
                Prctl::CapAmbientClearAll => {}
            }
            match option {
                Prctl::CapbsetDrop(_) => "step-capbset-drop",
                Prctl::CapAmbientRaise(_) => "step-ambient-raise",
                Prctl::CapAmbientLower(_) => "step-ambient-lower",
                Prctl::CapAmbientClearAll => "step-ambient-clear",
                Prctl::SetKeepcaps(_) => "step-keepcaps",
                Prctl::SetNoNewPrivs(_) => "step-no-new-privs",
            }
        }
        Call::Fchmodat { path, mode } => {
            set("path", known(path));
            set("mode", format!("{mode:04o}"));
            "step-chmod"
        }
        Call::Fchownat { path, uid, gid, .. } => {
            set("path", known(path));
            set("uid", number(uid));
            set("gid", number(gid));
            match (uid, gid) {
                (Some(_), Some(_)) => "step-chown-both",
                (None, _) => "step-chown-group",
                (Some(_), None) => "step-chown",
            }
        }
        _ => "step-other",
    }
}

/// The calls that are about namespaces and the root directory.
fn describe_namespace_call(call: &Call, known: &dyn Fn(&Text) -> String, facts: &mut Facts) -> &'static str {
    let mut set = |name: &str, value: String| facts.insert(name.to_owned(), value);
    match call {
        Call::Unshare { flags } => {
            set("kinds", kinds(flags));
            "step-unshare"
        }
        Call::Setns { from: NamespaceRef::File(path), .. } => {
            set("path", known(path));
            "step-setns"
        }
        Call::Setns { from: NamespaceRef::Task(task), nstype } => {
            set("task", task.to_string());
            set("kinds", kinds(nstype));
            "step-setns-task"
        }
        Call::Sethostname { name } => {
            set("name", known(name));
            "step-sethostname"
        }
        Call::Setdomainname { name } => {
            set("name", known(name));
            "step-setdomainname"
        }
        Call::Chroot { path } => {
            set("path", known(path));
            "step-chroot"
        }
        Call::PivotRoot { new_root, put_old } => {
            set("path", known(new_root));
            set("old", known(put_old));
            "step-pivot-root"
        }
        _ => "step-other",
    }
}

/// Namespaces by the words that people use for them.
fn kinds(flags: &[String]) -> String {
    let word = |flag: &String| {
        let kind = NAMESPACE_FLAGS.iter().find(|(_, known)| known == flag);
        kind.map_or(flag.clone(), |(kind, _)| (*kind).to_owned())
    };
    flags.iter().map(word).collect::<Vec<_>>().join(", ")
}

/// Pid 0 is whoever calls.
fn whom(task: &TaskRef) -> String {
    if *task == TaskRef::Pid(0) { "itself".to_owned() } else { task.to_string() }
}

fn file_name(file: &FileRef, known: &dyn Fn(&Text) -> String) -> String {
    match file {
        FileRef::Path(path) => known(path),
        FileRef::Pipe(PipeEnd::Read(name) | PipeEnd::Write(name)) => name.0.clone(),
    }
}

/// True where the deepest mount over a path is a cgroup file system.
fn in_cgroup(path: &str, actor: &Actor, kernel: &dyn Observe) -> bool {
    let absolute = absolute(path, actor, kernel);
    let Observation::Mounts(mounts) = kernel.observe(actor, &Probe::Mounts) else { return false };
    deepest_mount(&absolute, &mounts).is_some_and(|mount| mount.fstype.starts_with("cgroup"))
}

/// A path from the root, by the actor's working directory; `.` and `..` stay as they are typed.
pub fn absolute(path: &str, actor: &Actor, kernel: &dyn Observe) -> String {
    if path.starts_with('/') {
        return path.to_owned();
    }
    match kernel.observe(actor, &Probe::WorkingDirectory) {
        Observation::Data(directory) => format!("{}/{path}", directory.trim_end_matches('/')),
        _ => path.to_owned(),
    }
}

/// The mount that a path is on: the longest mount point that is a prefix, the last one made if several.
pub fn deepest_mount<'a>(path: &str, mounts: &'a [MountInfo]) -> Option<&'a MountInfo> {
    let covers = |target: &str| {
        target == "/"
            || path.strip_prefix(target).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    mounts.iter().filter(|mount| covers(&mount.target)).max_by_key(|mount| mount.target.len())
}
