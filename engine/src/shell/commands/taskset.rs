//! `taskset`, as util-linux': on which CPUs a task may run.

use super::options::{self, flag};
use super::{
    Act, Action, Command, Completes, Launch, Launched, Output, Planned, Refused, Request, Setup, TOOL,
};
use crate::kernel::cpu_list;
use crate::plan::{Answer, Call, Errno, Observation, Piece, Plan, Probe, Reply, Step, TaskRef, Text};
use crate::shell::Stream;
use std::collections::BTreeSet;

pub(super) const TASKSET: Command = Command {
    name: "taskset",
    usage: "[-c] CPUS COMMAND [ARGUMENT…] or -p [-ac] [CPUS] PID",
    options: &[flag('a', "all-tasks"), flag('p', "pid"), flag('c', "cpu-list"), flag('h', "")],
    completes: Completes::Commands,
    action: Action::Launch(launch),
    ..TOOL
};

/// CPUs in a set of the real one on a small machine: what is higher does not fit.
const MOST: u32 = 1024;

fn launch(request: &Request<'_>) -> Launched {
    match read(request) {
        Ok(launched) => launched,
        Err(output) => Launched::Planned(output.into()),
    }
}

fn read(request: &Request<'_>) -> Result<Launched, Output> {
    let parsed = options::parse_leading(request)?;
    if parsed.has('h') {
        return Err(super::help::usage(request.command));
    }
    let as_list = parsed.has('c');
    match (parsed.has('p'), parsed.operands.as_slice()) {
        (true, [pid]) => Ok(Launched::Planned(show_or_set(request, pid, None, as_list, parsed.has('a'))?)),
        (true, [cpus, pid]) => {
            let cpus = read_cpus(request, cpus, as_list)?;
            Ok(Launched::Planned(show_or_set(request, pid, Some(cpus), as_list, parsed.has('a'))?))
        }
        (false, [cpus, words @ ..]) if !words.is_empty() => {
            let cpus = read_cpus(request, cpus, as_list)?;
            let setup = Setup {
                act: Act::Call(Call::SchedSetaffinity { task: TaskRef::Pid(0), cpus }),
                why: "why-taskset",
                refused: |errno, pid| {
                    let text = errno.text();
                    Refused::Ends(1, format!("taskset: failed to set pid {pid}'s affinity: {text}"))
                },
            };
            let missing =
                |name: &str| (127, format!("taskset: failed to execute {name}: {}\n", Errno::ENOENT.text()));
            Ok(Launched::Command(Launch { setup: vec![setup], words: words.to_vec(), missing }))
        }
        _ => Err(options::usage(request, "bad usage")),
    }
}

fn read_cpus(request: &Request<'_>, word: &Text, as_list: bool) -> Result<Vec<u32>, Output> {
    let shown = request.show(word);
    let (cpus, kind) = if as_list { (list(&shown), "list") } else { (mask(&shown), "mask") };
    cpus.ok_or_else(|| Output::error(request.message(&format!("failed to parse CPU {kind}: {shown}")), 1))
}

/// `0-3:2,5`: a range may have a stride. What is too high for a set is left out of it.
pub(super) fn list(text: &str) -> Option<Vec<u32>> {
    let mut cpus = BTreeSet::new();
    for part in text.split(',') {
        let (range, stride) = match part.split_once(':') {
            Some((range, stride)) if range.contains('-') => {
                (range, number(stride).filter(|stride| *stride > 0)?)
            }
            Some(_) => return None,
            None => (part, 1),
        };
        let (first, last) = range.split_once('-').unwrap_or((range, range));
        let (first, last) = (number(first)?, number(last)?);
        if last < first {
            return None;
        }
        cpus.extend((first..=last.min(MOST - 1)).step_by(usize::try_from(stride).ok()?));
    }
    Some(cpus.into_iter().collect())
}

/// Digits only; a number that is too large is the largest.
fn number(text: &str) -> Option<u32> {
    let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| text.parse().unwrap_or(u32::MAX))
}

/// `3`, `0x3`: hexadecimal digits, the lowest CPU last. A comma needs a digit in front.
fn mask(text: &str) -> Option<Vec<u32>> {
    let mut digits = text.strip_prefix("0x").unwrap_or(text).chars().rev().peekable();
    let mut cpus = Vec::new();
    let mut place = 0_u32;
    while digits.peek().is_some() {
        digits.next_if_eq(&',');
        let value = digits.next()?.to_digit(16)?;
        cpus.extend((0..4).filter(|bit| value & (1 << bit) != 0).map(|bit| place * 4 + bit));
        place = place.saturating_add(1).min(MOST);
    }
    cpus.retain(|cpu| *cpu < MOST);
    Some(cpus)
}

/// CPUs as hexadecimal digits.
fn mask_of(cpus: &[u32]) -> String {
    let digits = cpus.iter().max().map_or(1, |cpu| cpu / 4 + 1);
    let digit = |place: u32| {
        let value: u32 = cpus.iter().filter(|cpu| *cpu / 4 == place).map(|cpu| 1 << (cpu % 4)).sum();
        char::from_digit(value, 16).unwrap_or('0')
    };
    (0..digits).rev().map(digit).collect()
}

/// The list as taskset prints it: ranges of more than two with a dash.
fn list_of(cpus: &[u32]) -> String {
    let ranges = cpu_list(cpus);
    let part = |range: &str| match range.split_once('-') {
        Some((first, last))
            if last.parse::<u32>().ok() == first.parse::<u32>().ok().map(|first| first + 1) =>
        {
            format!("{first},{last}")
        }
        _ => range.to_owned(),
    };
    ranges.split(',').map(part).collect::<Vec<_>>().join(",")
}

/// Whose CPUs are asked for, and the calls.
fn show_or_set(
    request: &Request<'_>,
    pid: &Text,
    cpus: Option<Vec<u32>>,
    as_list: bool,
    all_threads: bool,
) -> Result<Planned, Output> {
    let shown = request.show(pid);
    let Some(task) = task(pid, &shown) else {
        let why = if number(&shown).is_some() { ": Numerical result out of range" } else { "" };
        return Err(Output::error(request.message(&format!("invalid PID argument: '{shown}'{why}")), 1));
    };
    let tasks: Vec<TaskRef> = if all_threads { threads(request, &shown) } else { vec![task] };
    let mut steps = Vec::new();
    for task in &tasks {
        let step = |call| Step::new(request.actor, call);
        steps.push(step(Call::SchedGetaffinity { task: task.clone() }));
        if let Some(cpus) = &cpus {
            steps.push(step(Call::SchedSetaffinity { task: task.clone(), cpus: cpus.clone() }));
            steps.push(step(Call::SchedGetaffinity { task: task.clone() }));
        }
    }
    let numbers: Vec<String> = tasks
        .iter()
        .map(|task| match task {
            TaskRef::Pid(pid) => pid.to_string(),
            TaskRef::Actor(actor) => request.observe.pid(actor).unwrap_or(0).to_string(),
        })
        .collect();
    let each = if cpus.is_some() { 3 } else { 1 };
    let to_terminal = request.to_terminal;
    Ok(Planned::new(Plan::sequence(steps), move |answers| {
        let mut output = Output::default();
        for (index, answer) in answers.answers.iter().enumerate() {
            let pid = numbers.get(index / each).map_or("", String::as_str);
            report(&mut output, pid, index % each, answer, as_list);
        }
        if !to_terminal {
            // What is not for a terminal is printed at the end, complaints at once.
            output.chunks.sort_by_key(|(stream, _)| *stream == Stream::Stdout);
        }
        output
    }))
}

fn report(output: &mut Output, pid: &str, part: usize, answer: &Answer, as_list: bool) {
    match answer {
        Ok(Reply::Cpus(cpus)) => {
            let when = if part == 0 { "current" } else { "new" };
            let (kind, text) = if as_list { ("list", list_of(cpus)) } else { ("mask", mask_of(cpus)) };
            output.out(format!("pid {pid}'s {when} affinity {kind}: {text}\n"));
        }
        Ok(_) => {}
        Err(refusal) => {
            let verb = if part == 1 { "set" } else { "get" };
            let text = refusal.errno.text();
            output.err(format!("taskset: failed to {verb} pid {pid}'s affinity: {text}\n"), 1);
        }
    }
}

fn task(pid: &Text, shown: &str) -> Option<TaskRef> {
    match pid.pieces() {
        [Piece::PidOf { pid_of }] => Some(TaskRef::Actor(pid_of.clone())),
        _ => shown.parse::<i32>().ok().filter(|pid| *pid >= 0).map(TaskRef::Pid),
    }
}

fn threads(request: &Request<'_>, pid: &str) -> Vec<TaskRef> {
    let probe = Probe::Directory(Text::from(format!("/proc/{pid}/task")));
    match request.observe.observe(request.actor, &probe) {
        Observation::Entries(entries) => {
            entries.iter().filter_map(|entry| entry.name.parse().ok()).map(TaskRef::Pid).collect()
        }
        _ => pid.parse().ok().map(TaskRef::Pid).into_iter().collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::{list, list_of, mask, mask_of};

    #[test]
    fn sets_are_read_and_written_as_by_util_linux() {
        assert_eq!(mask("3"), Some(vec![0, 1]));
        assert_eq!(mask("0x11"), Some(vec![0, 4]));
        assert_eq!(mask("zz"), None);
        assert_eq!(list("0-3:2,5"), Some(vec![0, 2, 5]));
        assert_eq!(mask("1,00000001"), Some(vec![0, 32]));
        assert_eq!(mask("1,"), Some(vec![0]));
        assert_eq!((mask("0x"), mask("")), (Some(vec![]), Some(vec![])));
        assert_eq!(["1,,1", ",1", ",", "0X3"].map(mask), [None, None, None, None]);
        assert_eq!(mask(&"f".repeat(300)).map(|cpus| cpus.len()), Some(1024));
        for wrong in ["1-0", "", "0,", ",0", "0-", "0-1:0", "0:2", "+1", " 0"] {
            assert_eq!(list(wrong), None, "{wrong}");
        }
        assert_eq!(list("99999"), Some(vec![]));
        assert_eq!(list("99999999999"), Some(vec![]));
        assert_eq!(list("0-99999").map(|cpus| cpus.len()), Some(1024));
        assert_eq!(list("0-1:9999999999"), Some(vec![0]));
        assert_eq!(mask_of(&[0, 1, 4]), "13");
        assert_eq!(mask_of(&[]), "0");
        assert_eq!(list_of(&[0, 1]), "0,1");
        assert_eq!(list_of(&[0, 1, 2, 5]), "0-2,5");
    }
}
