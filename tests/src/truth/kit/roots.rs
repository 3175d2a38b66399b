//! `k` on namespaces and root directories, and the programs that the scripts put into other roots.

use super::{done, refused};
use drydock_engine::plan::reply::FileKind;
use drydock_engine::plan::{Call, Observation, Probe, Text};
use drydock_engine::shell::tool::ToolRun;

/// Runs a subcommand; `None` where it is none of these.
pub(super) fn run(run: &mut ToolRun<'_, '_>, words: &[&str]) -> Option<u8> {
    Some(match *words {
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
        _ => return None,
    })
}

fn said(run: &mut ToolRun<'_, '_>, text: &str) -> u8 {
    run.print(&format!("{text}\n"));
    0
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
