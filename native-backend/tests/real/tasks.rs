//! Tasks: children, programs, pipes, signals.

use crate::real::kit::{Done, Session, Test, data, done, refused, same};
use drydock_engine::plan::{
    Actor, Answer, Backend, Call, Errno, FileRef, OpenMode, PipeEnd, PipeName, PriorityWhich, Reply, Signal,
    StdioSource, TaskRef, WaitStatus,
};
use std::time::Duration;

pub(crate) const TESTS: &[Test] = &[
    ("a_program_runs_and_writes", a_program_runs_and_writes),
    ("a_pipe_carries_a_programs_output", a_pipe_carries_a_programs_output),
    ("signals", signals),
    ("refusals_of_tasks", refusals_of_tasks),
    ("a_child_is_in_its_parents_groups", a_child_is_in_its_parents_groups),
    ("a_frozen_session_ends", a_frozen_session_ends),
    ("threads", threads),
    ("a_thread_becomes_a_program", a_thread_becomes_a_program),
    ("affinity_and_nice_values", affinity_and_nice_values),
];

fn clone(s: &mut Session, child: &str, pid: u32) -> Done {
    same(s.sh(Call::Clone3 { child: Actor::new(child), flags: Vec::new() }), Ok(Reply::Pid(pid)))
}

fn exec(s: &mut Session, actor: &str, words: &[&str]) -> Answer {
    let argv = words.iter().map(|word| (*word).into()).collect();
    let path = format!("/usr/bin/{}", words[0]);
    s.by(actor, Call::Execve { path: path.into(), argv, env: vec!["PATH=/usr/bin".into()] })
}

fn wait(s: &mut Session, actor: &str, patience_ms: u64) -> Answer {
    s.sh(Call::Wait4 { task: TaskRef::Actor(Actor::new(actor)), patience_ms })
}

fn kill(s: &mut Session, actor: &str, signal: Signal) -> Answer {
    s.sh(Call::Kill { task: TaskRef::Actor(Actor::new(actor)), signal })
}

fn a_program_runs_and_writes() -> Done {
    let mut s = Session::start("program")?;
    clone(&mut s, "echo", 1702)?;
    done(exec(&mut s, "echo", &["echo", "hello", "world"]))?;
    same(wait(&mut s, "echo", 5000), Ok(Reply::Wait(WaitStatus::Exited(0))))?;
    same(s.host.take_terminal(), "hello world\n".to_owned())?;
    clone(&mut s, "gone", 1703)?;
    done(s.by("gone", Call::ExitGroup { status: 7 }))?;
    same(wait(&mut s, "gone", 5000), Ok(Reply::Wait(WaitStatus::Exited(7))))?;
    // More than a pipe holds, while nobody but the controller reads.
    clone(&mut s, "dd", 1704)?;
    done(exec(&mut s, "dd", &["dd", "if=/dev/zero", "bs=1000", "count=300", "status=none"]))?;
    same(wait(&mut s, "dd", 5000), Ok(Reply::Wait(WaitStatus::Exited(0))))?;
    same(s.host.take_terminal().len(), 300_000)?;
    s.end()
}

fn a_pipe_carries_a_programs_output() -> Done {
    let mut s = Session::start("pipe")?;
    let name = PipeName("p".to_owned());
    let (read, write) = (PipeEnd::Read(name.clone()), PipeEnd::Write(name.clone()));
    done(s.sh(Call::Pipe2 { name }))?;
    clone(&mut s, "echo", 1702)?;
    done(s.by("echo", Call::Dup2 { from: StdioSource::Pipe(write.clone()), to: 1 }))?;
    done(s.by("echo", Call::Dup2 { from: StdioSource::Descriptor(1), to: 2 }))?;
    done(exec(&mut s, "echo", &["echo", "through"]))?;
    done(s.sh(Call::Close { end: write.clone() }))?;
    same(s.sh(Call::Read { file: FileRef::Pipe(read.clone()), at_most: None }), data("through\n"))?;
    done(s.sh(Call::Close { end: read.clone() }))?;
    refused(s.sh(Call::Close { end: read.clone() }), Errno::EBADF, "close")?;
    refused(s.sh(Call::Read { file: FileRef::Pipe(read), at_most: None }), Errno::EBADF, "read")?;
    let write = FileRef::Pipe(write);
    refused(
        s.sh(Call::Write { file: write, data: "x".into(), mode: OpenMode::Write }),
        Errno::EBADF,
        "write",
    )?;
    clone(&mut s, "file", 1703)?;
    let from = StdioSource::File { path: "/tmp/out".into(), mode: OpenMode::Truncate };
    done(s.by("file", Call::Dup2 { from, to: 1 }))?;
    done(exec(&mut s, "file", &["echo", "in a file"]))?;
    same(wait(&mut s, "file", 5000), Ok(Reply::Wait(WaitStatus::Exited(0))))?;
    same(s.read("/tmp/out"), data("in a file\n"))?;
    s.end()
}

fn signals() -> Done {
    let mut s = Session::start("signals")?;
    clone(&mut s, "sleep", 1702)?;
    done(exec(&mut s, "sleep", &["sleep", "1000"]))?;
    same(wait(&mut s, "sleep", 0), Ok(Reply::Wait(WaitStatus::Running)))?;
    same(wait(&mut s, "sleep", 20), Ok(Reply::Wait(WaitStatus::Running)))?;
    done(kill(&mut s, "sleep", Signal(0)))?;
    done(kill(&mut s, "sleep", Signal::STOP))?;
    comes_to(&mut s, 1702, "T")?;
    done(kill(&mut s, "sleep", Signal::CONT))?;
    done(kill(&mut s, "sleep", Signal::TERM))?;
    comes_to(&mut s, 1702, "Z")?;
    same(wait(&mut s, "sleep", 0), Ok(Reply::Wait(WaitStatus::Signaled(Signal::TERM))))?;
    done(kill(&mut s, "worker", Signal::KILL))?;
    refused(s.by("worker", Call::Chdir { path: "/".into() }), Errno::ESRCH, "chdir")?;
    s.end()
}

fn state(s: &mut Session, pid: u32) -> Option<String> {
    let Ok(Reply::Data(stat)) = s.read(&format!("/proc/{pid}/stat")) else { return None };
    stat.split(' ').nth(2).map(str::to_owned)
}

/// kill(2) is over when the signal is on its way; a task takes it when a CPU runs it next.
fn comes_to(s: &mut Session, pid: u32, letter: &str) -> Done {
    let mut last = state(s, pid);
    for _ in 0..500 {
        if last.as_deref() == Some(letter) {
            return Ok(());
        }
        std::thread::sleep(Duration::from_millis(10));
        last = state(s, pid);
    }
    Err(format!("task {pid} is in state {last:?}, not in {letter}").into())
}

fn refusals_of_tasks() -> Done {
    let mut s = Session::start("task-refusals")?;
    refused(s.sh(Call::Kill { task: TaskRef::Pid(99999), signal: Signal::TERM }), Errno::ESRCH, "kill")?;
    refused(s.sh(Call::Wait4 { task: TaskRef::Pid(1701), patience_ms: 0 }), Errno::ECHILD, "wait4")?;
    clone(&mut s, "child", 1702)?;
    refused(exec(&mut s, "child", &["no-such-program"]), Errno::ENOENT, "execve")?;
    // It is still there, and takes calls.
    done(s.by("child", Call::Chdir { path: "/tmp".into() }))?;
    refused(
        s.by("child", Call::Execve { path: "/etc/passwd".into(), argv: vec![], env: vec![] }),
        Errno::EACCES,
        "execve",
    )?;
    done(s.by("child", Call::ExitGroup { status: 127 }))?;
    s.end()
}

fn a_child_is_in_its_parents_groups() -> Done {
    let mut s = Session::start("groups")?;
    done(s.mkdir("/hierarchy"))?;
    done(s.mount("/hierarchy", "none,name=ddtest-child"))?;
    done(s.mkdir("/hierarchy/a"))?;
    same(s.write("/hierarchy/a/cgroup.procs", "1650"), Ok(Reply::Count(4)))?;
    clone(&mut s, "sleep", 1702)?;
    done(exec(&mut s, "sleep", &["sleep", "1000"]))?;
    same(s.read("/hierarchy/a/cgroup.procs"), data("1650\n1702\n"))?;
    s.end()
}

fn a_frozen_session_ends() -> Done {
    let mut s = Session::start("frozen")?;
    let mounts = std::fs::read_to_string("/proc/mounts")?;
    if !mounts.contains("/sys/fs/cgroup/freezer cgroup ") {
        return s.end();
    }
    done(s.mkdir("/sys/fs/cgroup/freezer/ice"))?;
    same(s.write("/sys/fs/cgroup/freezer/ice/cgroup.procs", "1701"), Ok(Reply::Count(4)))?;
    same(s.write("/sys/fs/cgroup/freezer/ice/freezer.state", "FROZEN"), Ok(Reply::Count(6)))?;
    same(s.read("/sys/fs/cgroup/freezer/ice/freezer.state"), data("FROZEN\n"))?;
    s.end()
}

fn thread(s: &mut Session, by: &str, child: &str, pid: u32) -> Done {
    let call = Call::Clone3 { child: Actor::new(child), flags: vec!["thread".to_owned()] };
    same(s.by(by, call), Ok(Reply::Pid(pid)))
}

/// The cases of the engine's `kernel/tests/threads.rs`.
fn threads() -> Done {
    let mut s = Session::start("threads")?;
    done(s.mkdir("/hierarchy"))?;
    done(s.mount("/hierarchy", "none,name=ddtest-threads"))?;
    done(s.mkdir("/hierarchy/a"))?;
    clone(&mut s, "p", 1702)?;
    thread(&mut s, "p", "t1", 1703)?;
    thread(&mut s, "t1", "t2", 1704)?;
    same(s.write("/hierarchy/a/tasks", "1703"), Ok(Reply::Count(4)))?;
    same(s.read("/hierarchy/a/tasks"), data("1703\n"))?;
    same(s.read("/hierarchy/a/cgroup.procs"), data("1702\n"))?;
    same(s.write("/hierarchy/a/cgroup.procs", "1704"), Ok(Reply::Count(4)))?;
    same(s.read("/hierarchy/a/tasks"), data("1702\n1703\n1704\n"))?;
    same(s.write("/hierarchy/tasks", "1702"), Ok(Reply::Count(4)))?;
    same(s.read("/hierarchy/a/tasks"), data("1703\n1704\n"))?;
    done(s.by("t2", Call::Exit { status: 0 }))?;
    refused(s.by("t2", Call::Chdir { path: "/".into() }), Errno::ESRCH, "chdir")?;
    same(s.read("/hierarchy/a/tasks"), data("1703\n"))?;
    // What they share.
    done(s.by("t1", Call::Chdir { path: "/tmp".into() }))?;
    done(s.by("p", Call::Open { path: "here".into(), mode: OpenMode::Append }))?;
    same(s.read("/tmp/here"), data(""))?;
    // A child of a thread is the process's; another thread may wait for it.
    same(s.by("t1", Call::Clone3 { child: Actor::new("c"), flags: Vec::new() }), Ok(Reply::Pid(1705)))?;
    done(s.by("c", Call::ExitGroup { status: 4 }))?;
    let c = Call::Wait4 { task: TaskRef::Actor(Actor::new("c")), patience_ms: 5000 };
    same(s.by("p", c), Ok(Reply::Wait(WaitStatus::Exited(4))))?;
    // The status is that of the last thread.
    done(s.by("p", Call::Exit { status: 3 }))?;
    same(wait(&mut s, "p", 20), Ok(Reply::Wait(WaitStatus::Running)))?;
    done(s.by("t1", Call::Exit { status: 5 }))?;
    same(wait(&mut s, "p", 5000), Ok(Reply::Wait(WaitStatus::Exited(5))))?;
    s.end()
}

fn a_thread_becomes_a_program() -> Done {
    let mut s = Session::start("thread-exec")?;
    clone(&mut s, "p", 1702)?;
    thread(&mut s, "p", "t", 1703)?;
    done(exec(&mut s, "t", &["sleep", "1000"]))?;
    same(s.read("/proc/1702/comm"), data("sleep\n"))?;
    refused(s.by("p", Call::Chdir { path: "/".into() }), Errno::ESRCH, "chdir")?;
    done(kill(&mut s, "t", Signal::TERM))?;
    same(wait(&mut s, "t", 5000), Ok(Reply::Wait(WaitStatus::Signaled(Signal::TERM))))?;
    clone(&mut s, "q", 1704)?;
    thread(&mut s, "q", "u", 1705)?;
    // Any thread's number names the process to kill(2).
    done(kill(&mut s, "u", Signal::STOP))?;
    comes_to(&mut s, 1704, "T")?;
    done(kill(&mut s, "u", Signal::CONT))?;
    done(s.by("u", Call::ExitGroup { status: 7 }))?;
    same(wait(&mut s, "q", 5000), Ok(Reply::Wait(WaitStatus::Exited(7))))?;
    s.end()
}

fn affinity_and_nice_values() -> Done {
    let mut s = Session::start("scheduling")?;
    let worker = || TaskRef::Pid(1701);
    let Ok(Reply::Cpus(all)) = s.sh(Call::SchedGetaffinity { task: TaskRef::Pid(0) }) else {
        return Err("the shell has no affinity".into());
    };
    let last = all.last().copied().unwrap_or(0);
    done(s.sh(Call::SchedSetaffinity { task: worker(), cpus: vec![last, 1000] }))?;
    same(s.sh(Call::SchedGetaffinity { task: worker() }), Ok(Reply::Cpus(vec![last])))?;
    for cpus in [vec![1000], vec![]] {
        let call = Call::SchedSetaffinity { task: worker(), cpus };
        refused(s.sh(call), Errno::EINVAL, "sched_setaffinity")?;
    }
    let nobody = || TaskRef::Pid(4000);
    refused(s.sh(Call::SchedGetaffinity { task: nobody() }), Errno::ESRCH, "sched_getaffinity")?;
    let which = PriorityWhich::Process;
    done(s.sh(Call::Setpriority { which, task: worker(), nice: 30 }))?;
    same(s.sh(Call::Getpriority { which, task: worker() }), Ok(Reply::Nice(19)))?;
    done(s.sh(Call::Setpriority { which, task: worker(), nice: -30 }))?;
    same(s.sh(Call::Getpriority { which: PriorityWhich::Pgrp, task: worker() }), Ok(Reply::Nice(-20)))?;
    same(
        s.sh(Call::Getpriority { which: PriorityWhich::User, task: TaskRef::Pid(0) }),
        Ok(Reply::Nice(-20)),
    )?;
    let call = Call::Setpriority { which: PriorityWhich::User, task: TaskRef::Pid(1000), nice: 1 };
    refused(s.sh(call), Errno::ESRCH, "setpriority")?;
    refused(s.sh(Call::Getpriority { which, task: nobody() }), Errno::ESRCH, "getpriority")?;
    done(s.sh(Call::Setpriority { which: PriorityWhich::Pgrp, task: TaskRef::Pid(0), nice: 5 }))?;
    clone(&mut s, "a", 1702)?;
    same(s.by("a", Call::Getpriority { which, task: TaskRef::Pid(0) }), Ok(Reply::Nice(5)))?;
    s.end()
}
