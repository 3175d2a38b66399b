//! `nproc`, as coreutils': how many CPUs this task may use.

use super::options::{self, Opt};
use super::{Action, Command, Completes, Output, Planned, Request, TOOL};
use crate::plan::{Call, FileRef, Plan, Reply, Step, TaskRef, Text};

const OPTIONS: &[Opt] = &[
    Opt { short: 'a', long: "all", takes: false, only_long: true },
    Opt { short: 'i', long: "ignore", takes: true, only_long: true },
];

pub(super) const NPROC: Command = Command {
    name: "nproc",
    usage: "[--all] [--ignore=N]",
    options: OPTIONS,
    completes: Completes::Nothing,
    action: Action::Plan(plan),
    ..TOOL
};

fn plan(request: &Request<'_>) -> Planned {
    let parsed = match options::parse(request) {
        Ok(parsed) => parsed,
        Err(output) => return output.into(),
    };
    if let Some(extra) = parsed.operands.first() {
        return options::usage(request, &format!("extra operand '{}'", request.show(extra))).into();
    }
    let word = parsed.value('i').map(|word| request.show(word)).unwrap_or_default();
    let Ok(ignored) = (if word.is_empty() { Ok(0) } else { word.parse::<usize>() }) else {
        return Output::error(request.message(&format!("invalid number: '{word}'")), 1).into();
    };
    let call = if parsed.has('a') {
        Call::Read { file: FileRef::Path(Text::from("/sys/devices/system/cpu/online")), at_most: None }
    } else {
        Call::SchedGetaffinity { task: TaskRef::Pid(0) }
    };
    Planned::new(Plan::independent(vec![Step::new(request.actor, call)]), move |answers| {
        let count = match answers.answers.first() {
            Some(Ok(Reply::Cpus(cpus))) => cpus.len(),
            Some(Ok(Reply::Data(list))) => super::taskset::list(list.trim()).map_or(1, |cpus| cpus.len()),
            _ => 1,
        };
        Output::text(format!("{}\n", count.saturating_sub(ignored).max(1)))
    })
}
