//! `df`, as coreutils': how much room file systems have.

use super::options::{self, Opt, Parsed, flag};
use super::sizes;
use super::{Action, Command, Fidelity, Output, Planned, Request, TOOL};
use crate::explain::sentence;
use crate::plan::probe::MountInfo;
use crate::plan::reply::{Reply, Statfs};
use crate::plan::{Call, Observation, Plan, Probe, Step, Text};

const OPTIONS: &[Opt] =
    &[flag('a', "all"), flag('h', "human-readable"), flag('k', ""), flag('T', "print-type")];

pub(super) const DF: Command = Command {
    name: "df",
    usage: "[-ahkT] [FILE…]",
    options: OPTIONS,
    fidelity: Fidelity::Partial("partial-command-df"),
    action: Action::Plan(plan),
    ..TOOL
};

fn plan(request: &Request<'_>) -> Planned {
    let parsed = match options::parse(request) {
        Ok(parsed) => parsed,
        Err(output) => return output.into(),
    };
    let mounts = match request.observe.observe(request.actor, &Probe::Mounts) {
        Observation::Mounts(mounts) => mounts,
        _ => Vec::new(),
    };
    let reachable = |(index, mount): &(usize, &MountInfo)| mount.is_reachable(&mounts[index + 1..]);
    let rows: Vec<(Option<MountInfo>, String)> = if parsed.operands.is_empty() {
        let shown = mounts.iter().enumerate().filter(reachable).map(|(_, mount)| mount);
        shown.map(|mount| (Some(mount.clone()), mount.target.clone())).collect()
    } else {
        let found = |operand: &Text| {
            let path = request.show(operand);
            let whole = sentence::absolute(&path, request.actor, request.observe);
            (sentence::deepest_mount(&whole, &mounts).cloned(), path)
        };
        parsed.operands.iter().map(found).collect()
    };
    let step = |(_, path): &(Option<MountInfo>, String)| {
        Step::new(request.actor, Call::Statfs { path: Text::from(path.as_str()) })
    };
    let steps = rows.iter().map(step).collect();
    Planned::new(Plan::independent(steps), move |answers| {
        let mut output = Output::default();
        let all = parsed.has('a') || !parsed.operands.is_empty();
        let mut lines = vec![header(&parsed)];
        for ((mount, path), answer) in rows.iter().zip(answers.answers) {
            match (answer, mount) {
                (Ok(Reply::Statfs(found)), Some(mount)) if all || found.blocks > 0 => {
                    lines.push(line(&parsed, mount, found));
                }
                (Err(refusal), _) if !parsed.operands.is_empty() => {
                    output.err(format!("df: {path}: {}\n", refusal.errno.text()), 1);
                }
                _ => {}
            }
        }
        match lines.len() {
            1 if output.status == 0 => output.err("df: no file systems processed\n", 1),
            1 => {}
            _ => output.out(table(&lines)),
        }
        output
    })
}

fn header(parsed: &Parsed) -> Vec<String> {
    let human = parsed.has('h');
    let mut cells = vec!["Filesystem"];
    if parsed.has('T') {
        cells.push("Type");
    }
    cells.extend(if human { ["Size", "Used", "Avail"] } else { ["1K-blocks", "Used", "Available"] });
    cells.extend(["Use%", "Mounted on"]);
    cells.into_iter().map(str::to_owned).collect()
}

fn line(parsed: &Parsed, mount: &MountInfo, found: &Statfs) -> Vec<String> {
    let figure = |blocks: u64| {
        let bytes = blocks.saturating_mul(found.block);
        if parsed.has('h') { sizes::human(bytes) } else { bytes.div_ceil(1024).to_string() }
    };
    let used = found.blocks.saturating_sub(found.free);
    // Rounded up, of what is used and what can still be.
    let percent = match used + found.available {
        0 => "-".to_owned(),
        both => format!("{}%", (used * 100).div_ceil(both)),
    };
    let mut cells = vec![mount.source.clone()];
    if parsed.has('T') {
        cells.push(mount.fstype.clone());
    }
    cells.extend([
        figure(found.blocks),
        figure(used),
        figure(found.available),
        percent,
        mount.target.clone(),
    ]);
    cells
}

/// The first column, the kind and the last are flush left; the first has 14 characters at least, figures 5 and the
/// percentage 4.
fn table(lines: &[Vec<String>]) -> String {
    let columns = lines.first().map_or(0, Vec::len);
    let least = |column: usize| match column {
        0 => 14,
        _ if column + 2 == columns => 4,
        _ if columns == 7 && column == 1 => 4,
        _ if column + 1 == columns => 0,
        _ => 5,
    };
    let width = |column: usize| {
        let cells = lines.iter().map(|line| line[column].chars().count());
        cells.max().unwrap_or(0).max(least(column))
    };
    let widths: Vec<usize> = (0..columns).map(width).collect();
    let mut text = String::new();
    for line in lines {
        let cells = line.iter().enumerate().map(|(column, cell)| {
            let width = widths[column];
            match column {
                0 => format!("{cell:<width$}"),
                1 if columns == 7 => format!("{cell:<width$}"),
                last if last + 1 == columns => cell.clone(),
                _ => format!("{cell:>width$}"),
            }
        });
        text.push_str(&cells.collect::<Vec<String>>().join(" "));
        text.push('\n');
    }
    text
}
