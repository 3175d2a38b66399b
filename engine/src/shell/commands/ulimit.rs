//! `ulimit`, as bash has it in POSIX mode: the limits of the shell, which its children inherit.

use super::options::{Opt, flag};
use super::{Action, BUILTIN, Command, Fidelity, Output, Planned, Request};
use crate::plan::{Answer, Call, Limits, Plan, Reply, Resource, Step, TaskRef};

pub(super) const ULIMIT: Command = Command {
    name: "ulimit",
    usage: "[-SHacdefilmnqrstuvxR] [limit]",
    options: OPTIONS,
    fidelity: Fidelity::Partial("partial-command-ulimit"),
    only_prints: false,
    action: Action::Plan(plan),
    ..BUILTIN
};

const OPTIONS: &[Opt] = &[
    flag('S', ""),
    flag('H', ""),
    flag('a', ""),
    flag('c', ""),
    flag('d', ""),
    flag('e', ""),
    flag('f', ""),
    flag('i', ""),
    flag('l', ""),
    flag('m', ""),
    flag('n', ""),
    flag('q', ""),
    flag('r', ""),
    flag('s', ""),
    flag('t', ""),
    flag('u', ""),
    flag('v', ""),
    flag('x', ""),
    flag('R', ""),
];

/// A resource as ulimit knows it.
struct Row {
    letter: char,
    resource: Resource,
    name: &'static str,
    unit: &'static str,
    /// How much one is.
    factor: u64,
}

const fn row(letter: char, resource: Resource, name: &'static str, unit: &'static str, factor: u64) -> Row {
    Row { letter, resource, name, unit, factor }
}

/// In the order of `ulimit -a`.
static ROWS: [Row; 16] = [
    row('R', Resource::Rttime, "real-time non-blocking time", "microseconds, ", 1),
    row('c', Resource::Core, "core file size", "blocks, ", 512),
    row('d', Resource::Data, "data seg size", "kbytes, ", 1024),
    row('e', Resource::Nice, "scheduling priority", "", 1),
    row('f', Resource::Fsize, "file size", "blocks, ", 512),
    row('i', Resource::Sigpending, "pending signals", "", 1),
    row('l', Resource::Memlock, "max locked memory", "kbytes, ", 1024),
    row('m', Resource::Rss, "max memory size", "kbytes, ", 1024),
    row('n', Resource::Nofile, "open files", "", 1),
    row('q', Resource::Msgqueue, "POSIX message queues", "bytes, ", 1),
    row('r', Resource::Rtprio, "real-time priority", "", 1),
    row('s', Resource::Stack, "stack size", "kbytes, ", 1024),
    row('t', Resource::Cpu, "cpu time", "seconds, ", 1),
    row('u', Resource::Nproc, "max user processes", "", 1),
    row('v', Resource::As, "virtual memory", "kbytes, ", 1024),
    row('x', Resource::Locks, "file locks", "", 1),
];

/// What was typed.
#[derive(Default)]
struct Wanted {
    soft: bool,
    hard: bool,
    rows: Vec<(&'static Row, Option<String>)>,
    all: bool,
}

fn plan(request: &Request<'_>) -> Planned {
    let wanted = match read(request) {
        Ok(wanted) => wanted,
        Err(output) => return output.into(),
    };
    let ask = |row: &Row| Step::new(request.actor, call(row.resource, None));
    let steps = wanted.rows.iter().map(|(row, _)| ask(row)).collect();
    let asked = Plan::independent(steps);
    if wanted.rows.iter().all(|(_, value)| value.is_none()) {
        return Planned::new(asked, move |answers| show(&wanted, answers.answers));
    }
    Planned::new(asked, |_| Output::default())
        .and_then(move |request, answers| Some(set(request, &wanted, answers)))
}

fn call(resource: Resource, new: Option<Limits>) -> Call {
    Call::Prlimit64 { task: TaskRef::Pid(0), resource, new }
}

/// Letters, each with the value behind it; -f where there is none.
fn read(request: &Request<'_>) -> Result<Wanted, Output> {
    let mut wanted = Wanted::default();
    let mut lone = None;
    for word in request.words() {
        let Some(letters) = word.strip_prefix('-').filter(|letters| !letters.is_empty()) else {
            // A word that is one too many is passed over.
            match wanted.rows.last_mut() {
                Some((_, value @ None)) => *value = Some(word),
                None => lone = lone.or(Some(word)),
                Some(_) => {}
            }
            continue;
        };
        for letter in letters.chars() {
            match (letter, ROWS.iter().find(|row| row.letter == letter)) {
                ('S', _) => wanted.soft = true,
                ('H', _) => wanted.hard = true,
                ('a', _) => wanted.all = true,
                (_, Some(row)) => wanted.rows.push((row, None)),
                _ => {
                    let usage = format!("ulimit: usage: ulimit {}\n", request.command.usage);
                    let message = request.message(&format!("-{letter}: invalid option"));
                    return Err(Output::error(format!("{message}{usage}"), 2));
                }
            }
        }
    }
    if wanted.all {
        wanted.rows = ROWS.iter().map(|row| (row, None)).collect();
    } else if wanted.rows.is_empty() {
        wanted.rows.extend(ROWS.iter().find(|row| row.letter == 'f').map(|row| (row, lone)));
    }
    Ok(wanted)
}

fn show(wanted: &Wanted, answers: &[Answer]) -> Output {
    let labelled = wanted.all || wanted.rows.len() > 1;
    let mut output = Output::default();
    for ((row, _), answer) in wanted.rows.iter().zip(answers) {
        let Ok(Reply::Limits(limits)) = answer else { continue };
        let limit = if wanted.hard && !wanted.soft { limits.hard } else { limits.soft };
        let value = limit.map_or_else(|| "unlimited".to_owned(), |limit| (limit / row.factor).to_string());
        if labelled {
            let unit = format!("({}-{})", row.unit, row.letter);
            output.out(format!("{:<20}{unit:>20} {value}\n", row.name));
        } else {
            output.out(format!("{value}\n"));
        }
    }
    output
}

/// Without -S and -H both limits are set.
fn set(request: &Request<'_>, wanted: &Wanted, answers: &[Answer]) -> Planned {
    let mut steps = Vec::new();
    let mut names = Vec::new();
    for ((row, value), answer) in wanted.rows.iter().zip(answers) {
        let (Some(value), Ok(Reply::Limits(old))) = (value, answer) else { continue };
        let Ok(limit) = limit(row, value, *old) else {
            return Output::error(request.message(&format!("{value}: invalid number")), 1).into();
        };
        let both = wanted.soft == wanted.hard;
        let new = Limits {
            soft: if both || wanted.soft { limit } else { old.soft },
            hard: if both || wanted.hard { limit } else { old.hard },
        };
        steps.push(Step::new(request.actor, call(row.resource, Some(new))));
        names.push(row.name);
    }
    Planned::new(Plan::sequence(steps), move |answers| {
        let mut output = Output::default();
        for (name, answer) in names.iter().zip(answers.answers) {
            if let Err(refusal) = answer {
                let text = refusal.errno.text();
                output.err(format!("sh: ulimit: {name}: cannot modify limit: {text}\n"), 1);
            }
        }
        output
    })
}

/// A number, or what `unlimited`, `soft` and `hard` stand for; an error for what is neither.
fn limit(row: &Row, word: &str, old: Limits) -> Result<Option<u64>, ()> {
    match word {
        "unlimited" => Ok(None),
        "soft" => Ok(old.soft),
        "hard" => Ok(old.hard),
        _ => word.parse().ok().and_then(|number: u64| number.checked_mul(row.factor)).map(Some).ok_or(()),
    }
}
