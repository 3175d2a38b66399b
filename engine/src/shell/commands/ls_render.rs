//! How `ls` lays names out: columns for a person, lines for a pipe, attributes with `-l`.

use super::accounts::Accounts;
use super::options::Parsed;
use super::sizes;
use crate::plan::reply::{FileKind, Stat, Statx};

/// The width of the terminal.
const WIDTH: usize = 80;

/// A name that is listed.
#[derive(Clone, Debug)]
pub(super) struct Name {
    /// As it is shown.
    pub(super) name: String,
    /// What it stands for.
    pub(super) kind: FileKind,
    /// Its attributes, for `-l`.
    pub(super) stat: Option<Stat>,
    /// Of a device, its numbers.
    pub(super) represents: (u32, u32),
    /// Of a symbolic link, where it points.
    pub(super) target: Option<String>,
}

impl Default for Name {
    fn default() -> Self {
        Self { name: String::new(), kind: FileKind::Regular, stat: None, represents: (0, 0), target: None }
    }
}

impl Name {
    /// A name that is still to be given, with all attributes.
    pub(super) fn of(all: &Statx) -> Self {
        let (kind, represents) = (all.stat.kind, all.represents);
        Self { kind, stat: Some(all.stat.clone()), represents, ..Self::default() }
    }
}

/// Names that are listed together.
#[derive(Clone, Debug, Default)]
pub(super) struct Listing {
    /// The names.
    pub(super) names: Vec<Name>,
    /// What owners and groups are called.
    pub(super) accounts: Accounts,
}

/// Lays a listing out.
pub(super) fn render(parsed: &Parsed, mut listing: Listing, columns: bool) -> String {
    listing.names.sort_by(|a, b| a.name.cmp(&b.name));
    if parsed.has('r') {
        listing.names.reverse();
    }
    if parsed.has('l') || parsed.has('n') {
        return long(parsed, &listing);
    }
    let shown: Vec<String> = listing.names.iter().map(|name| decorated(parsed, name)).collect();
    if columns { in_columns(&shown) } else { shown.iter().map(|name| format!("{name}\n")).collect() }
}

fn decorated(parsed: &Parsed, name: &Name) -> String {
    let executable = name.stat.as_ref().is_some_and(|stat| stat.mode & 0o111 != 0);
    let mark = match name.kind {
        FileKind::Directory if parsed.has('F') || parsed.has('p') => "/",
        FileKind::Symlink if parsed.has('F') => "@",
        FileKind::Fifo if parsed.has('F') => "|",
        FileKind::Socket if parsed.has('F') => "=",
        FileKind::Regular if parsed.has('F') && executable => "*",
        _ => "",
    };
    format!("{}{mark}", name.name)
}

/// As few rows as fit into the terminal, filled column by column, two blanks between columns.
fn in_columns(names: &[String]) -> String {
    let lengths: Vec<usize> = names.iter().map(|name| name.chars().count()).collect();
    let fits = |rows: &usize| {
        let widths = widths(&lengths, *rows);
        let gaps = 2 * widths.len().saturating_sub(1);
        widths.iter().sum::<usize>() + gaps < WIDTH
    };
    let rows = (1..=names.len()).find(fits).unwrap_or(names.len());
    let widths = widths(&lengths, rows.max(1));
    let mut text = String::new();
    for row in 0..rows {
        let mut line = String::new();
        for (column, width) in widths.iter().enumerate() {
            let Some(name) = names.get(column * rows + row) else { break };
            let last = names.get((column + 1) * rows + row).is_none();
            let pad = if last { 0 } else { width + 2 - lengths[column * rows + row] };
            line.push_str(name);
            line.push_str(&" ".repeat(pad));
        }
        text.push_str(&line);
        text.push('\n');
    }
    text
}

fn widths(lengths: &[usize], rows: usize) -> Vec<usize> {
    lengths.chunks(rows.max(1)).map(|column| column.iter().copied().max().unwrap_or(0)).collect()
}

/// Mode, links, owner, group, size, name. Times are not shown.
fn long(parsed: &Parsed, listing: &Listing) -> String {
    let devices =
        listing.names.iter().filter(|name| matches!(name.kind, FileKind::Character | FileKind::Block));
    let minor = devices.map(|name| name.represents.1.to_string().len()).max().unwrap_or(1);
    let cells: Vec<[String; 6]> =
        listing.names.iter().map(|name| cells(parsed, name, &listing.accounts, minor)).collect();
    let width = |column: usize| cells.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
    let widths: Vec<usize> = (0..6).map(width).collect();
    let mut text = String::new();
    for [mode, links, owner, group, size, name] in &cells {
        let (l, o, g, s) = (widths[1], widths[2], widths[3], widths[4]);
        text.push_str(&format!("{mode} {links:>l$} {owner:<o$} {group:<g$} {size:>s$} {name}\n"));
    }
    text
}

/// `minor` is the width of the longest minor number.
fn cells(parsed: &Parsed, name: &Name, accounts: &Accounts, minor: usize) -> [String; 6] {
    let shown = |id: u32, name: Option<&str>| match name {
        Some(name) if !parsed.has('n') => name.to_owned(),
        _ => id.to_string(),
    };
    let owner = |uid: u32| shown(uid, accounts.user(uid));
    let group = |gid: u32| shown(gid, accounts.group(gid));
    let label = decorated(parsed, name);
    let letter = letter(name.kind);
    match &name.stat {
        Some(stat) => {
            let size = match name.kind {
                FileKind::Character | FileKind::Block => {
                    format!("{}, {:>minor$}", name.represents.0, name.represents.1)
                }
                _ if parsed.has('h') => sizes::human(stat.size),
                _ => stat.size.to_string(),
            };
            let label = match &name.target {
                Some(target) => format!("{label} -> {target}"),
                None => label,
            };
            [
                format!("{letter}{}", permissions(stat.mode)),
                stat.nlink.to_string(),
                owner(stat.uid),
                group(stat.gid),
                size,
                label,
            ]
        }
        None => [
            format!("{letter}?????????"),
            "?".to_owned(),
            "?".to_owned(),
            "?".to_owned(),
            "?".to_owned(),
            label,
        ],
    }
}

pub(super) fn letter(kind: FileKind) -> char {
    match kind {
        FileKind::Regular => '-',
        FileKind::Directory => 'd',
        FileKind::Symlink => 'l',
        FileKind::Character => 'c',
        FileKind::Block => 'b',
        FileKind::Fifo => 'p',
        FileKind::Socket => 's',
    }
}

pub(super) fn permissions(mode: u32) -> String {
    let mut text = String::new();
    for (shift, special, small, large) in
        [(6, 0o4000, 's', 'S'), (3, 0o2000, 's', 'S'), (0, 0o1000, 't', 'T')]
    {
        let bits = mode >> shift;
        text.push(if bits & 4 != 0 { 'r' } else { '-' });
        text.push(if bits & 2 != 0 { 'w' } else { '-' });
        text.push(match (bits & 1 != 0, mode & special != 0) {
            (true, true) => small,
            (false, true) => large,
            (true, false) => 'x',
            (false, false) => '-',
        });
    }
    text
}
