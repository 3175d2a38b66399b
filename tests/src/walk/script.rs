//! Steps as lines of the shell, for `drydock compare`.

use drydock_engine::host::HostProfile;
use drydock_engine::kernel::Kernel;
use drydock_engine::plan::{Actor, Backend, Call, FileRef, Observe, OpenMode, Step, TaskRef, Text};

/// One `sys` line a step. Pids are numbers, those that the model gives when it performs the same steps.
pub fn lines(profile: &HostProfile, steps: &[Step]) -> Vec<String> {
    let mut model = Kernel::boot(profile);
    let mut lines = Vec::new();
    for step in steps {
        lines.push(line(&model, step));
        // Refusals are part of a walk.
        let _answer = model.perform(step);
    }
    lines
}

fn line(model: &Kernel, step: &Step) -> String {
    let text = |text: &Text| quoted(&text.resolve(|actor| model.pid(actor)).unwrap_or_default());
    let task = |task: &TaskRef| match task {
        TaskRef::Actor(actor) => actor.to_string(),
        TaskRef::Pid(pid) => pid.to_string(),
    };
    let words = match &step.call {
        Call::Mkdir { path, mode } => vec![text(path), format!("{mode:o}")],
        Call::Rmdir { path }
        | Call::Unlink { path }
        | Call::Stat { path }
        | Call::Chdir { path }
        | Call::Getdents64 { path }
        | Call::Read { file: FileRef::Path(path), .. } => vec![text(path)],
        Call::Open { path, mode } => vec![text(path), word(*mode).to_owned()],
        Call::Write { file: FileRef::Path(path), data, mode } => {
            vec![text(path), text(data), word(*mode).to_owned()]
        }
        Call::Mount { source, target, fstype, flags, data } => {
            let flags = if flags.is_empty() { "0".to_owned() } else { flags.join(",") };
            vec![quoted(fstype), text(source), text(target), flags, text(data)]
        }
        Call::Umount2 { target, flags } => vec![text(target), quoted(&flags.join(","))],
        Call::Rename { from, to } | Call::Link { from, to } => vec![text(from), text(to)],
        Call::Renameat2 { from, to, flags } => vec![text(from), text(to), flags.join(",")],
        Call::Symlink { target, path } => vec![text(target), text(path)],
        Call::Mknod { path, .. } => vec![text(path), "fifo".to_owned()],
        Call::Fchmodat { path, mode } => vec![text(path), format!("{mode:o}")],
        Call::Fchownat { path, uid, gid, .. } => {
            let number = |id: &Option<u32>| id.map_or_else(|| "-1".to_owned(), |id| id.to_string());
            vec![text(path), number(uid), number(gid), "nofollow".to_owned()]
        }
        Call::Truncate { path, length } => vec![text(path), length.to_string()],
        Call::Lsetxattr { path, name, value, .. } => vec![text(path), name.clone(), text(value)],
        Call::Clone3 { child, flags } => vec![child.to_string(), flags.join(",")],
        Call::ExitGroup { status } => vec![status.to_string()],
        Call::Wait4 { task: child, patience_ms } => vec![task(child), patience_ms.to_string()],
        Call::Kill { task: to, signal } => vec![task(to), signal.name()],
        other => vec![format!("# a walk does not make this call: {}", other.name())],
    };
    let by = if step.actor == Actor::shell() { String::new() } else { format!(" -a {}", step.actor) };
    format!("sys{by} {} {}", step.call.name(), words.join(" ")).trim_end().to_owned()
}

fn word(mode: OpenMode) -> &'static str {
    match mode {
        OpenMode::Read => "read",
        OpenMode::Write => "write",
        OpenMode::Truncate => "truncate",
        OpenMode::Append => "append",
        OpenMode::ReadWrite => "readwrite",
        OpenMode::Exclusive => "exclusive",
    }
}

/// A word that the shell takes as it is, in quotes where it needs them.
fn quoted(text: &str) -> String {
    let plain = |char: char| char.is_ascii_alphanumeric() || "/._-+:=,@%".contains(char);
    if !text.is_empty() && text.chars().all(plain) {
        return text.to_owned();
    }
    format!("'{}'", text.replace('\'', "'\\''"))
}

/// The path that a call is about.
pub fn path_of(call: &Call) -> Option<&Text> {
    match call {
        Call::Mkdir { path, .. }
        | Call::Rmdir { path }
        | Call::Unlink { path }
        | Call::Open { path, .. }
        | Call::Read { file: FileRef::Path(path), .. }
        | Call::Write { file: FileRef::Path(path), .. }
        | Call::Getdents64 { path }
        | Call::Stat { path }
        | Call::Chdir { path } => Some(path),
        _ => None,
    }
}
