//! `top -b`, as procps-ng 4.0.2: which tasks use what. A table compares two looks at /proc with a while between them.

use super::accounts::Accounts;
use super::options::{self, Opt, flag, value};
use super::ps_format::Task;
use super::top_format::{self, Frame, Row};
use super::{Action, Command, Completes, Output, Planned, Request, TOOL, wording};
use crate::plan::{Answer, Call, Fidelity, FileRef, Observation, Plan, Probe, Reply, Step, Text};
use std::collections::BTreeMap;

const OPTIONS: &[Opt] = &[
    flag('b', "batch-mode"),
    value('n', "iterations"),
    value('d', "delay"),
    value('p', "pid"),
    value('u', "filter-only-euser"),
    value('o', "sort-override"),
    flag('c', "cmdline-toggle"),
];

pub(super) const TOP: Command = Command {
    name: "top",
    usage: "-b [-c] [-n TABLES] [-d SECONDS] [-p PIDS] [-u USER] [-o COLUMN]",
    options: OPTIONS,
    fidelity: Fidelity::Partial("partial-command-top"),
    completes: Completes::Nothing,
    action: Action::Plan(plan),
    ..TOOL
};

/// Tables that may be asked for at once.
const MOST_TABLES: u32 = 20;
/// Between the first look, which is not shown, and the second (top.c, `LIB_USLEEP`).
const FIRST_DELAY_MS: u64 = 150;
/// From one table to the next.
const DELAY_MS: u64 = 3000;

/// What was asked for.
struct Wanted {
    tables: u32,
    delay_ms: u64,
    pids: Vec<u32>,
    uid: Option<u32>,
    /// A column, and whether the low values come first.
    order: (&'static str, bool),
    command_lines: bool,
    accounts: Accounts,
}

/// A look at the tasks.
#[derive(Clone, Default)]
struct Look {
    frame: Frame,
    uptime_ms: Option<u64>,
    tasks: Vec<Task>,
}

/// How far the command is.
struct Run {
    wanted: Wanted,
    before: Option<Look>,
    tables: u32,
    text: String,
}

fn plan(request: &Request<'_>) -> Planned {
    match read(request) {
        Ok(wanted) => look(request, Run { wanted, before: None, tables: 0, text: String::new() }),
        Err(output) => output.into(),
    }
}

fn read(request: &Request<'_>) -> Result<Wanted, Output> {
    let parsed = options::parse(request).map_err(|mut output| {
        // top says what is wrong, and no more.
        for (_, text) in &mut output.chunks {
            *text = Text::from(format!("{}\n", text.to_string().lines().next().unwrap_or_default()));
        }
        output
    })?;
    let wrong = |message: String| Output::error(request.message(&message), 1);
    if let Some(word) = parsed.operands.first() {
        return Err(wrong(format!("unknown option '{}'", request.show(word))));
    }
    let accounts = Accounts::read(request);
    let mut wanted = Wanted {
        tables: 1,
        delay_ms: DELAY_MS,
        pids: Vec::new(),
        uid: None,
        order: ("%CPU", false),
        command_lines: parsed.has('c'),
        accounts,
    };
    for (letter, word) in &parsed.options {
        let word = request.show(word);
        match letter {
            'n' => {
                let number = word.parse().ok().filter(|number: &u32| *number > 0);
                let number = number.ok_or_else(|| wrong(format!("bad iterations argument '{word}'")))?;
                if number > MOST_TABLES {
                    return Err(wrong(format!("more than {MOST_TABLES} tables are not shown at once")));
                }
                wanted.tables = number;
            }
            'd' => wanted.delay_ms = delay(&word).map_err(wrong)?,
            'p' => {
                for pid in word.split([',', ' ']) {
                    wanted.pids.push(pid.parse().map_err(|_| wrong(format!("bad pid '{pid}'")))?);
                }
            }
            'u' => {
                let named = wanted.accounts.user_named(&word).map(|(uid, _)| uid);
                let uid =
                    named.or_else(|| word.parse().ok()).ok_or_else(|| wrong("Invalid user".to_owned()))?;
                wanted.uid = Some(uid);
            }
            'o' => wanted.order = order(&word).map_err(wrong)?,
            _ => {}
        }
    }
    if !parsed.has('b') {
        return Err(wrong(wording::sentence("command-top", Some("only")).unwrap_or_default().to_owned()));
    }
    Ok(wanted)
}

fn delay(word: &str) -> Result<u64, String> {
    match word.parse::<f64>() {
        Ok(seconds) if seconds.is_sign_negative() => Err("-d requires positive argument".to_owned()),
        Ok(seconds) if seconds <= 86_400.0 => Ok((seconds * 1000.0) as u64),
        _ => Err(format!("bad delay interval '{word}'")),
    }
}

/// `-o COLUMN`; a minus in front puts the low values first.
fn order(word: &str) -> Result<(&'static str, bool), String> {
    let name = word.strip_prefix(['+', '-']).unwrap_or(word);
    let column = top_format::COLUMNS.into_iter().find(|column| *column == name);
    let column = column.ok_or_else(|| format!("unrecognized field name '{name}'"))?;
    Ok((column, word.starts_with('-')))
}

const MACHINE: [&str; 3] = ["/proc/uptime", "/proc/loadavg", "/proc/meminfo"];

/// Looks at all tasks, then shows what has been used since the look before.
fn look(request: &Request<'_>, run: Run) -> Planned {
    let pids = match request.observe.observe(request.actor, &Probe::Tasks) {
        Observation::Tasks(tasks) => tasks.iter().map(|task| task.pid).collect(),
        _ => Vec::<u32>::new(),
    };
    let mut steps = Vec::new();
    if run.before.is_some() {
        let delay = if run.tables == 0 { FIRST_DELAY_MS } else { run.wanted.delay_ms };
        let call = Call::ClockNanosleep { milliseconds: delay };
        steps.push(Step::because(request.actor, call, "why-top-wait"));
    }
    let slept = steps.len();
    let read = |path: String| Call::Read { file: FileRef::Path(Text::from(path)), at_most: None };
    let mut look = |call| steps.push(Step::because(request.actor, call, "why-top-read"));
    MACHINE.into_iter().for_each(|path| look(read(path.to_owned())));
    for pid in &pids {
        look(Call::Stat { path: Text::from(format!("/proc/{pid}")) });
        look(read(format!("/proc/{pid}/stat")));
        if run.wanted.command_lines {
            look(read(format!("/proc/{pid}/cmdline")));
        }
    }
    Planned::new(Plan::independent(steps), |_| Output::default()).and_then(move |request, answers| {
        let now = seen(&pids, run.wanted.command_lines, answers.get(slept..).unwrap_or_default());
        Some(go_on(request, run, now))
    })
}

fn go_on(request: &Request<'_>, mut run: Run, now: Look) -> Planned {
    if let Some(before) = run.before.replace(now) {
        let now = run.before.clone().unwrap_or_default();
        if run.tables > 0 {
            run.text.push('\n');
        }
        run.text.push_str(&table(&run.wanted, &before, &now));
        run.tables += 1;
    }
    if run.tables >= run.wanted.tables { Output::text(run.text).into() } else { look(request, run) }
}

fn seen(pids: &[u32], command_lines: bool, answers: &[Answer]) -> Look {
    let text = |answer: Option<&Answer>| match answer {
        Some(Ok(Reply::Data(text))) => text.clone(),
        _ => String::new(),
    };
    let (uptime, load, memory) = (text(answers.first()), text(answers.get(1)), text(answers.get(2)));
    let mut look = Look { uptime_ms: milliseconds(&uptime), ..Look::default() };
    look.frame = Frame::new(look.uptime_ms, &load, &memory);
    let own = answers.get(MACHINE.len()..).unwrap_or_default();
    for (pid, answers) in pids.iter().zip(own.chunks(if command_lines { 3 } else { 2 })) {
        let mut task = Task::new(*pid);
        let [Ok(Reply::Stat(stat)), Ok(Reply::Data(line)), rest @ ..] = answers else { continue };
        task.uid = stat.uid;
        if task.read_stat(line) {
            task.command_line = text(rest.first());
            look.tasks.push(task);
        }
    }
    look
}

/// The first number of /proc/uptime.
fn milliseconds(uptime: &str) -> Option<u64> {
    let seconds: f64 = uptime.split(' ').next()?.parse().ok()?;
    Some((seconds * 1000.0) as u64)
}

fn table(wanted: &Wanted, before: &Look, now: &Look) -> String {
    let used: BTreeMap<u32, u64> = before.tasks.iter().map(|task| (task.pid, task.ticks)).collect();
    let elapsed = match (before.uptime_ms, now.uptime_ms) {
        (Some(before), Some(now)) => now.saturating_sub(before),
        _ => FIRST_DELAY_MS,
    };
    let is_shown = |task: &&Task| {
        (wanted.pids.is_empty() || wanted.pids.contains(&task.pid))
            && wanted.uid.is_none_or(|uid| uid == task.uid)
    };
    let shown: Vec<&Task> = now.tasks.iter().filter(is_shown).collect();
    // A task that is new has used all of its time since the look before.
    let row = |task: &&Task| {
        let ticks = task.ticks.saturating_sub(used.get(&task.pid).copied().unwrap_or(0));
        let user = wanted.accounts.user(task.uid).map_or_else(|| task.uid.to_string(), str::to_owned);
        Row::new(task, user, ticks, elapsed, &now.frame, wanted.command_lines)
    };
    let mut rows: Vec<Row> = shown.iter().map(row).collect();
    let (column, low_first) = wanted.order;
    rows.sort_by(|a, b| {
        let (a, b) = (a.key(column), b.key(column));
        if low_first { a.cmp(&b) } else { b.cmp(&a) }
    });
    now.frame.text(&shown, &rows)
}

#[cfg(test)]
mod tests {
    use super::{delay, milliseconds, order};

    #[test]
    fn arguments() {
        assert_eq!(delay("0.5"), Ok(500));
        assert_eq!(delay("-1"), Err("-d requires positive argument".to_owned()));
        for word in ["x", "", "nan", "inf", "1e99"] {
            assert_eq!(delay(word), Err(format!("bad delay interval '{word}'")));
        }
        assert_eq!(order("PID"), Ok(("PID", false)));
        assert_eq!(order("-%MEM"), Ok(("%MEM", true)));
        assert_eq!(order("+foo"), Err("unrecognized field name 'foo'".to_owned()));
        assert_eq!(milliseconds("12.34 5.00\n"), Some(12_340));
        assert_eq!(milliseconds("#\n"), None);
    }
}
