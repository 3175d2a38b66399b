//! The records: one JSON line a case.

use serde::Deserialize;
use std::collections::BTreeMap;
use std::path::Path;
use std::{fs, io};
use thiserror::Error;

/// What a case gave on one host and kernel.
#[derive(Clone, Debug, Deserialize)]
pub struct Record {
    /// The case.
    pub id: String,
    /// The kind of host: `qemu-v1`, `qemu-v2`, `uml-v1`, `uml-v2`, `host-6.18`.
    pub host: String,
    /// `uname -r`.
    pub kernel: String,
    /// The script that the case is from.
    pub script: String,
    /// Its place in the script.
    pub seq: u32,
    /// What was run.
    pub command: String,
    /// What it printed, without newlines at the end.
    pub stdout: String,
}

/// A script on a host with a kernel: what is replayed in one go.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Run {
    /// The script's name.
    pub script: String,
    /// The kind of host.
    pub host: String,
    /// `uname -r`.
    pub kernel: String,
}

/// Why there are no records.
#[derive(Debug, Error)]
pub enum RecordError {
    /// A file could not be read.
    #[error("{0}: {1}. Give the folder with kernel.jsonl and cases/ after --from")]
    Read(String, io::Error),
    /// A line is no record.
    #[error("{0}, line {1}: {2}")]
    Line(String, usize, serde_json::Error),
}

/// Reads the records of some scripts, in the order of their cases.
///
/// # Errors
/// Says which file can't be read, or which line is no record.
pub fn read(folder: &Path, scripts: &[String]) -> Result<BTreeMap<Run, Vec<Record>>, RecordError> {
    let path = folder.join("kernel.jsonl");
    let name = path.display().to_string();
    let text = fs::read_to_string(&path).map_err(|error| RecordError::Read(name.clone(), error))?;
    let mut runs: BTreeMap<Run, Vec<Record>> = BTreeMap::new();
    for (index, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        let record: Record =
            serde_json::from_str(line).map_err(|error| RecordError::Line(name.clone(), index + 1, error))?;
        if scripts.contains(&record.script) {
            let run = Run {
                script: record.script.clone(),
                host: record.host.clone(),
                kernel: record.kernel.clone(),
            };
            runs.entry(run).or_default().push(record);
        }
    }
    for records in runs.values_mut() {
        records.sort_by_key(|record| record.seq);
    }
    Ok(runs)
}

/// Reads a case script.
///
/// # Errors
/// Says which file can't be read.
pub fn script(folder: &Path, name: &str) -> Result<String, RecordError> {
    let path = folder.join("cases").join(format!("{name}.sh"));
    fs::read_to_string(&path).map_err(|error| RecordError::Read(path.display().to_string(), error))
}
