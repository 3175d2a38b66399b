//! `tick`: time passes, and what tasks did meanwhile is told.
//!
//! The shell itself makes one call, `clock_nanosleep`. What is told comes from /proc/PID/stat before and after it,
//! so it is computed in the model and measured on Linux; it is shown as help, not as output.

use super::{Action, Command, Completes, Output, Planned, Request, TOOL};
use crate::plan::strace::seconds;
use crate::plan::{Actor, Call, Fidelity, Observation, Observe, Plan, Probe, Step, Text};
use crate::shell::Hint;
use std::collections::BTreeMap;

pub(super) const TICK: Command = Command {
    name: "tick",
    usage: "[DURATION]",
    completes: Completes::Nothing,
    fidelity: Fidelity::Exact,
    usage_status: 2,
    action: Action::Plan(plan),
    ..TOOL
};

/// Tasks that one `tick` tells about; those with the most CPU time come first.
const TOLD: usize = 8;

fn plan(request: &Request<'_>) -> Planned {
    let words = request.words();
    let milliseconds = match words.as_slice() {
        [] => 1000,
        [word] => match duration(word) {
            Some(milliseconds) => milliseconds,
            None => {
                let message = format!("{word}: not a duration; write 5, 5s, 250ms, 2m or 1h");
                return Output::error(request.message(&message), 2).into();
            }
        },
        _ => return Output::error(request.message("one duration is enough"), 2).into(),
    };
    let before = tasks(request.observe, request.actor);
    let actor = request.actor.clone();
    let call = Call::ClockNanosleep { milliseconds };
    Planned::new(Plan::independent(vec![Step::new(request.actor, call)]), move |answers| {
        if let Some(Err(refusal)) = answers.answers.first() {
            let at_end = refusal.rule.as_ref().filter(|rule| rule.id == "rule-clock-end");
            let message = match at_end.and_then(|rule| rule.facts.get("left")).map(String::as_str) {
                Some("0") => "the model's clock is at its end".to_owned(),
                Some(left) => format!("the model's clock ends in {left} s"),
                None => refusal.errno.text().to_owned(),
            };
            return Output::error(format!("tick: {message}\n"), 1);
        }
        let after = tasks(answers.observe, &actor);
        Output { hints: tell(&before, &after, milliseconds), ..Output::default() }
    })
}

/// `5`, `5s`, `0.25`, `250ms`, `2m`, `1h`, in milliseconds.
fn duration(word: &str) -> Option<u64> {
    let digits = word.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let unit = match &word[digits.len()..] {
        "ms" => 1,
        "" | "s" => 1000,
        "m" => 60_000,
        "h" => 3_600_000,
        _ => return None,
    };
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
    let plain = |part: &str| !part.is_empty() && part.len() <= 9 && part.bytes().all(|c| c.is_ascii_digit());
    if !plain(whole) || !plain(fraction) {
        return None;
    }
    let places = u32::try_from(fraction.len()).ok()?;
    let part = fraction.parse::<u64>().ok()? * unit / 10_u64.pow(places);
    Some(whole.parse::<u64>().ok()? * unit + part)
}

/// A task at one moment.
struct Seen {
    name: String,
    /// CPU time in hundredths of a second.
    used: u64,
    ended: bool,
}

fn tasks(observe: &dyn Observe, actor: &Actor) -> BTreeMap<u32, Seen> {
    let Observation::Tasks(tasks) = observe.observe(actor, &Probe::Tasks) else { return BTreeMap::new() };
    let seen = tasks.into_iter().map(|task| {
        let used = cpu_time(observe, actor, task.pid);
        (task.pid, Seen { name: task.comm, used, ended: task.state == 'Z' })
    });
    seen.collect()
}

/// utime and stime, fields 14 and 15 of /proc/PID/stat (proc_pid_stat(5)).
fn cpu_time(observe: &dyn Observe, actor: &Actor, pid: u32) -> u64 {
    let path = Text::from(format!("/proc/{pid}/stat"));
    let Observation::Data(text) = observe.observe(actor, &Probe::File(path)) else { return 0 };
    let fields = text.rsplit_once(") ").map_or("", |(_, rest)| rest).split_whitespace();
    fields.skip(11).take(2).filter_map(|field| field.parse::<u64>().ok()).sum()
}

/// Who has ended, and who got how much CPU time.
fn tell(before: &BTreeMap<u32, Seen>, after: &BTreeMap<u32, Seen>, milliseconds: u64) -> Vec<Hint> {
    let has_ended = |pid: &u32| after.get(pid).is_none_or(|seen| seen.ended);
    let hint = |id: &str, pid: u32, name: &str| Hint::new(id).with("pid", pid).with("program", name);
    let ended = before.iter().filter(|(pid, seen)| !seen.ended && has_ended(pid));
    let mut hints: Vec<Hint> =
        ended.map(|(pid, seen)| hint("hint-tick-ended", *pid, &seen.name)).take(TOLD).collect();
    let used = |(pid, seen): (&u32, &Seen)| {
        let used = seen.used.saturating_sub(before.get(pid).map_or(0, |seen| seen.used));
        (used > 0 && !seen.ended).then(|| (used, *pid, seen.name.clone()))
    };
    let mut busy: Vec<_> = after.iter().filter_map(used).collect();
    busy.sort_by_key(|(used, pid, _)| (std::cmp::Reverse(*used), *pid));
    for (used, pid, name) in busy.iter().take(TOLD) {
        let percent = used.saturating_mul(1000).checked_div(milliseconds).unwrap_or(0);
        let hint = hint("hint-tick-cpu", *pid, name).with("used", seconds(used * 10));
        hints.push(hint.with("seconds", seconds(milliseconds)).with("percent", percent));
    }
    hints
}

#[cfg(test)]
mod tests {
    use super::duration;

    #[test]
    fn durations_have_units() {
        let cases = [
            ("5", Some(5000)),
            ("5s", Some(5000)),
            ("0.25", Some(250)),
            ("1.5s", Some(1500)),
            ("250ms", Some(250)),
            ("2m", Some(120_000)),
            ("1h", Some(3_600_000)),
            ("", None),
            ("s", None),
            ("-1", None),
            ("5x", None),
            ("1.2.3", None),
            ("1e3", None),
            ("9999999999", None),
        ];
        for (word, expected) in cases {
            assert_eq!(duration(word), expected, "{word}");
        }
    }
}
