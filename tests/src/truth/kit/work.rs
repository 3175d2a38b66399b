//! `k` as a workload: busy loops, threads, nice values, CPUs; and `wait` and `taskset` for them.
//!
//! A busy loop becomes the program `dd` between two devices, which never ends. Its output file says so, and
//! whoever waits for it lets its time pass; `share` then looks at the CPU time that the loops have used, ends them
//! and prints who had how much.

use super::programs::collect;
use super::{files, missing, read, refused, write};
use drydock_engine::plan::{Actor, Call, OpenMode, PriorityWhich, Signal, TaskRef, Text};
use drydock_engine::shell::tool::ToolRun;

/// Runs a subcommand; `None` where it is none of these.
pub(super) fn run(run: &mut ToolRun<'_, '_>, words: &[&str]) -> Option<u8> {
    Some(match *words {
        ["spin", cpu, _start, seconds, out] => spin(run, cpu, seconds, out),
        ["share", ref pairs @ ..] => share(run, pairs),
        ["nice", nice, ..] => {
            let call = Call::Setpriority {
                which: PriorityWhich::default(),
                task: TaskRef::Pid(0),
                nice: nice.parse().unwrap_or(0),
            };
            match run.perform(call) {
                Ok(_) => run.become_command(2),
                Err(refusal) => refused(run, &refusal, "setpriority"),
            }
        }
        ["threads", n, out] => threads(run, n.parse().unwrap_or(0), out),
        ["threadmk", n] => thread_limit(run, n.parse().unwrap_or(0)),
        _ => return None,
    })
}

/// What a busy loop becomes.
const LOOP: [&str; 3] = ["/usr/bin/dd", "if=/dev/zero", "of=/dev/null"];

/// `spin CPU START SECONDS OUT`. One second and less is spent at once.
fn spin(run: &mut ToolRun<'_, '_>, cpu: &str, seconds: &str, out: &str) -> u8 {
    if let Ok(cpu) = cpu.parse::<u32>() {
        let call = Call::SchedSetaffinity { task: TaskRef::Pid(0), cpus: vec![cpu] };
        if let Err(refusal) = run.perform(call) {
            return refused(run, &refusal, "affinity");
        }
    }
    let words = LOOP.map(Text::from);
    let seconds: f64 = seconds.parse().unwrap_or(0.0);
    if seconds > 1.0 {
        let pid = own_pid(run);
        // Where there is no place for the file, nobody asks for it either.
        let _ = write(run, out, &format!("busy {pid} {seconds}\n"), OpenMode::Truncate);
        return run.become_words(&words);
    }
    let child = Actor::new(run.fresh_name("busy"));
    let made = run.perform(Call::Clone3 { child: child.clone(), flags: Vec::new() });
    if let Err(refusal) = made {
        return refused(run, &refusal, "fork");
    }
    let [path, ..] = words.clone();
    let started = run.perform_by(&child, Call::Execve { path, argv: words.to_vec(), env: Vec::new() });
    if let Err(refusal) = started {
        return refused(run, &refusal, "exec");
    }
    let wait = Call::ClockNanosleep { milliseconds: (seconds * 1000.0) as u64 };
    let task = TaskRef::Actor(child);
    let kill = Call::Kill { task: task.clone(), signal: Signal::KILL };
    for call in [wait, kill, Call::Wait4 { task, patience_ms: 1000 }] {
        if let Err(refusal) = run.perform(call) {
            return refused(run, &refusal, "spin");
        }
    }
    0
}

fn own_pid(run: &ToolRun<'_, '_>) -> u32 {
    run.pid(&run.actor()).unwrap_or(0)
}

/// The seconds that a task has spent on CPUs, from /proc/PID/stat; its ticks are hundredths.
fn cpu_seconds(run: &mut ToolRun<'_, '_>, pid: &str) -> f64 {
    let stat = read(run, &format!("/proc/{pid}/stat")).unwrap_or_default();
    let after = stat.rsplit_once(')').map_or("", |(_, rest)| rest);
    let ticks = after.split_whitespace().skip(11).take(2).filter_map(|word| word.parse::<f64>().ok());
    ticks.sum::<f64>() / 100.0
}

/// `share NAME=FILE …`: who had how much of the CPU time.
fn share(run: &mut ToolRun<'_, '_>, pairs: &[&str]) -> u8 {
    let mut used = Vec::new();
    for pair in pairs {
        let (name, file) = pair.split_once('=').unwrap_or((pair, ""));
        let text = read(run, file).unwrap_or_default();
        let pid = text.split(' ').nth(1).unwrap_or_default().to_owned();
        used.push((name, cpu_seconds(run, &pid), pid));
    }
    let total: f64 = used.iter().map(|(_, seconds, _)| seconds).sum();
    for (name, seconds, pid) in used {
        let part = if total > 0.0 { seconds / total } else { 0.0 };
        run.print(&format!("{name} cpu={seconds:.3}s frac={part:.4}\n"));
        let task = TaskRef::Pid(pid.parse().unwrap_or(i32::MAX));
        // A loop that is gone has been ended by somebody else.
        let _ = run.perform(Call::Kill { task, signal: Signal::KILL });
    }
    run.print(&format!("total cpu={total:.3}s\n"));
    0
}

/// `wait PID…`: lets the time of busy loops pass, and collects what has ended.
pub(super) fn wait(run: &mut ToolRun<'_, '_>) -> u8 {
    let busy = run.arguments().iter().any(|pid| {
        let stat = read(run, &format!("/proc/{pid}/stat")).unwrap_or_default();
        stat.contains("(dd) ") && !stat.contains("(dd) Z")
    });
    if busy {
        // As long as the scripts' loops run.
        let _ = run.perform(Call::ClockNanosleep { milliseconds: 4000 });
    }
    collect(run);
    0
}

/// `threads N OUT`: N more threads, their numbers in a file, and nothing more to do.
fn threads(run: &mut ToolRun<'_, '_>, n: u32, out: &str) -> u8 {
    let mut numbers = own_pid(run).to_string();
    for _ in 0..n {
        match add_thread(run) {
            Ok(tid) => numbers.push_str(&format!(" {tid}")),
            Err(refusal) => return refused(run, &refusal, "pthread_create"),
        }
    }
    if let Err(refusal) = write(run, out, &format!("{numbers}\n"), OpenMode::Truncate) {
        return refused(run, &refusal, &refusal.at);
    }
    run.stay();
    0
}

fn add_thread(run: &mut ToolRun<'_, '_>) -> Result<u32, drydock_engine::plan::Refusal> {
    let child = Actor::new(run.fresh_name("thread"));
    run.perform(Call::Clone3 { child: child.clone(), flags: vec!["thread".to_owned()] })?;
    Ok(run.pid(&child).unwrap_or(0))
}

/// `threadmk N`: how many threads there can be.
fn thread_limit(run: &mut ToolRun<'_, '_>, n: u32) -> u8 {
    for made in 0..n {
        if let Err(refusal) = add_thread(run) {
            run.print(&format!("threads {made} of {n} {}\n", files::failed(&refusal)));
            return 1;
        }
    }
    run.print(&format!("threads {n} of {n}\n"));
    0
}

/// `taskset -c LIST COMMAND`.
pub(super) fn taskset(run: &mut ToolRun<'_, '_>) -> u8 {
    let words = run.arguments();
    let [option, list, _, ..] = words.as_slice() else { return missing(run, "taskset without a command") };
    if option != "-c" {
        return missing(run, "taskset with a mask");
    }
    let cpus = list.split(',').filter_map(|cpu| cpu.parse().ok()).collect();
    match run.perform(Call::SchedSetaffinity { task: TaskRef::Pid(0), cpus }) {
        Ok(_) => run.become_command(2),
        Err(refusal) => {
            run.print(&format!("taskset: can't set pid 0's affinity: {}\n", refusal.errno.text()));
            1
        }
    }
}
