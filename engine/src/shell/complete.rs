//! What could follow the cursor.

use super::Shell;
use super::commands::{self, Completes};
use crate::host::CONTROLLER_ORDER;
use crate::plan::reply::FileKind;
use crate::plan::table::CALLS;
use crate::plan::{Observation, Observe, Probe, Text};
use std::collections::BTreeSet;

/// Words that could stand at the cursor.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Completion {
    /// The byte in the line from which a candidate replaces what is there, up to the cursor.
    pub start: usize,
    /// The candidates, sorted; a directory ends in `/`.
    pub candidates: Vec<String>,
}

/// Candidates that are shown at most.
const MOST: usize = 200;

/// Finds what could stand at a cursor, which is a byte of the line.
pub fn complete(line: &str, cursor: usize, shell: &Shell, observe: &dyn Observe) -> Completion {
    let mut cursor = cursor.min(line.len());
    while !line.is_char_boundary(cursor) {
        cursor -= 1;
    }
    let before = &line[..cursor];
    let start =
        before.rfind([' ', '\t', '\n', ';', '|', '&', '(', '<', '>', '"', '\'', '`']).map_or(0, |at| at + 1);
    let word = &before[start..];
    let command_start = before[..start].rfind(['\n', ';', '|', '&', '(', '`']).map_or(0, |at| at + 1);
    let earlier = before[command_start..start].trim_start();
    let redirected = earlier.trim_end().ends_with(['<', '>']);
    let candidates = if redirected {
        paths(word, shell, observe, false)
    } else if let Some(name) = word.strip_prefix('$') {
        let variables = shell.variables().filter(|variable| variable.starts_with(name));
        variables.map(|variable| format!("${variable}")).collect()
    } else if starts_command(earlier) {
        if word.contains('/') { paths(word, shell, observe, false) } else { command_names(word, shell) }
    } else {
        arguments(earlier, word, shell, observe)
    };
    let in_list = if !redirected && is_list(earlier) { word.rfind(',').map_or(0, |at| at + 1) } else { 0 };
    Completion { start: start + in_list, candidates: candidates.into_iter().take(MOST).collect() }
}

/// True where a command is expected: nothing stands before the word, or only words that open a command.
fn starts_command(earlier: &str) -> bool {
    let openers = ["if", "then", "else", "elif", "while", "until", "do", "!", "{", "time"];
    earlier.split_whitespace().all(|word| openers.contains(&word) || is_assignment(word))
}

fn is_assignment(word: &str) -> bool {
    word.split_once('=').is_some_and(|(name, _)| super::state::is_name(name))
}

fn command_names(word: &str, shell: &Shell) -> BTreeSet<String> {
    let known = commands::ALL.iter().map(|command| command.name).chain(shell.functions());
    known.filter(|name| name.starts_with(word)).map(str::to_owned).collect()
}

/// True behind `mount … -o`, where a list with commas is expected.
fn is_list(earlier: &str) -> bool {
    let words: Vec<&str> = earlier.split_whitespace().collect();
    matches!(
        (words.first(), words.last()),
        (Some(&"mount"), Some(&"-o")) | (Some(&"ps"), Some(&("-o" | "-O")))
    )
}

fn arguments(earlier: &str, word: &str, shell: &Shell, observe: &dyn Observe) -> BTreeSet<String> {
    let name = earlier.split_whitespace().find(|word| !is_assignment(word)).unwrap_or("");
    let command = commands::find(name);
    if word.starts_with('-') {
        return command.map(|command| options(command, word)).unwrap_or_default();
    }
    let previous = earlier.split_whitespace().last().unwrap_or("");
    match (name, previous) {
        ("mount", "-o") => list_items(word, commands::mount_words().chain(CONTROLLER_ORDER)),
        ("ps", "-o" | "-O") => list_items(word, commands::ps_columns()),
        ("mount", "-t") => starting(word, commands::FSTYPES),
        _ => match command.map_or(Completes::Paths, |command| command.completes) {
            Completes::Paths => paths(word, shell, observe, false),
            Completes::Directories => paths(word, shell, observe, true),
            Completes::Controllers => starting(word, CONTROLLER_ORDER),
            Completes::Commands => command_names(word, shell),
            Completes::Calls => starting(word, CALLS.iter().map(|row| row.name)),
            Completes::Variables => starting(word, shell.variables()),
            Completes::MountPoints => mount_points(word, shell, observe),
            Completes::Nothing => BTreeSet::new(),
        },
    }
}

fn options(command: &commands::Command, word: &str) -> BTreeSet<String> {
    let short =
        command.options.iter().filter(|option| !option.only_long).map(|option| format!("-{}", option.short));
    let long = command
        .options
        .iter()
        .filter(|option| !option.long.is_empty())
        .map(|option| format!("--{}", option.long));
    short.chain(long).chain(["--help".to_owned()]).filter(|option| option.starts_with(word)).collect()
}

fn starting<'a>(word: &str, names: impl IntoIterator<Item = &'a str>) -> BTreeSet<String> {
    names.into_iter().filter(|name| name.starts_with(word)).map(str::to_owned).collect()
}

/// Items of a list with commas; those that stand in it already are left out.
fn list_items<'a>(word: &str, names: impl Iterator<Item = &'a str>) -> BTreeSet<String> {
    let (done, item) = word.rsplit_once(',').unwrap_or(("", word));
    let used: Vec<&str> = done.split(',').collect();
    starting(item, names.filter(|name| !used.contains(name)))
}

fn mount_points(word: &str, shell: &Shell, observe: &dyn Observe) -> BTreeSet<String> {
    match observe.observe(&shell.state.actor, &Probe::Mounts) {
        Observation::Mounts(mounts) => starting(word, mounts.iter().map(|mount| mount.target.as_str())),
        _ => BTreeSet::new(),
    }
}

fn paths(word: &str, shell: &Shell, observe: &dyn Observe, directories: bool) -> BTreeSet<String> {
    let (directory, name) = word.rfind('/').map_or(("", word), |at| word.split_at(at + 1));
    let looked = match directory {
        "" => ".".to_owned(),
        home if home.starts_with("~/") => {
            format!("{}{}", shell.state.get("HOME").and_then(Text::plain).unwrap_or(""), &home[1..])
        }
        other => other.to_owned(),
    };
    let probe = Probe::Directory(Text::from(looked));
    let Observation::Entries(entries) = observe.observe(&shell.state.actor, &probe) else {
        return BTreeSet::new();
    };
    let hidden = name.starts_with('.');
    let matching = entries
        .iter()
        .filter(|entry| entry.name.starts_with(name) && (hidden || !entry.name.starts_with('.')));
    let shown = matching
        .filter(|entry| !directories || matches!(entry.kind, FileKind::Directory | FileKind::Symlink));
    shown
        .map(|entry| {
            let end = if entry.kind == FileKind::Directory { "/" } else { "" };
            format!("{directory}{}{end}", entry.name)
        })
        .collect()
}
