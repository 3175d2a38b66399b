//! Writing what Linux answered into a scenario's file.

use super::{Document, Scenario, transcript};
use drydock_engine::history::RunLine;
use std::path::Path;
use std::sync::{Mutex, PoisonError};

/// Scenarios run side by side, and several are in one file.
static FILES: Mutex<()> = Mutex::new(());

/// Puts what `lines` gave into the blocks of `scenario`.
///
/// # Errors
///
/// Where the file can't be read or written, or was changed meanwhile.
pub fn write(path: &Path, scenario: &Scenario, lines: &[RunLine]) -> Result<(), String> {
    let _one_at_a_time = FILES.lock().unwrap_or_else(PoisonError::into_inner);
    let at = |error: std::io::Error| format!("{}: {error}", path.display());
    let mut text = std::fs::read_to_string(path).map_err(at)?;
    // Others of the same file may have grown or shrunk since it was parsed.
    let document = Document::parse(path, &text)?;
    let found = document.scenarios.into_iter().find(|other| other.name == scenario.name);
    let found = found.ok_or_else(|| format!("{}: “{}” is gone", path.display(), scenario.title))?;
    let mut rest = lines;
    let mut edits = Vec::new();
    for block in &found.blocks {
        let (own, others) = rest
            .split_at_checked(block.commands.len())
            .ok_or_else(|| format!("{}: “{}” has changed", path.display(), scenario.title))?;
        edits.push((block.range.clone(), transcript::of(own)));
        rest = others;
    }
    for (range, new) in edits.into_iter().rev() {
        text.replace_range(range, &new);
    }
    std::fs::write(path, text).map_err(at)
}
