//! Finding scenarios, and recording into their files.

use super::Outcome;
use drydock_engine::host::HostKind;
use drydock_engine::scenario::{self, Block, Exchange, Scenario};
use std::collections::BTreeMap;
use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};

/// A file of scenarios.
#[derive(Debug)]
pub struct Source {
    /// Where it is.
    pub path: PathBuf,
    /// Its text.
    pub text: String,
    /// Its scenarios.
    pub scenarios: Vec<Scenario>,
}

/// True for what [`find`] reads: a folder, or a Markdown file that is no lesson (those begin with a head).
pub fn is_source(path: &Path) -> bool {
    let is_markdown = path.extension().is_some_and(|extension| extension == "md");
    path.is_dir() || is_markdown && fs::read_to_string(path).is_ok_and(|text| !text.starts_with("---\n"))
}

/// The scenarios of a file, or of the files in a folder in the order of their names (but its README).
///
/// # Errors
/// What cannot be read, or is not of the form.
pub fn find(path: &Path) -> Result<Vec<Source>, Box<dyn Error>> {
    if !path.is_dir() {
        return Ok(vec![read(path)?]);
    }
    let at = |error: std::io::Error| format!("{}: {error}", path.display());
    let entries = fs::read_dir(path).map_err(at)?.collect::<Result<Vec<_>, _>>().map_err(at)?;
    let mut paths: Vec<_> = entries.into_iter().map(|entry| entry.path()).collect();
    paths.retain(|path| {
        path.extension().is_some_and(|extension| extension == "md") && !path.ends_with("README.md")
    });
    paths.sort();
    paths.iter().map(|path| read(path)).collect()
}

fn read(path: &Path) -> Result<Source, Box<dyn Error>> {
    let text = fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
    let stem = path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
    let scenarios = scenario::parse(&stem, &text)?;
    Ok(Source { path: path.to_owned(), text, scenarios })
}

impl Source {
    /// Writes what Linux showed into the file: a block's outputs are those of the first kind of host that it is
    /// for, and only where that was asked now.
    ///
    /// # Errors
    /// When the file cannot be written, or an output cannot stand in it.
    pub fn record(&mut self, kind: HostKind, outcomes: &[Outcome]) -> Result<(), Box<dyn Error>> {
        let mut blocks: BTreeMap<usize, (Block, Vec<Exchange>)> = BTreeMap::new();
        for scenario in &self.scenarios {
            let asked = |outcome: &&Outcome| outcome.id == scenario.id && !outcome.answers.is_empty();
            let Some(outcome) = outcomes.iter().find(asked) else { continue };
            let mut answers = outcome.answers.iter();
            for block in scenario.blocks_for(kind) {
                let answered = block.exchanges.iter().zip(answers.by_ref());
                let answered = answered.map(|(exchange, output)| Exchange {
                    command: exchange.command.clone(),
                    output: output.clone(),
                });
                let answered: Vec<_> = answered.collect();
                if scenario.recorded_on(block) == Some(kind) && answered.len() == block.exchanges.len() {
                    blocks.insert(block.place.start, (block.clone(), answered));
                }
            }
        }
        let blocks: Vec<_> = blocks.into_values().map(|(block, answered)| (block.place, answered)).collect();
        let at = |error: &dyn std::fmt::Display| format!("{}: {error}", self.path.display());
        let text = scenario::record(&self.text, &blocks).map_err(|error| at(&error))?;
        if text != self.text {
            fs::write(&self.path, &text).map_err(|error| at(&error))?;
            *self = read(&self.path)?;
        }
        Ok(())
    }
}
