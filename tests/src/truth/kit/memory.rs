//! `k` as a workload that takes memory: `alloc`, `allocx` and `filecache`. The programs `memhog` and `dd` do the work.

use super::{done, missing, read, refused};
use drydock_engine::plan::{
    Actor, Call, OpenMode, Refusal, Reply, Signal, StdioSource, TaskRef, Text, WaitStatus,
};
use drydock_engine::shell::tool::ToolRun;

/// Runs a subcommand; `None` where it is none of these.
pub(super) fn run(run: &mut ToolRun<'_, '_>, words: &[&str]) -> Option<u8> {
    Some(match *words {
        ["alloc", mib, ref hold @ ..] => alloc(run, mib, hold.first().copied().unwrap_or("0")),
        ["allocx", mib] => counted(run, mib),
        ["filecache", path, mib] => fill(run, path, mib),
        _ => return None,
    })
}

/// `alloc MIB [SECONDS]`: touches so much and holds it; says so where it is over at once.
fn alloc(run: &mut ToolRun<'_, '_>, mib: &str, hold: &str) -> u8 {
    if hold.parse::<f64>().is_ok_and(|seconds| seconds > 10.0) {
        // So many rounds take longer than any script.
        return run.become_words(&hog(mib, "-r1000000"));
    }
    match child(run, &hog(mib, "-r1"), 600_000) {
        Ok((_, WaitStatus::Exited(_))) => {
            run.print(&format!("touched {mib} MiB\n"));
            0
        }
        // What ends the child would have ended the tool itself.
        Ok((_, WaitStatus::Signaled(signal))) => {
            let pid = i32::try_from(run.pid(&run.actor()).unwrap_or(0)).unwrap_or(0);
            let _ = run.perform(Call::Kill { task: TaskRef::Pid(pid), signal });
            128 + signal.0
        }
        Ok((_, WaitStatus::Running)) => missing(run, "a task that is slowed down by memory.high"),
        Err(refusal) => refused(run, &refusal, "fork"),
    }
}

fn hog(mib: &str, rounds: &str) -> Vec<Text> {
    ["/usr/bin/memhog", rounds, &format!("{mib}m")].map(Text::from).to_vec()
}

/// A child that becomes a program which prints nothing, and how it ended.
pub(super) fn child(
    run: &mut ToolRun<'_, '_>,
    words: &[Text],
    patience_ms: u64,
) -> Result<(Actor, WaitStatus), Refusal> {
    let child = Actor::new(run.fresh_name("hog"));
    run.perform(Call::Clone3 { child: child.clone(), flags: Vec::new() })?;
    for to in [1, 2] {
        let from = StdioSource::File { path: Text::from("/dev/null"), mode: OpenMode::Write };
        run.perform_by(&child, Call::Dup2 { from, to })?;
    }
    let path = words.first().cloned().unwrap_or_default();
    run.perform_by(&child, Call::Execve { path, argv: words.to_vec(), env: Vec::new() })?;
    match run.perform(Call::Wait4 { task: TaskRef::Actor(child.clone()), patience_ms })? {
        Reply::Wait(status) => Ok((child, status)),
        _ => Ok((child, WaitStatus::Running)),
    }
}

/// `allocx MIB`: a child touches so much; says how many pages it had touched when it ended, and how.
fn counted(run: &mut ToolRun<'_, '_>, mib: &str) -> u8 {
    let wanted = mib.parse::<u64>().unwrap_or(0) * 256;
    match child(run, &hog(mib, "-r1"), 1500) {
        Ok((_, WaitStatus::Signaled(signal))) => {
            let touched = limit_pages(run).min(wanted);
            run.print(&format!("touched {touched} pages of {wanted}; signal SIG{}\n", signal.name()));
            0
        }
        Ok((_, WaitStatus::Exited(status))) => {
            run.print(&format!("touched {wanted} pages of {wanted}; exit {status}\n"));
            0
        }
        // It waits for memory. So does this task in its place, so that what ends the waiting is seen.
        Ok((child, WaitStatus::Running)) => {
            let task = TaskRef::Actor(child);
            let killed = run.perform(Call::Kill { task: task.clone(), signal: Signal::KILL });
            // A child that could not be killed can't be waited for either.
            let _ = killed.and_then(|_| run.perform(Call::Wait4 { task, patience_ms: 1000 }));
            run.become_words(&hog(mib, "-r1"))
        }
        Err(refusal) => refused(run, &refusal, "fork"),
    }
}

/// How many pages the limits of this task's group and of those above it let through.
fn limit_pages(run: &mut ToolRun<'_, '_>) -> u64 {
    let groups = read(run, "/proc/self/cgroup").unwrap_or_default();
    let path =
        |head: &str| groups.lines().find_map(|line| line.split_once(head)).map(|(_, path)| path.to_owned());
    let number = |text: &str| text.trim().parse::<u64>().ok();
    if let Some(path) = path(":memory:") {
        let stat = read(run, &format!("/sys/fs/cgroup/memory{path}/memory.stat")).unwrap_or_default();
        let limit = stat.lines().find_map(|line| line.strip_prefix("hierarchical_memory_limit "));
        return limit.and_then(number).unwrap_or(u64::MAX) / 4096;
    }
    let mut least = u64::MAX;
    let mut at = path("0::").unwrap_or_default();
    while let Some((above, _)) = at.rsplit_once('/') {
        let limit = read(run, &format!("/sys/fs/cgroup{at}/memory.max")).unwrap_or_default();
        least = least.min(number(&limit).unwrap_or(u64::MAX));
        at = above.to_owned();
    }
    least / 4096
}

/// `filecache FILE MIB`: writes so much into a file.
fn fill(run: &mut ToolRun<'_, '_>, path: &str, mib: &str) -> u8 {
    let open = Call::Open { path: Text::from(path), mode: OpenMode::Truncate };
    if let Err(refusal) = run.perform(open) {
        return refused(run, &refusal, "open");
    }
    let words = [
        "/usr/bin/dd",
        "if=/dev/zero",
        &format!("of={path}"),
        "bs=1M",
        &format!("count={mib}"),
        "status=none",
    ];
    match child(run, &words.map(Text::from), 600_000) {
        Ok((_, WaitStatus::Exited(0))) => done(run, Call::Stat { path: Text::from(path) }, "write"),
        Ok(_) => missing(run, "page cache that can be written back"),
        Err(refusal) => refused(run, &refusal, "write"),
    }
}
