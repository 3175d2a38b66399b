//! `kill`, as bash's.

use super::{Action, BUILTIN, Command, Output, Planned, Request};
use crate::plan::{Actor, Call, Piece, Plan, Signal, Step, TaskRef, Text};
use crate::shell::{Hint, nearest};

pub(super) const KILL: Command = Command {
    name: "kill",
    usage: "[-s SIGNAL | -SIGNAL] PID | %JOB … or kill -l [STATUS]",
    only_prints: false,
    action: Action::Plan(plan),
    ..BUILTIN
};

fn plan(request: &Request<'_>) -> Planned {
    match read(request) {
        Ok((signal, targets)) => send(request, signal, targets),
        Err(output) => output.into(),
    }
}

fn usage() -> Output {
    Output::error(
        "kill: usage: kill [-s sigspec | -n signum | -sigspec] pid | jobspec ... or kill -l [sigspec]\n",
        2,
    )
}

/// Reads the signal and what it is sent to.
fn read<'a>(request: &Request<'a>) -> Result<(Signal, &'a [Text]), Output> {
    let mut words = request.arguments;
    let Some(first) = words.first() else { return Err(usage()) };
    let Some(option) = first.plain().and_then(|word| word.strip_prefix('-')) else {
        return Ok((Signal::TERM, words));
    };
    words = &words[1..];
    let (spec, targets) = match option {
        "-" => return Ok((Signal::TERM, words)),
        "l" | "L" => return Err(list(request, words)),
        "s" | "n" => match words.split_first() {
            Some((spec, rest)) => (request.show(spec), rest),
            None => {
                return Err(Output::error(
                    request.message(&format!("-{option}: option requires an argument")),
                    1,
                ));
            }
        },
        other => (other.to_owned(), words),
    };
    let targets = if targets.first().and_then(Text::plain) == Some("--") { &targets[1..] } else { targets };
    let Some(signal) = Signal::parse(&spec) else {
        let names: Vec<String> = Signal::all().map(Signal::name).collect();
        let bare = spec.to_ascii_uppercase();
        let near = nearest(bare.trim_start_matches("SIG"), names.iter().map(String::as_str));
        let hint = near.map(|near| Hint::new("hint-signal").with("typed", &spec).with("suggestion", near));
        return Err(Output::error(request.message(&format!("{spec}: invalid signal specification")), 1)
            .with_hint(hint));
    };
    if targets.is_empty() { Err(usage()) } else { Ok((signal, targets)) }
}

/// `kill -l`: all signals, or the names of those that are given by number.
fn list(request: &Request<'_>, words: &[Text]) -> Output {
    let mut output = Output::default();
    for word in words {
        let word = request.show(word);
        let number = word.parse::<u32>().ok().map(|number| if number > 128 { number - 128 } else { number });
        let by_number = number.and_then(|number| u8::try_from(number).ok()).map(Signal);
        match by_number.filter(|signal| Signal::all().any(|known| known == *signal)) {
            Some(signal) => output.out(format!("{}\n", signal.name())),
            None => match Signal::parse(&word).filter(|_| number.is_none()) {
                Some(signal) => output.out(format!("{}\n", signal.0)),
                None => output.err(request.message(&format!("{word}: invalid signal specification")), 1),
            },
        }
    }
    if words.is_empty() {
        let mut text = String::new();
        for (index, signal) in Signal::all().enumerate() {
            let end = if index % 5 == 4 { "\n" } else { "\t" };
            text.push_str(&format!("{:>2}) SIG{}{end}", signal.0, signal.name()));
        }
        output.out(format!("{}\n", text.trim_end()));
    }
    output
}

fn send(request: &Request<'_>, signal: Signal, targets: &[Text]) -> Planned {
    let mut wrong = Output::default();
    let mut names = Vec::new();
    let mut steps = Vec::new();
    for target in targets {
        let name = request.show(target);
        let task = match target.pieces() {
            [Piece::PidOf { pid_of }] => Some(TaskRef::Actor(pid_of.clone())),
            _ => name.parse().ok().map(TaskRef::Pid),
        };
        let own = request.observe.pid(&Actor::shell()).is_some_and(|pid| pid.to_string() == name);
        match task {
            Some(_) if own && matches!(signal, Signal::KILL | Signal::STOP) => {
                // A session without its shell could not go on.
                wrong.err(request.message(&format!("({name}) - the session's own shell")), 1);
                wrong.hints.push(Hint::new("hint-kill-shell"));
            }
            Some(task) => {
                steps.push(Step::new(request.actor, Call::Kill { task, signal }));
                names.push(name);
            }
            None => wrong.err(request.message(&format!("{name}: arguments must be process or job IDs")), 1),
        }
    }
    Planned::new(Plan::independent(steps), move |answers| {
        let mut output = wrong;
        for (name, answer) in names.iter().zip(answers.answers) {
            if let Err(refusal) = answer {
                output.err(format!("sh: kill: ({name}) - {}\n", refusal.errno.text()), 1);
            }
        }
        output
    })
}
