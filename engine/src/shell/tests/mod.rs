//! Tests of the shell: the language on a small fake kernel, the commands on the model.

mod fake;
mod helpers;
mod language;
mod language_cases;
mod programs;
mod questions;
mod robust;
mod transcripts;

use super::{LineResult, Shell};
use crate::host::{HostKind, HostProfile};
use fake::Fake;

/// A shell and a fake kernel.
pub(super) struct Session {
    pub(super) shell: Shell,
    pub(super) kernel: Fake,
}

impl Session {
    pub(super) fn new() -> Self {
        let mut shell = Shell::new(&HostProfile::named(HostKind::Lecture));
        shell.set_interactive(false);
        Self { shell, kernel: Fake::new() }
    }

    pub(super) fn run(&mut self, line: &str) -> LineResult {
        self.shell.run(line, &mut self.kernel)
    }
}

/// A shell and the model.
pub(super) struct ModelSession {
    pub(super) shell: Shell,
    pub(super) kernel: crate::kernel::Kernel,
}

impl ModelSession {
    pub(super) fn new(kind: HostKind) -> Self {
        let profile = HostProfile::named(kind);
        Self { shell: Shell::new(&profile), kernel: crate::kernel::Kernel::boot(&profile) }
    }

    pub(super) fn run(&mut self, line: &str) -> LineResult {
        self.shell.run(line, &mut self.kernel)
    }

    /// The lines as a terminal shows them, with hints and statuses other than 0.
    pub(super) fn transcript(&mut self, lines: &str) -> String {
        let mut text = String::new();
        for line in lines.lines() {
            let result = self.run(line);
            text.push_str(&format!("# {line}\n"));
            for chunk in &result.output {
                text.push_str(&chunk.text);
            }
            for hint in &result.hints {
                text.push_str(&format!("  ({} {:?})\n", hint.id, hint.facts));
            }
            if result.status != 0 {
                text.push_str(&format!("  = {}\n", result.status));
            }
        }
        text
    }
}

mod completion;
mod table;
