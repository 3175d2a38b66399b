//! Signals by number and name.

use serde::{Deserialize, Serialize};

/// A signal by its number on Linux (x86-64 and arm64 agree on the standard ones). 0 tests for existence.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Signal(pub u8);

/// Names and numbers of the standard signals, signal(7).
const SIGNALS: [(u8, &str); 31] = [
    (1, "HUP"),
    (2, "INT"),
    (3, "QUIT"),
    (4, "ILL"),
    (5, "TRAP"),
    (6, "ABRT"),
    (7, "BUS"),
    (8, "FPE"),
    (9, "KILL"),
    (10, "USR1"),
    (11, "SEGV"),
    (12, "USR2"),
    (13, "PIPE"),
    (14, "ALRM"),
    (15, "TERM"),
    (16, "STKFLT"),
    (17, "CHLD"),
    (18, "CONT"),
    (19, "STOP"),
    (20, "TSTP"),
    (21, "TTIN"),
    (22, "TTOU"),
    (23, "URG"),
    (24, "XCPU"),
    (25, "XFSZ"),
    (26, "VTALRM"),
    (27, "PROF"),
    (28, "WINCH"),
    (29, "POLL"),
    (30, "PWR"),
    (31, "SYS"),
];

impl Signal {
    /// Interrupt from the keyboard (Ctrl-C).
    pub const INT: Self = Self(2);
    /// Kill; cannot be caught.
    pub const KILL: Self = Self(9);
    /// Termination.
    pub const TERM: Self = Self(15);
    /// Continue if stopped.
    pub const CONT: Self = Self(18);
    /// Stop; cannot be caught.
    pub const STOP: Self = Self(19);

    /// All standard signals in order of number.
    pub fn all() -> impl Iterator<Item = Self> {
        SIGNALS.iter().map(|(number, _)| Self(*number))
    }

    /// The name without `SIG` (`KILL`); a number for those that have none.
    pub fn name(self) -> String {
        let row = SIGNALS.iter().find(|(number, _)| *number == self.0);
        row.map_or_else(|| self.0.to_string(), |(_, name)| (*name).to_owned())
    }

    /// Reads `9`, `KILL` or `SIGKILL`, in either case of letters.
    pub fn parse(word: &str) -> Option<Self> {
        if let Ok(number) = word.parse::<u8>() {
            return (number <= 64).then_some(Self(number));
        }
        let upper = word.to_ascii_uppercase();
        let name = upper.strip_prefix("SIG").unwrap_or(&upper);
        SIGNALS.iter().find(|(_, known)| *known == name).map(|(number, _)| Self(*number))
    }
}
