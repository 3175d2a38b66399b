//! Counting tests by the closing lines of the programs that run them.

use std::{
    fmt::{self, Display},
    ops::AddAssign,
};

/// How many tests ran, and how they ended.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Totals {
    pub(crate) passed: u64,
    pub(crate) failed: u64,
    pub(crate) skipped: u64,
}

impl Totals {
    /// Reads libtest's closing line, `test result: ok. 3 passed; 0 failed; 1 ignored; ...`.
    ///
    /// `None` for any other line.
    pub(crate) fn of_line(line: &str) -> Option<Self> {
        let (_, counts) = line.trim().strip_prefix("test result: ")?.split_once(". ")?;
        let mut totals = Self::default();
        for count in counts.split("; ") {
            let Some((number, what)) = count.split_once(' ') else { continue };
            let Ok(number) = number.parse() else { continue };
            match what {
                "passed" => totals.passed = number,
                "failed" => totals.failed = number,
                "ignored" => totals.skipped = number,
                _ => {}
            }
        }
        Some(totals)
    }
}

impl AddAssign for Totals {
    fn add_assign(&mut self, more: Self) {
        self.passed += more.passed;
        self.failed += more.failed;
        self.skipped += more.skipped;
    }
}

impl Display for Totals {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} passed, {} failed, {} skipped", self.passed, self.failed, self.skipped)
    }
}

#[cfg(test)]
mod tests {
    use super::Totals;

    #[test]
    fn reads_closing_lines_and_nothing_else() {
        let line = "test result: FAILED. 31 passed; 2 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.02s";
        assert_eq!(Totals::of_line(line), Some(Totals { passed: 31, failed: 2, skipped: 1 }));
        assert_eq!(Totals::of_line("test kernel::mount ... ok"), None);
    }

    #[test]
    fn sums() {
        let mut totals = Totals { passed: 1, failed: 0, skipped: 2 };
        totals += Totals { passed: 3, failed: 1, skipped: 0 };
        assert_eq!(totals.to_string(), "4 passed, 1 failed, 2 skipped");
    }
}
