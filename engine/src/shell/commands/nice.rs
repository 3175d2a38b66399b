//! `nice`, as coreutils', and `renice`, as util-linux': how much a task stands back for others.

use super::options::{self, flag, value};
use super::{
    Act, Action, Command, Completes, Launch, Launched, Output, Planned, Refused, Request, Setup, TOOL,
};
use crate::plan::{Call, Errno, Observation, Piece, Plan, PriorityWhich, Probe, Reply, Step, TaskRef, Text};

pub(super) const NICE: Command = Command {
    name: "nice",
    usage: "[-n N] [COMMAND [ARGUMENT…]]",
    options: &[value('n', "adjustment")],
    completes: Completes::Commands,
    usage_status: 125,
    action: Action::Launch(nice),
    ..TOOL
};

pub(super) const RENICE: Command = Command {
    name: "renice",
    usage: "[-n] N [-p] PID… | -g GROUP… | -u USER…",
    options: &[flag('n', "priority"), flag('p', "pid"), flag('g', "pgrp"), flag('u', "user"), flag('h', "")],
    completes: Completes::Nothing,
    action: Action::Plan(renice),
    ..TOOL
};

fn nice(request: &Request<'_>) -> Launched {
    match read_nice(request) {
        Ok(launched) => launched,
        Err(output) => Launched::Planned(output.into()),
    }
}

/// `nice -5` and `nice --5` are older forms of `nice -n 5` and `nice -n -5`.
fn older_form(word: &Text) -> Option<String> {
    let rest = word.plain()?.strip_prefix('-')?;
    let digits = rest.strip_prefix(['-', '+']).unwrap_or(rest);
    let is_number = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| rest.to_owned())
}

/// strtol(3): digits, perhaps with a sign, to the nearest number that there is; `None` for other characters.
fn integer(word: &str) -> Option<i64> {
    let word = word.trim_start();
    let digits = word.strip_prefix(['-', '+']).unwrap_or(word);
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let nearest = if word.starts_with('-') { i64::MIN } else { i64::MAX };
    Some(word.parse().unwrap_or(nearest))
}

/// The same in an `int`, as C cuts it; nothing is 0.
pub(super) fn cut_integer(word: &str) -> Option<i32> {
    let number = if word.is_empty() { 0 } else { integer(word)? };
    Some((number & 0xffff_ffff) as u32 as i32)
}

fn read_nice(request: &Request<'_>) -> Result<Launched, Output> {
    let (adjustment, words) = match request.arguments.first().and_then(older_form) {
        Some(number) => (Some(number), request.arguments.get(1..).unwrap_or_default().to_vec()),
        None => {
            let parsed = options::parse_leading(request)?;
            (parsed.value('n').map(|word| request.show(word)), parsed.operands)
        }
    };
    let by = match &adjustment {
        None => 10,
        Some(word) => match integer(word) {
            Some(number) => i32::try_from(number.clamp(-39, 39)).unwrap_or(0),
            None => {
                return Err(Output::error(request.message(&format!("invalid adjustment '{word}'")), 125));
            }
        },
    };
    if words.is_empty() {
        if adjustment.is_some() {
            return Err(options::usage(request, "a command must be given with an adjustment"));
        }
        return Ok(Launched::Planned(show(request)));
    }
    let setup = Setup {
        act: Act::Nice(by),
        why: "why-nice",
        refused: |errno, _| Refused::GoesOn(format!("nice: cannot set niceness: {}", errno.text())),
    };
    let missing = |name: &str| (127, format!("nice: '{name}': {}\n", Errno::ENOENT.text()));
    Ok(Launched::Command(Launch { setup: vec![setup], words, missing }))
}

fn show(request: &Request<'_>) -> Planned {
    let call = Call::Getpriority { which: PriorityWhich::Process, task: TaskRef::Pid(0) };
    Planned::new(Plan::independent(vec![Step::new(request.actor, call)]), |answers| {
        match answers.answers.first() {
            Some(Ok(Reply::Nice(nice))) => Output::text(format!("{nice}\n")),
            _ => Output::error("nice: cannot get niceness\n", 125),
        }
    })
}

/// Someone whose nice value changes: the call's words, and how messages name them.
struct Whom {
    which: PriorityWhich,
    task: TaskRef,
    shown: String,
}

const NOT_ENOUGH: &str = "not enough arguments";

fn renice(request: &Request<'_>) -> Planned {
    match read_renice(request) {
        Ok((priority, whom, wrong)) => plan_renice(request, priority, whom, wrong),
        Err(output) => output.into(),
    }
}

type Renice = (Priority, Vec<Whom>, Output);

/// A nice value, or a step from the one that is there.
#[derive(Clone, Copy)]
enum Priority {
    Absolute(i32),
    Relative(i32),
}

fn read_renice(request: &Request<'_>) -> Result<Renice, Output> {
    let words: Vec<(String, &Text)> =
        request.arguments.iter().map(|word| (request.show(word), word)).collect();
    let mut words = words.into_iter().peekable();
    if words.peek().is_some_and(|(word, _)| word == "--help" || word == "-h") {
        return Err(super::help::usage(request.command));
    }
    let _ = words.next_if(|(word, _)| word == "-n" || word == "--priority");
    let (Some((number, _)), true) = (words.next(), words.peek().is_some()) else {
        return Err(options::usage(request, NOT_ENOUGH));
    };
    let priority = cut_integer(&number)
        .ok_or_else(|| options::usage(request, &format!("invalid priority '{number}'")))?;
    // As util-linux 2.38: a sign in front makes it a step.
    let priority =
        if number.starts_with('+') { Priority::Relative(priority) } else { Priority::Absolute(priority) };
    let mut which = PriorityWhich::Process;
    let mut whom = Vec::new();
    let mut wrong = Output::default();
    for (shown, word) in words {
        match shown.as_str() {
            "-p" | "--pid" => which = PriorityWhich::Process,
            "-g" | "--pgrp" => which = PriorityWhich::Pgrp,
            "-u" | "--user" => which = PriorityWhich::User,
            _ => match task(which, word, &shown) {
                Ok(task) => {
                    let number = match &task {
                        TaskRef::Pid(number) => number.to_string(),
                        TaskRef::Actor(_) => shown.clone(),
                    };
                    whom.push(Whom { which, task, shown: number });
                }
                Err(message) => wrong.err(request.message(&message), 1),
            },
        }
    }
    Ok((priority, whom, wrong))
}

fn task(which: PriorityWhich, word: &Text, shown: &str) -> Result<TaskRef, String> {
    if let [Piece::PidOf { pid_of }] = word.pieces() {
        return Ok(TaskRef::Actor(pid_of.clone()));
    }
    match (cut_integer(shown).filter(|number| *number >= 0), which) {
        (Some(number), _) => Ok(TaskRef::Pid(number)),
        (None, PriorityWhich::User) if shown == "root" => Ok(TaskRef::Pid(0)),
        (None, PriorityWhich::User) => Err(format!("unknown user {shown}")),
        (None, PriorityWhich::Process) => Err(format!("bad process ID value: {shown}")),
        (None, PriorityWhich::Pgrp) => Err(format!("bad process group ID value: {shown}")),
    }
}

fn kind(which: PriorityWhich) -> &'static str {
    match which {
        PriorityWhich::Process => "process ID",
        PriorityWhich::Pgrp => "process group ID",
        PriorityWhich::User => "user ID",
    }
}

/// The old value is read, the new one set and read again. A step is one from what is there now.
fn plan_renice(request: &Request<'_>, priority: Priority, whom: Vec<Whom>, wrong: Output) -> Planned {
    let mut steps = Vec::new();
    for Whom { which, task, shown } in &whom {
        let nice = match priority {
            Priority::Absolute(nice) => nice,
            Priority::Relative(by) => nice_of(request, shown).saturating_add(by),
        };
        let step = |call| Step::new(request.actor, call);
        steps.push(step(Call::Getpriority { which: *which, task: task.clone() }));
        steps.push(step(Call::Setpriority { which: *which, task: task.clone(), nice }));
        steps.push(step(Call::Getpriority { which: *which, task: task.clone() }));
    }
    Planned::new(Plan::independent(steps), move |answers| {
        let mut output = wrong;
        for (Whom { which, shown, .. }, answers) in whom.iter().zip(answers.answers.chunks(3)) {
            let who = format!("{shown} ({})", kind(*which));
            match answers {
                [Ok(Reply::Nice(old)), Ok(_), Ok(Reply::Nice(new))] => {
                    output.out(format!("{who} old priority {old}, new priority {new}\n"));
                }
                [Err(refusal), ..] => {
                    let text = refusal.errno.text();
                    output.err(format!("renice: failed to get priority for {who}: {text}\n"), 1);
                }
                [_, Err(refusal), ..] => {
                    let text = refusal.errno.text();
                    output.err(format!("renice: failed to set priority for {who}: {text}\n"), 1);
                }
                _ => {}
            }
        }
        output
    })
}

/// A task's nice value, field 19 of /proc/PID/stat.
fn nice_of(request: &Request<'_>, pid: &str) -> i32 {
    let probe = Probe::File(Text::from(format!("/proc/{pid}/stat")));
    let Observation::Data(stat) = request.observe.observe(request.actor, &probe) else { return 0 };
    let fields = stat.rsplit_once(") ").map_or("", |(_, rest)| rest);
    fields.split(' ').nth(16).and_then(|field| field.parse().ok()).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::{cut_integer, integer};

    #[test]
    fn numbers_that_are_too_large() {
        assert_eq!(integer("99999999999999999999"), Some(i64::MAX));
        assert_eq!(integer("-99999999999999999999"), Some(i64::MIN));
        assert_eq!(["5x", "", "-", "5 "].map(integer), [None; 4]);
        assert_eq!((integer(" 5"), integer("+5")), (Some(5), Some(5)));
        // As util-linux: nice values and pids are cut to 32 bits.
        assert_eq!(cut_integer("99999999999"), Some(1_215_752_191));
        assert_eq!(cut_integer("2147483648"), Some(i32::MIN));
        assert_eq!(cut_integer("99999999999999999999999999"), Some(-1));
        assert_eq!(cut_integer(""), Some(0));
    }
}
