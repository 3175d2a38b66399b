//! Calls on descriptors: pipes and standard streams.

use super::Caller;
use crate::kernel::Kernel;
use crate::kernel::refuse::refuse;
use crate::kernel::task::Stdio;
use crate::plan::{Answer, Errno, PipeEnd, PipeName, Reply, Rule, StdioSource};

/// pipe2(2).
pub(super) fn pipe2(kernel: &mut Kernel, caller: &Caller, name: &PipeName) -> Answer {
    kernel.make_pipe(caller.task.pid, name)?;
    Ok(Reply::Done)
}

/// close(2).
pub(super) fn close(kernel: &mut Kernel, caller: &Caller, end: &PipeEnd) -> Answer {
    kernel.close_end(caller.task.pid, end)?;
    Ok(Reply::Done)
}

/// dup2(2), with open(2) before it where a file is named.
pub(super) fn dup2(kernel: &mut Kernel, caller: &Caller, from: &StdioSource, to: u32) -> Answer {
    let bad = || Rule::new("rule-descriptor").with("descriptor", to);
    let Ok(index @ 0..=2) = usize::try_from(to) else {
        return refuse(Errno::EBADF, caller.at, bad());
    };
    let stdio = match from {
        StdioSource::File { path, mode } => {
            let path = kernel.text(path, "open")?;
            Stdio::File(kernel.open(&caller.task, &path, *mode)?)
        }
        StdioSource::Pipe(end) => Stdio::Pipe(kernel.held_end(caller.task.pid, end, caller.at)?),
        StdioSource::Descriptor(number) => {
            let known = usize::try_from(*number).ok().and_then(|number| caller.task.stdio.get(number));
            match known {
                Some(stdio) => stdio.clone(),
                None => {
                    let rule = Rule::new("rule-descriptor").with("descriptor", number);
                    return refuse(Errno::EBADF, caller.at, rule);
                }
            }
        }
    };
    kernel.change_process(caller.task.pid, |task| {
        task.stdio[index] = stdio.clone();
    });
    kernel.drop_unheld_pipes();
    Ok(Reply::Done)
}
