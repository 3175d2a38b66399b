//! Colours: only on a terminal, and not where `NO_COLOR` is set (no-color.org).

use std::io::IsTerminal;

/// How a piece of text is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Style {
    /// Less important.
    Dim,
    /// Refused.
    Bad,
    /// The prompt, a heading.
    Strong,
}

/// Whether standard output shows colours.
pub(super) fn on_stdout() -> bool {
    allowed() && std::io::stdout().is_terminal()
}

/// Whether standard error shows colours.
pub(super) fn on_stderr() -> bool {
    allowed() && std::io::stderr().is_terminal()
}

fn allowed() -> bool {
    std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
}

/// The text in this style, if `colours` are shown.
pub(super) fn paint(text: &str, style: Style, colours: bool) -> String {
    let code = match style {
        Style::Dim => 2,
        Style::Bad => 31,
        Style::Strong => 1,
    };
    if colours { format!("\x1b[{code}m{text}\x1b[0m") } else { text.to_owned() }
}
