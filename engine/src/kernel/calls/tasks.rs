//! Calls on tasks.

use super::Caller;
use crate::kernel::refuse::refuse;
use crate::kernel::{Kernel, TaskState, limits, programs};
use crate::plan::{Actor, Answer, Errno, Reply, Rule, Signal, TaskRef, Text, WaitStatus};

/// clone3(2).
pub(super) fn clone3(kernel: &mut Kernel, caller: &Caller, child: &Actor, flags: &[String]) -> Answer {
    kernel.fork(caller.task.pid, child, flags).map(Reply::Pid)
}

/// execve(2).
pub(super) fn execve(
    kernel: &mut Kernel,
    caller: &Caller,
    path: &Text,
    argv: &[Text],
    env: &[Text],
) -> Answer {
    let path = kernel.text(path, caller.at)?;
    let words = argv.iter().map(|word| kernel.text(word, caller.at));
    let argv = words.collect::<Result<Vec<String>, _>>()?;
    let env = env.iter().map(|variable| kernel.text(variable, caller.at));
    let env = env.collect::<Result<Vec<String>, _>>()?;
    let pid = programs::execve(kernel, &caller.task, &path, argv)?;
    if let Some(mut task) = kernel.task_mut(pid) {
        task.env = env;
    }
    Ok(Reply::Done)
}

/// `exit_group(2)`. Pid 1 may not end: Linux would panic.
pub(super) fn exit_group(kernel: &mut Kernel, caller: &Caller, status: u8) -> Answer {
    if caller.task.tgid == 1 {
        return refuse(Errno::EPERM, caller.at, Rule::new("rule-init-stays"));
    }
    kernel.end(caller.task.pid, WaitStatus::Exited(status));
    Ok(Reply::Done)
}

/// exit(2), the system call.
pub(super) fn exit(kernel: &mut Kernel, caller: &Caller, status: u8) -> Answer {
    if caller.task.pid == 1 {
        return refuse(Errno::EPERM, caller.at, Rule::new("rule-init-stays"));
    }
    kernel.exit_thread(caller.task.pid, WaitStatus::Exited(status));
    Ok(Reply::Done)
}

/// wait4(2): lets simulated time pass until the child has ended, or patience has.
pub(super) fn wait4(kernel: &mut Kernel, caller: &Caller, task: &TaskRef, patience_ms: u64) -> Answer {
    let Some(child) = kernel.child_of(caller.task.tgid, task) else {
        let rule = Rule::new("rule-not-a-child").with("caller", &caller.task.actor);
        return refuse(Errno::ECHILD, caller.at, rule);
    };
    kernel.advance(patience_ms, |kernel| kernel.is_over(child));
    let status = match kernel.task(child).map(|task| task.state) {
        Some(TaskState::Ended(status)) if kernel.is_over(child) => status,
        _ => WaitStatus::Running,
    };
    if status != WaitStatus::Running {
        kernel.reap(child);
    }
    Ok(Reply::Wait(status))
}

/// kill(2).
pub(super) fn kill(kernel: &mut Kernel, caller: &Caller, task: &TaskRef, signal: Signal) -> Answer {
    kernel.send_signal(&caller.task, task, signal)?;
    Ok(Reply::Done)
}

/// `clock_nanosleep(2)`: simulated time passes, as far as the model's clock goes.
pub(super) fn clock_nanosleep(kernel: &mut Kernel, caller: &Caller, milliseconds: u64) -> Answer {
    let left = limits::CLOCK_MAX_MS.saturating_sub(kernel.now_ms());
    if milliseconds > left {
        let rule = Rule::new("rule-clock-end").with("left", left / 1000);
        return refuse(Errno::ENOSYS, caller.at, rule.with("end", limits::CLOCK_MAX_MS / 1000));
    }
    kernel.advance(milliseconds, |_| false);
    Ok(Reply::Done)
}

impl Kernel {
    /// The child that a call names. -1 is any child: one that has ended comes first (wait4(2)).
    fn child_of(&self, parent: u32, task: &TaskRef) -> Option<u32> {
        let is_child =
            |pid: &u32| self.task(*pid).is_some_and(|task| task.ppid == parent && task.is_leader());
        match task {
            TaskRef::Actor(actor) => self.pid_of(actor).filter(is_child),
            TaskRef::Pid(-1) => {
                let pids: Vec<u32> =
                    self.children_of(parent).filter(|task| task.is_leader()).map(|task| task.pid).collect();
                let ended = pids.iter().find(|pid| self.is_over(**pid));
                ended.or(pids.first()).copied()
            }
            TaskRef::Pid(number) => u32::try_from(*number).ok().filter(is_child),
        }
    }
}
