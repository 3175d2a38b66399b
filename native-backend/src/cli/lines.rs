//! Where lines come from: `-c`, a file, a lesson.

use clap::Args;
use drydock_engine::host::{HostKind, HostProfile};
use drydock_engine::kernel::Kernel;
use drydock_engine::lesson;
use drydock_engine::shell::Shell;
use std::error::Error;
use std::io::Read;
use std::path::{Path, PathBuf};

/// The largest file of lines, in bytes.
const LONGEST: u64 = 4 << 20;

/// `-c LINE` or FILE.
#[derive(Clone, Debug, Args)]
pub(super) struct Source {
    /// The line
    #[arg(short = 'c', value_name = "LINE", conflicts_with = "file", allow_hyphen_values = true)]
    pub(super) command: Option<String>,
    /// A file of lines; of a lesson (`.md`), its commands
    pub(super) file: Option<PathBuf>,
}

impl Source {
    /// The text, where one was named.
    pub(super) fn text(&self) -> Result<Option<String>, Box<dyn Error>> {
        match (&self.command, &self.file) {
            (Some(line), _) => Ok(Some(line.clone())),
            (None, Some(path)) => read(path).map(Some),
            (None, None) => Ok(None),
        }
    }
}

/// The host that a lesson begins on; `None` for what is no lesson.
pub(super) fn lesson_host(source: &Source) -> Option<HostKind> {
    let path =
        source.file.as_ref().filter(|path| path.extension().is_some_and(|extension| extension == "md"))?;
    let text = std::fs::read_to_string(path).ok()?;
    lesson::parse("lesson", &text).ok().map(|lesson| lesson.host)
}

/// A file's text. For a lesson, the lines that a learner types.
pub(super) fn read(path: &Path) -> Result<String, Box<dyn Error>> {
    let at = |error: &dyn std::fmt::Display| format!("{}: {error}", path.display());
    let file = std::fs::File::open(path).map_err(|error| at(&error))?;
    let mut text = String::new();
    file.take(LONGEST + 1).read_to_string(&mut text).map_err(|error| at(&error))?;
    if text.len() as u64 > LONGEST {
        return Err(at(&format!("longer than {LONGEST} bytes, which are the most that is read")).into());
    }
    if path.extension().is_some_and(|extension| extension == "md") {
        let id = path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
        let lesson = lesson::parse(&id, &text)?;
        return Ok(lesson.script().join("\n"));
    }
    Ok(text)
}

/// The text cut into complete commands: one a line, but what begins with `if` or a quote goes on until it ends.
pub(super) fn commands(text: &str) -> Vec<String> {
    let profile = HostProfile::named(HostKind::Lecture);
    let mut commands = Vec::new();
    let mut pending = String::new();
    for line in text.lines() {
        pending.push_str(line);
        // Only a shell knows; one that is thrown away does no harm.
        if is_incomplete(&pending, &profile) {
            pending.push('\n');
        } else {
            commands.push(std::mem::take(&mut pending));
        }
    }
    if !pending.is_empty() {
        commands.push(pending);
    }
    commands.retain(|command| !command.trim().is_empty());
    commands
}

fn is_incomplete(text: &str, profile: &HostProfile) -> bool {
    Shell::new(profile).run(text, &mut Kernel::boot(profile)).incomplete
}

#[cfg(test)]
mod tests {
    use super::commands;

    #[test]
    fn a_compound_command_is_kept_together() {
        let text = "mkdir /a\n\nfor i in 1 2; do\n  echo $i\ndone\necho 'a\nb'\necho end";
        let found = commands(text);
        assert_eq!(found.len(), 4);
        assert_eq!(found[1], "for i in 1 2; do\n  echo $i\ndone");
    }
}
