//! `k` on namespaces and root directories, and the programs that the scripts put into other roots.

use super::{done, missing, refused};
use drydock_engine::plan::reply::FileKind;
use drydock_engine::plan::{Call, NamespaceRef, Observation, Probe, Reply, TaskRef, Text, sys};
use drydock_engine::shell::tool::ToolRun;

/// Runs a subcommand; `None` where it is none of these.
pub(super) fn run(run: &mut ToolRun<'_, '_>, words: &[&str]) -> Option<u8> {
    Some(match *words {
        ["unshare", kinds, ..] => then(run, unshare_call(kinds), "unshare", 2, true),
        ["setns", path, kind, ..] => setns(run, path, kind),
        ["chroot", path, ..] => then(run, Call::Chroot { path: Text::from(path) }, "chroot", 2, true),
        ["chdir", path, ..] => then(run, Call::Chdir { path: Text::from(path) }, "chdir", 2, false),
        ["pivot", new, old] => {
            done(run, Call::PivotRoot { new_root: Text::from(new), put_old: Text::from(old) }, "pivot_root")
        }
        ["escape", sub, ..] => escape(run, sub),
        ["getcwd"] => match run.observe(&Probe::WorkingDirectory) {
            Observation::Data(path) => said(run, &path),
            _ => said(run, "!ENOENT getcwd"),
        },
        ["gethostname"] => {
            let name =
                super::read(run, "/proc/sys/kernel/hostname").unwrap_or_else(|_| "drydock\n".to_owned());
            said(run, name.trim_end())
        }
        ["readlink", path] => match run.perform(Call::Readlink { path: Text::from(path) }) {
            Ok(Reply::Data(target)) => said(run, &target),
            Ok(_) => 1,
            Err(refusal) => refused(run, &refusal, "readlink"),
        },
        _ => return None,
    })
}

fn said(run: &mut ToolRun<'_, '_>, text: &str) -> u8 {
    run.print(&format!("{text}\n"));
    0
}

fn unshare_call(kinds: &str) -> Call {
    let words = [Text::from("unshare"), Text::from(kinds)];
    sys::parse(&words).unwrap_or(Call::Unshare { flags: Vec::new() })
}

/// A call about the tool's own task, then the command behind it; alone, `OK` where that is what `k` says.
fn then(run: &mut ToolRun<'_, '_>, call: Call, at: &str, from: usize, says_ok: bool) -> u8 {
    run.open_streams();
    if let Err(refusal) = run.perform(call) {
        return refused(run, &refusal, at);
    }
    if run.arguments().len() > from {
        return run.become_command(from);
    }
    if says_ok { said(run, "OK") } else { 0 }
}

/// `setns /proc/PID/ns/KIND KIND COMMAND…`.
fn setns(run: &mut ToolRun<'_, '_>, path: &str, kind: &str) -> u8 {
    let pid = path.strip_prefix("/proc/").and_then(|rest| rest.split('/').next()?.parse().ok());
    let Some(pid) = pid else { return missing(run, "setns with another file") };
    let Call::Unshare { flags } = unshare_call(kind) else { return 1 };
    let call = Call::Setns { from: NamespaceRef::Task(TaskRef::Pid(pid)), nstype: flags };
    then(run, call, "setns", 3, true)
}

/// Out of a chroot: another root below, while the working directory stays outside of it.
fn escape(run: &mut ToolRun<'_, '_>, sub: &str) -> u8 {
    // It may be there from before.
    let _ = run.perform(Call::Mkdir { path: Text::from(sub), mode: 0o755 });
    let chroot = |path: &str| Call::Chroot { path: Text::from(path) };
    if let Err(refusal) = run.perform(chroot(sub)) {
        return refused(run, &refusal, "chroot");
    }
    for _ in 0..64 {
        let _ = run.perform(Call::Chdir { path: Text::from("..") });
    }
    match run.perform(chroot(".")) {
        Ok(_) => run.become_command(2),
        Err(refusal) => refused(run, &refusal, "chroot2"),
    }
}

/// `cp FILE… DIRECTORY`: names that can be executed; what is in them nobody asks.
pub(super) fn cp(run: &mut ToolRun<'_, '_>) -> u8 {
    let words = run.arguments();
    let Some((directory, files)) = words.split_last() else { return 1 };
    for file in files {
        let name = file.rsplit('/').next().unwrap_or(file);
        let path = Text::from(format!("{}/{name}", directory.trim_end_matches('/')));
        let call = Call::Mknod { path, kind: FileKind::Regular, mode: 0o755, major: 0, minor: 0 };
        // A copy that is there already is as good.
        let _ = run.perform(call);
    }
    0
}

/// `ln -sf TARGET LINK`.
pub(super) fn ln(run: &mut ToolRun<'_, '_>) -> u8 {
    let words = run.arguments();
    let [option, target, path] = words.as_slice() else { return missing(run, "ln without -sf") };
    if option != "-sf" {
        return missing(run, "ln without -sf");
    }
    // As cp.
    let _ =
        run.perform(Call::Symlink { target: Text::from(target.as_str()), path: Text::from(path.as_str()) });
    0
}

/// `which NAME`: where the machines had it.
pub(super) fn which(run: &mut ToolRun<'_, '_>) -> u8 {
    let name = run.arguments().concat();
    said(run, &format!("/bin/{name}"))
}

/// A program by its path: the command of that name.
pub(super) fn by_path(run: &mut ToolRun<'_, '_>) -> u8 {
    let words = run.all_words();
    let path = words.first().map(ToString::to_string).unwrap_or_default();
    let name = path.rsplit('/').next().unwrap_or_default();
    let rest = words.get(1..).unwrap_or_default();
    // The machines' own wrote into files.
    let lines = (name == "ls").then(|| Text::from("-1"));
    let front: Vec<Text> = std::iter::once(Text::from(name)).chain(lines).collect();
    run.become_words(&[&front, rest].concat())
}

/// `busybox COMMAND …`.
pub(super) fn busybox(run: &mut ToolRun<'_, '_>) -> u8 {
    run.become_command(0)
}

/// util-linux' `unshare -m COMMAND …`, which makes all mounts private.
pub(super) fn unshare(run: &mut ToolRun<'_, '_>) -> u8 {
    if run.arguments().first().map(String::as_str) != Some("-m") {
        return missing(run, "unshare of other kinds");
    }
    let private = Call::Mount {
        source: Text::from("none"),
        target: Text::from("/"),
        fstype: "none".to_owned(),
        flags: ["rec", "private"].map(str::to_owned).to_vec(),
        data: Text::default(),
    };
    for call in [unshare_call("mnt"), private] {
        if let Err(refusal) = run.perform(call) {
            return refused(run, &refusal, "unshare");
        }
    }
    run.become_command(1)
}
