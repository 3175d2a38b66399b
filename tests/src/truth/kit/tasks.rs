//! `k` on tasks: moving in, signals, forks.

use super::{done, files, read, refused, write};
use drydock_engine::plan::{Actor, Call, OpenMode, Signal, TaskRef, WaitStatus};
use drydock_engine::shell::tool::ToolRun;

/// Runs a subcommand; `None` where it is none of these.
pub(super) fn run(run: &mut ToolRun<'_, '_>, words: &[&str]) -> Option<u8> {
    Some(match *words {
        ["in", list, ..] => {
            for path in list.split(',') {
                if let Err(refusal) = write(run, path, "0", OpenMode::Write) {
                    return Some(refused(run, &refusal, &refusal.at));
                }
            }
            run.become_command(2)
        }
        // Orphans of the scripts are waited for by nobody, whoever adopts them.
        ["subreap", ..] => run.become_command(1),
        ["run", ..] => fork_and_report(run),
        ["as", uid, gid, ..] => become_user(run, uid, gid),
        ["kill", pid, signal] => kill(run, pid, signal),
        ["forks", n, ref rest @ ..] => forks(run, n.parse().unwrap_or(0), rest.first().copied()),
        ["now", ref rest @ ..] => now(run, rest.first().and_then(|word| word.parse().ok()).unwrap_or(0.0)),
        ["waitfile", path] => waitfile(run, path),
        ["getpid"] => {
            let (pid, parent) = super::namespaces::own_numbers(run);
            run.print(&format!("pid={pid} ppid={parent}\n"));
            0
        }
        _ => return None,
    })
}

/// `as UID GID COMMAND`: gives up all groups, takes the group, becomes the user, then the command.
fn become_user(run: &mut ToolRun<'_, '_>, uid: &str, gid: &str) -> u8 {
    let (uid, gid) = (uid.parse().ok(), gid.parse().ok());
    // Who may not give them up keeps them.
    let _ = run.perform(Call::Setgroups { groups: Vec::new() });
    if let Err(refusal) = run.perform(Call::Setresgid { rgid: gid, egid: gid, sgid: gid }) {
        return refused(run, &refusal, "setgid");
    }
    if let Err(refusal) = run.perform(Call::Setresuid { ruid: uid, euid: uid, suid: uid }) {
        return refused(run, &refusal, "setuid");
    }
    super::namespaces::become_program(run, 3)
}

fn kill(run: &mut ToolRun<'_, '_>, pid: &str, signal: &str) -> u8 {
    let signal = Signal::parse(signal).unwrap_or(Signal(0));
    done(run, Call::Kill { task: TaskRef::Pid(pid.parse().unwrap_or(i32::MAX)), signal }, "kill")
}

/// `run COMMAND`: a child becomes the command; how it ended is printed.
fn fork_and_report(run: &mut ToolRun<'_, '_>) -> u8 {
    let line = match run.fork("run", |child| child.become_command(1)) {
        Ok(WaitStatus::Signaled(signal)) => format!("signal SIG{}\n", signal.name()),
        Ok(status) => format!("exit {}\n", status.shell_status()),
        Err(refusal) => return refused(run, &refusal, "fork"),
    };
    run.print(&line);
    0
}

/// `forks N [FILE]`: children that wait; says how many there could be, and what FILE says then.
fn forks(run: &mut ToolRun<'_, '_>, n: u32, file: Option<&str>) -> u8 {
    let mut children: Vec<Actor> = Vec::new();
    let mut refusal = None;
    while children.len() < n as usize {
        let child = Actor::new(run.fresh_name("forked"));
        match run.perform(Call::Clone3 { child: child.clone(), flags: Vec::new() }) {
            Ok(_) => children.push(child),
            Err(refused) => {
                refusal = Some(refused);
                break;
            }
        }
    }
    let why = refusal.map(|refusal| format!(" {}", files::failed(&refusal))).unwrap_or_default();
    run.print(&format!("forked {} of {n}{why}\n", children.len()));
    if let Some(path) = file
        && let Ok(text) = read(run, path)
    {
        run.print(&format!("{}: {text}", path.rsplit('/').next().unwrap_or(path)));
    }
    for child in children {
        let task = TaskRef::Actor(child);
        let killed = run.perform(Call::Kill { task: task.clone(), signal: Signal::KILL });
        // A child that could not be killed can't be waited for either.
        let _ = killed.and_then(|_| run.perform(Call::Wait4 { task, patience_ms: 1000 }));
    }
    0
}

/// `now [SECONDS]`: the clock, in seconds since the boot, and so much more.
fn now(run: &mut ToolRun<'_, '_>, more: f64) -> u8 {
    let uptime = read(run, "/proc/uptime").unwrap_or_default();
    let now: f64 = uptime.split(' ').next().and_then(|word| word.parse().ok()).unwrap_or(0.0);
    run.print(&format!("{:.3}\n", now + more));
    0
}

/// Waits for a file that another task makes: it has, or never will.
fn waitfile(run: &mut ToolRun<'_, '_>, path: &str) -> u8 {
    match read(run, path) {
        Ok(text) if !text.is_empty() => 0,
        _ => {
            run.print("timeout\n");
            1
        }
    }
}
