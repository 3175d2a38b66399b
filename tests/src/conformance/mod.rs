//! Scenarios: short terminal sessions with what Linux answered, in Markdown files.
//!
//! `tests/conformance/README.md` describes the format. Each scenario is performed on the model, on this machine
//! and on test hosts; what they answer is compared with each other and with the file.
//!
//! | module | what it holds |
//! |---|---|
//! | [`scenario`] | a file's scenarios: parsing |
//! | [`transcript`] | what a run gave, in the form that the files have |
//! | [`update`] | writing it into the file |
//! | [`profile`] | which host a scenario is performed on |

pub mod profile;
pub mod scenario;
pub mod transcript;
pub mod update;

pub use scenario::{Document, Scenario};

use std::path::{Path, PathBuf};

/// Where the files are.
pub fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("conformance")
}

/// All files, by name.
///
/// # Errors
///
/// The first file that can't be read or is not of the form, with what is wrong and where.
pub fn documents() -> Result<Vec<Document>, String> {
    let folder = folder();
    let entries = std::fs::read_dir(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let mut files: Vec<PathBuf> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
    files.retain(|file| file.extension().is_some_and(|extension| extension == "md"));
    files.retain(|file| file.file_name().is_some_and(|name| name != "README.md"));
    files.sort();
    files.iter().map(|file| Document::read(file)).collect()
}
