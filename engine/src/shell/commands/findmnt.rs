//! `findmnt`, as util-linux': what is mounted where.

use super::mount::{canonical, is_of_type};
use super::mount_table::Line;
use super::options::{self, Parsed, flag, value};
use super::{Action, Command, Completes, Output, Planned, Request, TOOL};
use crate::plan::{Call, Fidelity, FileRef, Plan, Reply, Step, Text};

pub(super) const FINDMNT: Command = Command {
    name: "findmnt",
    usage: "[-lnrR] [-o COLUMNS] [-t TYPES] [TARGET | SOURCE]",
    options: &[
        flag('l', "list"),
        flag('n', "noheadings"),
        flag('r', "raw"),
        flag('R', "submounts"),
        value('o', "output"),
        value('t', "types"),
        value('T', "target"),
        value('M', "mountpoint"),
        value('S', "source"),
    ],
    fidelity: Fidelity::Partial("partial-command-findmnt"),
    completes: Completes::MountPoints,
    action: Action::Plan(plan),
    ..TOOL
};

/// The columns, and whether their numbers stand to the right.
const COLUMNS: [(&str, bool); 11] = [
    ("TARGET", false),
    ("SOURCE", false),
    ("FSTYPE", false),
    ("OPTIONS", false),
    ("VFS-OPTIONS", false),
    ("FS-OPTIONS", false),
    ("PROPAGATION", false),
    ("ID", true),
    ("PARENT", true),
    ("FSROOT", false),
    ("MAJ:MIN", false),
];

const DEFAULT: [usize; 4] = [0, 1, 2, 3];

/// What is to be found, and how it is shown.
struct Wanted {
    columns: Vec<usize>,
    types: Option<String>,
    /// A mount point or a source.
    any: Option<(String, String)>,
    point: Option<String>,
    source: Option<String>,
    /// A path: the mount that it is on.
    inside: Option<String>,
    submounts: bool,
    tree: bool,
    headings: bool,
    raw: bool,
}

fn plan(request: &Request<'_>) -> Planned {
    let parsed = match options::parse(request) {
        Ok(parsed) => parsed,
        Err(output) => return output.into(),
    };
    let wanted = match read(request, &parsed) {
        Ok(wanted) => wanted,
        Err(output) => return output.into(),
    };
    let call = Call::Read { file: FileRef::Path(Text::from("/proc/self/mountinfo")), at_most: None };
    Planned::new(Plan::independent(vec![Step::new(request.actor, call)]), move |answers| {
        match answers.answers {
            [Ok(Reply::Data(text))] => show(&wanted, &Line::read_all(text)),
            [Err(_)] => Output::error("findmnt: can't read /proc/self/mountinfo\n", 1),
            _ => Output::default(),
        }
    })
}

fn read(request: &Request<'_>, parsed: &Parsed) -> Result<Wanted, Output> {
    let columns = match parsed.value('o') {
        None => DEFAULT.to_vec(),
        Some(list) => columns(request, &request.show(list))?,
    };
    let path = |text: &Text| canonical(request, text);
    let any = parsed.operands.first().map(|text| (path(text), request.show(text)));
    let point = parsed.value('M').map(path);
    let source = parsed.value('S').map(|text| request.show(text));
    let inside = parsed.value('T').map(path);
    let filtered = any.is_some() || point.is_some() || source.is_some() || inside.is_some();
    let submounts = parsed.has('R');
    Ok(Wanted {
        columns,
        types: parsed.value('t').map(|types| request.show(types)),
        tree: !parsed.has('l') && !parsed.has('r') && (!filtered || submounts),
        any,
        point,
        source,
        inside,
        submounts,
        headings: !parsed.has('n'),
        raw: parsed.has('r'),
    })
}

fn columns(request: &Request<'_>, list: &str) -> Result<Vec<usize>, Output> {
    let list = match list.strip_prefix('+') {
        Some(more) => format!("TARGET,SOURCE,FSTYPE,OPTIONS,{more}"),
        None => list.to_owned(),
    };
    let column = |word: &str| {
        let found = COLUMNS.iter().position(|(name, _)| name.eq_ignore_ascii_case(word));
        found.ok_or_else(|| Output::error(request.message(&format!("unknown column: {word}")), 1))
    };
    list.split(',').map(column).collect()
}

fn show(wanted: &Wanted, lines: &[Line]) -> Output {
    let chosen = choose(wanted, lines);
    if chosen.is_empty() {
        return Output { status: 1, ..Output::default() };
    }
    let rows: Vec<(String, &Line)> =
        if wanted.tree { tree(&chosen) } else { chosen.iter().map(|line| (String::new(), *line)).collect() };
    Output::text(print(wanted, &rows))
}

/// The lines that are wanted.
fn choose<'l>(wanted: &Wanted, lines: &'l [Line]) -> Vec<&'l Line> {
    let deepest = wanted.inside.as_ref().and_then(|path| {
        let above = |line: &&Line| {
            let rest = path.strip_prefix(line.target.trim_end_matches('/'));
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        lines.iter().filter(above).max_by_key(|line| line.target.len())
    });
    let fits = |line: &&Line| {
        let source = |word: &String| source(line) == *word || line.source == *word;
        wanted.types.as_ref().is_none_or(|types| is_of_type(&line.fstype, types))
            && wanted.any.as_ref().is_none_or(|(path, word)| line.target == *path || source(word))
            && wanted.point.as_ref().is_none_or(|path| line.target == *path)
            && wanted.source.as_ref().is_none_or(source)
            && (wanted.inside.is_none() || deepest == Some(*line))
    };
    let mut chosen: Vec<&Line> = lines.iter().filter(fits).collect();
    if wanted.submounts {
        let mut seen = 0;
        while let Some(line) = chosen.get(seen).copied() {
            let below = lines.iter().filter(|other| other.parent == line.id && other.id != line.id);
            let new: Vec<&Line> = below.filter(|other| !chosen.contains(other)).collect();
            chosen.extend(new);
            seen += 1;
        }
    }
    chosen
}

/// The lines as a tree, each with the strokes in front of it.
fn tree<'l>(chosen: &[&'l Line]) -> Vec<(String, &'l Line)> {
    let is_child = |line: &&&Line| chosen.iter().any(|other| other.id == line.parent && other.id != line.id);
    let mut rows = Vec::new();
    for root in chosen.iter().filter(|line| !is_child(line)) {
        rows.push((String::new(), *root));
        branch(chosen, root, "", &mut rows);
    }
    rows
}

fn branch<'l>(chosen: &[&'l Line], above: &Line, indent: &str, rows: &mut Vec<(String, &'l Line)>) {
    let children: Vec<&&Line> =
        chosen.iter().filter(|line| line.parent == above.id && line.id != above.id).collect();
    for (index, child) in children.iter().enumerate() {
        let last = index + 1 == children.len();
        rows.push((format!("{indent}{}", if last { "└─" } else { "├─" }), **child));
        branch(chosen, child, &format!("{indent}{}", if last { "  " } else { "│ " }), rows);
    }
}

/// The source, and in brackets what of it is shown, if that is not all.
fn source(line: &Line) -> String {
    if line.root == "/" { line.source.clone() } else { format!("{}[{}]", line.source, line.root) }
}

fn cell(line: &Line, column: usize, strokes: &str) -> String {
    match column {
        0 => format!("{strokes}{}", line.target),
        1 => source(line),
        2 => line.fstype.clone(),
        3 => line.options(),
        4 => line.vfs_options.clone(),
        5 => line.fs_options.clone(),
        6 => line.propagation(),
        7 => line.id.clone(),
        8 => line.parent.clone(),
        9 => line.root.clone(),
        _ => line.device.clone(),
    }
}

fn print(wanted: &Wanted, rows: &[(String, &Line)]) -> String {
    let heading: Vec<String> = wanted.columns.iter().map(|column| name(*column).to_owned()).collect();
    let cells = rows.iter().map(|(strokes, line)| {
        wanted.columns.iter().map(|column| cell(line, *column, strokes)).collect::<Vec<_>>()
    });
    let mut table: Vec<Vec<String>> = wanted.headings.then_some(heading).into_iter().collect();
    table.extend(cells);
    if wanted.raw {
        return table.iter().map(|row| format!("{}\n", row.join(" "))).collect();
    }
    let width =
        |index: usize| table.iter().filter_map(|row| row.get(index)).map(|cell| cell.chars().count()).max();
    let widths: Vec<usize> = (0..wanted.columns.len()).map(|index| width(index).unwrap_or(0)).collect();
    table.iter().map(|row| aligned(&wanted.columns, row, &widths)).collect()
}

fn name(column: usize) -> &'static str {
    COLUMNS.get(column).map_or("", |(name, _)| name)
}

/// A row with its cells below each other; the last one is not filled up.
fn aligned(columns: &[usize], row: &[String], widths: &[usize]) -> String {
    let mut text = String::new();
    for (index, ((cell, width), column)) in row.iter().zip(widths).zip(columns).enumerate() {
        let right = COLUMNS.get(*column).is_some_and(|(_, right)| *right);
        let last = index + 1 == row.len();
        let gap = " ".repeat(width.saturating_sub(cell.chars().count()));
        match (right, last) {
            (true, _) => text.push_str(&format!("{gap}{cell}")),
            (false, true) => text.push_str(cell),
            (false, false) => text.push_str(&format!("{cell}{gap}")),
        }
        text.push_str(if last { "\n" } else { " " });
    }
    text
}

#[cfg(test)]
mod tests {
    use super::{Line, tree};

    #[test]
    fn mounts_below_each_other_are_a_tree() {
        let line = |id: &str, parent: &str| Line { id: id.into(), parent: parent.into(), ..Line::default() };
        let lines = [line("1", "0"), line("2", "1"), line("3", "2"), line("4", "1")];
        let rows = tree(&lines.iter().collect::<Vec<_>>());
        let shown: Vec<String> = rows.iter().map(|(strokes, line)| format!("{strokes}{}", line.id)).collect();
        assert_eq!(shown, ["1", "├─2", "│ └─3", "└─4"]);
    }
}
