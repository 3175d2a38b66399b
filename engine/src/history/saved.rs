//! A history written down: byte for byte the same for the same lines, on every machine.

use super::session::Session;
use crate::host::HostProfile;
use crate::kernel::Kernel;
use crate::plan::{Answer, Step, VERSION};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::fmt::Write as _;
use thiserror::Error;

/// One line with its steps.
#[derive(Serialize)]
struct SavedLine<'a> {
    line: &'a str,
    stdout: String,
    stderr: String,
    status: u8,
    steps: Vec<(&'a Step, &'a Answer)>,
}

/// The whole history: enough to play it again, and to tell whether it came out the same.
#[derive(Serialize)]
struct Saved<'a> {
    drydock: &'a str,
    version: u32,
    host: &'a HostProfile,
    lines: Vec<SavedLine<'a>>,
    state: &'a Kernel,
}

/// What is read back: the lines are typed again, the rest follows from them.
#[derive(Deserialize)]
struct Head {
    drydock: String,
    version: u32,
    host: HostProfile,
    lines: Vec<HeadLine>,
}

#[derive(Deserialize)]
struct HeadLine {
    line: String,
}

/// Why a file is no history.
#[derive(Debug, Error)]
pub enum LoadError {
    /// Not JSON, or not of the form of a history.
    #[error("this is not a saved history: {0}")]
    Form(#[from] serde_json::Error),
    /// JSON of another kind or version.
    #[error("this is a \"{0}\" of version {1}; a \"history\" of version {VERSION} is needed")]
    Kind(String, u32),
    /// The lines, typed again, gave something else than is written in the file.
    #[error("the file was changed, or made by another Drydock: its lines give another history")]
    Changed,
}

impl Session {
    /// Writes the history as JSON.
    pub fn save(&self) -> String {
        let lines = self.lines().map(|record| SavedLine {
            line: &record.line,
            stdout: record.text_of(crate::shell::Stream::Stdout),
            stderr: record.text_of(crate::shell::Stream::Stderr),
            status: record.status,
            steps: (record.first_step..=record.last_step)
                .filter_map(|step| self.frame(step).record.as_ref())
                .map(|record| (&record.step, &record.answer))
                .collect(),
        });
        let saved = Saved {
            drydock: "history",
            version: VERSION,
            host: self.profile(),
            lines: lines.collect(),
            state: self.now(),
        };
        // Maps have string or number keys and everything is finite: writing cannot fail.
        serde_json::to_string(&saved).unwrap_or_default()
    }

    /// Plays a saved history again.
    ///
    /// # Errors
    /// When the file is no history, of another version, or comes out differently.
    pub fn load(text: &str) -> Result<Self, LoadError> {
        let head: Head = serde_json::from_str(text)?;
        if head.drydock != "history" || head.version != VERSION {
            return Err(LoadError::Kind(head.drydock, head.version));
        }
        let session = Self::replay(head.host, head.lines.iter().map(|line| line.line.as_str()));
        if session.save() == text { Ok(session) } else { Err(LoadError::Changed) }
    }

    /// SHA-256 of the saved history, in hex: equal on wasm32 and on x86-64 for equal lines.
    pub fn digest(&self) -> String {
        let mut hex = String::new();
        for byte in Sha256::digest(self.save()) {
            let _infallible = write!(hex, "{byte:02x}");
        }
        hex
    }
}
