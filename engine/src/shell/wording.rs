//! The sentences of `commands.ftl`, `files.ftl` and `partial.ftl` in `messages/en` that `help` and `--help` print.
//!
//! They have no placeholders and one line each, so that this needs no more than splitting lines; everything else
//! goes through the catalogue in `explain`, which is above the shell.

const COMMANDS: &str = include_str!("../../messages/en/commands.ftl");
const FILES: &str = include_str!("../../messages/en/files.ftl");
const PARTIAL: &str = include_str!("../../messages/en/partial.ftl");

/// What an interface file is.
pub(super) fn about_file(message: &str) -> Option<&'static str> {
    FILES.lines().find(|line| key(line) == Some(message)).and_then(value)
}

/// What is missing where the model is not exact.
pub(super) fn missing(message: &str) -> Option<&'static str> {
    PARTIAL.lines().find(|line| key(line) == Some(message)).and_then(value)
}

/// The sentence of a message, or of an attribute of it.
pub(super) fn sentence(message: &str, attribute: Option<&str>) -> Option<&'static str> {
    let mut lines = COMMANDS.lines().skip_while(|line| key(line) != Some(message));
    let first = lines.next()?;
    let Some(attribute) = attribute else { return value(first) };
    lines
        .take_while(|line| line.starts_with(' '))
        .find(|line| key(line.trim_start()).and_then(|key| key.strip_prefix('.')) == Some(attribute))
        .and_then(value)
}

fn key(line: &str) -> Option<&str> {
    line.split_once('=').map(|(key, _)| key.trim_end())
}

fn value(line: &str) -> Option<&str> {
    line.split_once('=').map(|(_, value)| value.trim())
}
