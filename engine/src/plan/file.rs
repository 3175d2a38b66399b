//! Plan files: a plan written down, and read back without trusting who wrote it.

use super::{Plan, VERSION};
use crate::host::HostKind;
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// The most that a plan file may hold, in bytes.
pub const MAX_BYTES: usize = 4 << 20;
/// The most steps in a plan file.
pub const MAX_STEPS: usize = 10_000;
/// The longest text in one step, in bytes: more than a path or a control file takes.
pub const MAX_TEXT: usize = 64 << 10;

/// A plan as a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlanFile {
    /// Always `plan`.
    pub drydock: String,
    /// The contract's version, [`VERSION`].
    pub version: u32,
    /// The host that it was planned for.
    pub host: HostKind,
    /// The command line that it came from.
    pub line: String,
    /// The steps.
    pub plan: Plan,
}

/// Why a file is no plan.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum PlanFileError {
    /// Larger than [`MAX_BYTES`].
    #[error("the plan file has {0} bytes; {MAX_BYTES} are the most that is read")]
    TooLarge(usize),
    /// Not JSON, or not of the form of a plan.
    #[error("line {line}, column {column}: {message}")]
    Form {
        /// Line, from 1.
        line: usize,
        /// Column, from 1.
        column: usize,
        /// What is wrong there.
        message: String,
    },
    /// JSON of another kind.
    #[error("this is not a plan file: \"drydock\" is \"{0}\", not \"plan\"")]
    NotAPlan(String),
    /// Another version of the contract.
    #[error(
        "the plan has version {0}; this Drydock reads version {VERSION}. Plan the line again with this one"
    )]
    Version(u64),
    /// More than [`MAX_STEPS`] steps.
    #[error("the plan has {0} steps; {MAX_STEPS} are the most")]
    TooManySteps(usize),
    /// A text of more than [`MAX_TEXT`] bytes.
    #[error("step {0}: a text is longer than {MAX_TEXT} bytes")]
    TextTooLong(usize),
    /// A text with a NUL character, which no path or argument can have.
    #[error("step {0}: a text has a NUL character")]
    Nul(usize),
}

/// What is looked at before the form of the rest.
#[derive(Deserialize)]
struct Head {
    drydock: String,
    version: u64,
}

/// Reads a plan file.
///
/// # Errors
/// Says what is wrong and where. Deep nesting and huge counts are refused before anything is built from them.
pub fn read(text: &str) -> Result<PlanFile, PlanFileError> {
    if text.len() > MAX_BYTES {
        return Err(PlanFileError::TooLarge(text.len()));
    }
    let head: Head = serde_json::from_str(text).map_err(form)?;
    if head.drydock != "plan" {
        return Err(PlanFileError::NotAPlan(head.drydock));
    }
    if head.version != u64::from(VERSION) {
        return Err(PlanFileError::Version(head.version));
    }
    let file: PlanFile = serde_json::from_str(text).map_err(form)?;
    if file.plan.steps.len() > MAX_STEPS {
        return Err(PlanFileError::TooManySteps(file.plan.steps.len()));
    }
    for (index, step) in file.plan.steps.iter().enumerate() {
        let written = serde_json::to_string(step).unwrap_or_default();
        if written.len() > MAX_TEXT {
            return Err(PlanFileError::TextTooLong(index + 1));
        }
        if written.contains("\\u0000") {
            return Err(PlanFileError::Nul(index + 1));
        }
    }
    Ok(file)
}

fn form(error: serde_json::Error) -> PlanFileError {
    let message = error.to_string();
    let message = message.split(" at line ").next().unwrap_or(&message).to_owned();
    PlanFileError::Form { line: error.line(), column: error.column(), message }
}

/// Writes a plan file, one that [`read()`] takes.
pub fn write(host: HostKind, line: &str, plan: &Plan) -> String {
    let file = PlanFile {
        drydock: "plan".to_owned(),
        version: VERSION,
        host,
        line: line.to_owned(),
        plan: plan.clone(),
    };
    // Strings and numbers only: writing them cannot fail.
    serde_json::to_string_pretty(&file).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::{Actor, Call, Step};

    fn plan() -> Plan {
        Plan::sequence(vec![Step::new(&Actor::shell(), Call::Rmdir { path: "/a".into() })])
    }

    #[test]
    fn a_plan_survives_being_written() {
        let text = write(HostKind::Lecture, "rmdir /a", &plan());
        let read = read(&text).expect("what was written is read");
        assert_eq!(read.plan, plan());
        assert_eq!(read.line, "rmdir /a");
    }

    #[test]
    fn broken_foreign_and_hostile_files_are_refused() {
        let good = write(HostKind::V1, "x", &plan());
        assert!(matches!(read("{"), Err(PlanFileError::Form { line: 1, .. })));
        assert_eq!(read(&good.replace("\"version\": 1", "\"version\": 7")), Err(PlanFileError::Version(7)));
        assert!(matches!(read(&good.replace("\"rmdir\"", "\"reboot\"")), Err(PlanFileError::Form { .. })));
        assert!(matches!(read(&"[".repeat(100_000)), Err(PlanFileError::Form { .. })));
        assert!(matches!(read(&" ".repeat(MAX_BYTES + 1)), Err(PlanFileError::TooLarge(_))));
        assert_eq!(read(&good.replace("/a", "/a\\u0000")), Err(PlanFileError::Nul(1)));
        let long = good.replace("/a", &"a".repeat(MAX_TEXT));
        assert_eq!(read(&long), Err(PlanFileError::TextTooLong(1)));
    }
}
