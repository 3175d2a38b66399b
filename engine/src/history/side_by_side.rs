//! A difference as a person reads it: the two sides beside each other.

use super::compare::Difference;
use std::fmt::{self, Write};

/// The width of the left column, in characters.
const COLUMN: usize = 50;

/// The longest row; of a longer one, the part around the first difference is shown.
const LONGEST: usize = 160;

/// Equal rows that are shown before and after a different one.
const CONTEXT: usize = 2;

/// The most rows that are shown.
const MOST_ROWS: usize = 60;

impl Difference {
    /// The two sides beside each other below their names. Rows in which they differ are marked; far from them,
    /// equal rows are left out.
    pub fn side_by_side(&self, names: (&str, &str)) -> String {
        let mut text = format!("different in line {}: {}\n{}:\n", self.number, self.line, self.what);
        text.push_str(&format!("  {:COLUMN$}   {}\n", names.0, names.1));
        // Writing to a string does not fail.
        let _ = self.rows(&mut text);
        text
    }

    fn rows(&self, out: &mut String) -> fmt::Result {
        let (left, right): (Vec<_>, Vec<_>) = (self.left.lines().collect(), self.right.lines().collect());
        let n_rows = left.len().max(right.len());
        let is_different = |row: usize| left.get(row) != right.get(row);
        let is_near = |row: usize| {
            (row.saturating_sub(CONTEXT)..=row + CONTEXT).any(|near| near < n_rows && is_different(near))
        };
        let mut next = 0;
        for row in (0..n_rows).filter(|row| is_near(*row)).take(MOST_ROWS) {
            left_out(out, row - next)?;
            let side = |rows: &[&str]| rows.get(row).copied().unwrap_or_default().to_owned();
            let (left, right) = cut(&side(&left), &side(&right));
            pair(out, &left, &right, is_different(row))?;
            next = row + 1;
        }
        left_out(out, n_rows - next)
    }
}

fn left_out(out: &mut String, rows: usize) -> fmt::Result {
    if rows == 0 { Ok(()) } else { writeln!(out, "  … {rows} more rows") }
}

fn pair(out: &mut String, left: &str, right: &str, is_different: bool) -> fmt::Result {
    let mark = if is_different { '|' } else { ' ' };
    if left.chars().count() <= COLUMN {
        writeln!(out, "{}", format!("  {left:COLUMN$} {mark} {right}").trim_end())
    } else {
        writeln!(out, "  {left}\n  {:COLUMN$} {mark} {right}", "")
    }
}

/// Both rows from a little before their first difference, where they are long.
fn cut(left: &str, right: &str) -> (String, String) {
    let same = left.chars().zip(right.chars()).take_while(|(left, right)| left == right).count();
    let longest = left.chars().count().max(right.chars().count());
    let from = if longest > LONGEST { same.saturating_sub(COLUMN / 2) } else { 0 };
    let part = |row: &str| {
        let mut text: String = row.chars().skip(from).take(LONGEST).collect();
        if from > 0 {
            text.insert(0, '…');
        }
        if row.chars().count() > from + LONGEST {
            text.push('…');
        }
        text
    };
    (part(left), part(right))
}

#[cfg(test)]
mod tests {
    use crate::history::Difference;

    fn shown(left: &str, right: &str) -> String {
        let (left, right) = (left.to_owned(), right.to_owned());
        let difference =
            Difference { number: 3, line: "cat f".to_owned(), what: "stdout".to_owned(), left, right };
        difference.side_by_side(("model", "linux"))
    }

    #[test]
    fn only_rows_near_a_difference_are_shown() {
        let left: String = (0..500).map(|row| format!("row {row}\n")).collect();
        let text = shown(&left, &left.replace("row 250\n", "other\n"));
        assert!(text.starts_with("different in line 3: cat f\nstdout:\n"), "{text}");
        assert!(
            text.contains("| other") && text.contains("… 248 more rows") && text.contains("… 247 more rows")
        );
        assert_eq!(text.lines().count(), 3 + 1 + 5 + 1, "{text}");
    }

    #[test]
    fn of_a_long_row_the_part_that_differs_is_shown() {
        let long = "x".repeat(100_000);
        let text = shown(&format!("{long}a{long}"), &format!("{long}b{long}"));
        assert!(text.len() < 1500 && text.contains("xa") && text.contains("xb"), "{} bytes", text.len());
    }
}
