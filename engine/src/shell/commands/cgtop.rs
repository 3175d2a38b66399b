//! `cgtop`: control groups by what they use, in the manner of systemd-cgtop. A table compares two looks at the groups
//! with a while between them.

use super::libcgroup::{Hierarchy, hierarchies};
use super::options::{self, Opt, flag, value};
use super::{Action, Command, Completes, Output, Planned, Request, TOOL, join};
use crate::plan::reply::FileKind;
use crate::plan::{Answer, Call, Fidelity, FileRef, Observation, Plan, Probe, Reply, Step, Text};
use std::collections::{BTreeMap, BTreeSet};

const OPTIONS: &[Opt] = &[
    value('n', "iterations"),
    value('d', "delay"),
    flag('b', "batch"),
    flag('c', ""),
    flag('m', ""),
    flag('p', ""),
    flag('t', ""),
];

pub(super) const CGTOP: Command = Command {
    name: "cgtop",
    usage: "[-bcmpt] [-n TABLES] [-d SECONDS]",
    options: OPTIONS,
    fidelity: Fidelity::Partial("partial-command-cgtop"),
    completes: Completes::Nothing,
    action: Action::Plan(plan),
    ..TOOL
};

/// Tables that may be asked for at once.
const MOST_TABLES: u32 = 20;

/// What a file says about a group.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum What {
    Tasks,
    /// Nanoseconds of CPU time.
    CpuNs,
    /// Microseconds of CPU time, behind `usage_usec`.
    CpuStat,
    Memory,
    /// Bytes read and written, behind `rbytes=` and `wbytes=` of all devices.
    IoStat,
}

/// What is read of which group.
#[derive(Clone, Debug)]
struct Source {
    group: String,
    what: What,
    path: Text,
}

/// What is known of a group.
#[derive(Clone, Debug, Default)]
struct Usage {
    tasks: Option<u64>,
    cpu_ns: Option<u64>,
    memory: Option<u64>,
    read: Option<u64>,
    written: Option<u64>,
}

type Usages = BTreeMap<String, Usage>;

fn plan(request: &Request<'_>) -> Planned {
    let parsed = match options::parse(request) {
        Ok(parsed) => parsed,
        Err(output) => return output.into(),
    };
    let number = |letter: char, otherwise: f64| match parsed.value(letter).map(|word| request.show(word)) {
        None => Ok(otherwise),
        Some(word) => {
            word.parse::<f64>().ok().filter(|number| *number > 0.0 && *number <= 86_400.0).ok_or(word)
        }
    };
    let (tables, delay) = match (number('n', 1.0), number('d', 1.0)) {
        (Ok(tables), _) if tables > f64::from(MOST_TABLES) => {
            let message = format!("more than {MOST_TABLES} tables are not shown at once");
            return Output::error(request.message(&message), 1).into();
        }
        (Ok(tables), Ok(delay)) => ((tables as u32).max(1), (delay * 1000.0) as u64),
        (Err(word), _) => {
            return Output::error(
                request.message(&format!("Failed to parse iterations parameter: {word}")),
                1,
            )
            .into();
        }
        (_, Err(word)) => {
            return Output::error(request.message(&format!("Failed to parse delay parameter: {word}")), 1)
                .into();
        }
    };
    let sources = sources(request);
    if sources.is_empty() {
        return Output::error(request.message("no hierarchy with controllers is mounted"), 1).into();
    }
    let mut steps = Vec::new();
    for table in 0..=tables {
        if table > 0 {
            let call = Call::ClockNanosleep { milliseconds: delay };
            steps.push(Step::because(request.actor, call, "why-cgtop-wait"));
        }
        for source in &sources {
            let call = Call::Read { file: FileRef::Path(source.path.clone()), at_most: None };
            steps.push(Step::because(request.actor, call, "why-cgtop-read"));
        }
    }
    let order = parsed.last_of("cmpt").unwrap_or('c');
    Planned::new(Plan::independent(steps), move |answers| {
        let looks: Vec<Usages> =
            answers.answers.chunks(sources.len() + 1).map(|answers| read(&sources, answers)).collect();
        let tables =
            looks.windows(2).filter_map(|pair| Some(table(pair.first()?, pair.get(1)?, delay, order)));
        Output::text(tables.collect::<Vec<_>>().join("\n"))
    })
}

/// What is read of every group: CPU time, memory and I/O from the hierarchies that count them, and tasks from the
/// first.
fn sources(request: &Request<'_>) -> Vec<Source> {
    let mut found = Vec::new();
    let mut known = BTreeSet::new();
    for hierarchy in hierarchies(request) {
        let has = |name: &str| hierarchy.names.iter().any(|own| own == name);
        let mut files = vec![(What::Tasks, "cgroup.procs")];
        if hierarchy.v2 {
            files.extend([
                (What::CpuStat, "cpu.stat"),
                (What::Memory, "memory.current"),
                (What::IoStat, "io.stat"),
            ]);
        }
        if !hierarchy.v2 && has("cpuacct") {
            files.push((What::CpuNs, "cpuacct.usage"));
        }
        if !hierarchy.v2 && has("memory") {
            files.push((What::Memory, "memory.usage_in_bytes"));
        }
        for (group, entries) in groups(request, &hierarchy) {
            let directory = hierarchy.group(&group);
            for (what, file) in &files {
                if entries.iter().any(|entry| entry == file) && known.insert((group.clone(), *what)) {
                    found.push(Source { group: group.clone(), what: *what, path: join(&directory, file) });
                }
            }
        }
    }
    found
}

/// Every group of a hierarchy, and the names of its files.
fn groups(request: &Request<'_>, hierarchy: &Hierarchy) -> Vec<(String, Vec<String>)> {
    let mut found = Vec::new();
    let mut open = vec!["/".to_owned()];
    while let Some(group) = open.pop() {
        let probe = Probe::Directory(hierarchy.group(&group));
        let Observation::Entries(entries) = request.observe.observe(request.actor, &probe) else { continue };
        let children = entries.iter().filter(|entry| entry.kind == FileKind::Directory).rev();
        open.extend(children.map(|entry| format!("{}/{}", group.trim_end_matches('/'), entry.name)));
        let files = entries.iter().filter(|entry| entry.kind == FileKind::Regular);
        found.push((group, files.map(|entry| entry.name.clone()).collect()));
    }
    found
}

fn read(sources: &[Source], answers: &[Answer]) -> Usages {
    let mut usages = Usages::new();
    for (source, answer) in sources.iter().zip(answers) {
        let Ok(Reply::Data(text)) = answer else { continue };
        let usage = usages.entry(source.group.clone()).or_default();
        match source.what {
            What::Tasks => usage.tasks = Some(text.lines().count() as u64).filter(|count| *count > 0),
            What::CpuNs => usage.cpu_ns = text.trim().parse().ok(),
            What::CpuStat => {
                usage.cpu_ns = behind(text, "usage_usec ").map(|micro| micro.saturating_mul(1000))
            }
            What::Memory => usage.memory = text.trim().parse().ok(),
            What::IoStat => {
                usage.read = behind(text, "rbytes=");
                usage.written = behind(text, "wbytes=");
            }
        }
    }
    usages
}

/// The sum of the numbers behind a word.
fn behind(text: &str, word: &str) -> Option<u64> {
    let numbers = text.match_indices(word).filter_map(|(at, _)| {
        let rest = text.get(at + word.len()..)?;
        rest.split(|c: char| !c.is_ascii_digit()).next()?.parse::<u64>().ok()
    });
    numbers.reduce(u64::saturating_add)
}

/// A row: its sort key and its text.
fn table(before: &Usages, after: &Usages, delay_ms: u64, order: char) -> String {
    let mut rows: Vec<(u64, &String, [String; 5])> = Vec::new();
    for (group, usage) in after {
        let earlier = before.get(group);
        let more = |get: fn(&Usage) -> Option<u64>| Some(get(usage)?.saturating_sub(earlier.and_then(get)?));
        let cpu = more(|usage| usage.cpu_ns);
        let rate = |get| more(get).map(|bytes| bytes.saturating_mul(1000) / delay_ms.max(1));
        // Tenths of a percent of one CPU.
        let permille = cpu.map(|ns| ns / delay_ms.max(1) / 1000);
        let key = match order {
            'm' => usage.memory,
            't' => usage.tasks,
            'p' => None,
            _ => permille,
        };
        let cells = [
            usage.tasks.map_or_else(|| "-".to_owned(), |tasks| tasks.to_string()),
            permille.map_or_else(|| "-".to_owned(), |tenths| format!("{}.{}", tenths / 10, tenths % 10)),
            usage.memory.map_or_else(|| "-".to_owned(), bytes),
            rate(|usage| usage.read).map_or_else(|| "-".to_owned(), bytes),
            rate(|usage| usage.written).map_or_else(|| "-".to_owned(), bytes),
        ];
        rows.push((key.unwrap_or(0), group, cells));
    }
    rows.sort_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(b.1)));
    let width = rows.iter().map(|(_, group, _)| group.chars().count()).max().unwrap_or(0).max(36);
    let line = |group: &str, cells: [&str; 5]| {
        let [tasks, cpu, memory, read, written] = cells;
        format!("{group:<width$} {tasks:>7} {cpu:>6} {memory:>8} {read:>8} {written:>8}\n")
    };
    let head = line("Control Group", ["Tasks", "%CPU", "Memory", "Input/s", "Output/s"]);
    let body = rows.iter().map(|(_, group, cells)| line(group, cells.each_ref().map(String::as_str)));
    std::iter::once(head).chain(body).collect()
}

/// `18.3G`, as systemd writes amounts: one digit behind the point, powers of 1024.
fn bytes(amount: u64) -> String {
    let units = [(1_u64 << 40, 'T'), (1 << 30, 'G'), (1 << 20, 'M'), (1 << 10, 'K')];
    match units.iter().find(|(unit, _)| amount >= *unit) {
        Some((unit, letter)) => {
            format!("{}.{}{letter}", amount / unit, amount % unit * 10 / unit)
        }
        None => format!("{amount}B"),
    }
}

#[cfg(test)]
mod tests {
    use super::{behind, bytes};

    #[test]
    fn amounts_and_sums() {
        assert_eq!(bytes(0), "0B");
        assert_eq!(bytes(1536), "1.5K");
        assert_eq!(bytes(18 << 30), "18.0G");
        assert_eq!(behind("8:0 rbytes=10 wbytes=3\n8:16 rbytes=5 wbytes=1\n", "rbytes="), Some(15));
        assert_eq!(behind("usage_usec 250\nuser_usec 200\n", "usage_usec "), Some(250));
        assert_eq!(behind("", "rbytes="), None);
    }
}
