//! Pathname expansion: patterns against the names in directories.

use super::fields::{Bit, Origin, join};
use super::interpret::Interpreter;
use super::limits::GLOB_NAMES;
use super::pattern::Pattern;
use crate::plan::reply::FileKind;
use crate::plan::{Observation, Observe, Probe, Text};

impl Interpreter<'_> {
    /// The paths that a field stands for: those that match it, or itself.
    pub(super) fn expand_paths(&self, field: &[Bit]) -> Vec<Text> {
        if self.shell.state.options.noglob || !is_pattern(field) {
            return vec![join(field)];
        }
        let mut bases = vec![String::new()];
        let components: Vec<&[Bit]> = field.split(|bit| matches!(bit, Bit::Char('/', _))).collect();
        for (index, component) in components.iter().enumerate() {
            let last = index + 1 == components.len();
            let mut next = Vec::new();
            for base in bases {
                self.expand_component(&base, component, last, &mut next);
                if next.len() > GLOB_NAMES {
                    break;
                }
            }
            bases = next;
        }
        if bases.is_empty() { vec![join(field)] } else { bases.into_iter().map(Text::from).collect() }
    }

    fn expand_component(&self, base: &str, component: &[Bit], last: bool, next: &mut Vec<String>) {
        let end = if last { "" } else { "/" };
        if !is_pattern(component) {
            let name = self.resolve(&join(component));
            let path = format!("{base}{name}");
            if !last || name.is_empty() || self.exists(&path) {
                next.push(format!("{path}{end}"));
            }
            return;
        }
        let pattern = Pattern::compile(component);
        let directory = if base.is_empty() { "." } else { base };
        let probe = Probe::Directory(Text::from(directory));
        let Observation::Entries(entries) = self.backend.observe(&self.actor(), &probe) else { return };
        for entry in entries {
            let hidden = entry.name.starts_with('.') && !pattern.starts_with_dot();
            let deeper = last || matches!(entry.kind, FileKind::Directory | FileKind::Symlink);
            let name: Vec<char> = entry.name.chars().collect();
            if !hidden && deeper && pattern.matches(&name) {
                next.push(format!("{base}{}{end}", entry.name));
            }
        }
    }

    fn exists(&self, path: &str) -> bool {
        let probe = Probe::Path(Text::from(path));
        matches!(self.backend.observe(&self.actor(), &probe), Observation::Stat(_))
    }
}

fn is_pattern(bits: &[Bit]) -> bool {
    bits.iter().any(|bit| matches!(bit, Bit::Char('*' | '?' | '[', Origin::Literal | Origin::Expanded)))
}
