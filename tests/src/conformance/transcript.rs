//! What a run gave, in the form of the files: commands behind `$ `, then what the terminal showed, then each
//! refused step as `! ERRNO call`, then a status other than 0 as `[status]`.

use drydock_engine::history::RunLine;

/// The text of the lines that were run.
pub fn of(lines: &[RunLine]) -> String {
    lines.iter().map(line).collect()
}

fn line(run: &RunLine) -> String {
    let mut text = format!("$ {}\n", run.line.replace('\n', "\n> "));
    for row in run.terminal.lines() {
        text.push_str(&format!("{}{row}\n", if is_like_markup(row) { "\\" } else { "" }));
    }
    if !run.terminal.is_empty() && !run.terminal.ends_with('\n') {
        text.push_str("\\ no newline\n");
    }
    for refusal in run.steps.iter().filter_map(|record| record.answer.as_ref().err()) {
        text.push_str(&format!("! {} {}\n", refusal.errno, refusal.at));
    }
    if run.status != 0 {
        text.push_str(&format!("[{}]\n", run.status));
    }
    text
}

/// True where a line of output looks like something else in a file; it gets a backslash.
fn is_like_markup(row: &str) -> bool {
    ["$ ", "> ", "! ", "[", "\\", "```"].iter().any(|start| row.starts_with(start))
}
