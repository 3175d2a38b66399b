//! What a shell knows and a subshell gets a copy of.

use crate::plan::{Actor, Text};
use brush_parser::ast::FunctionBody;
use imbl::OrdMap;
use std::sync::Arc;

/// A variable.
#[derive(Clone, Debug, Default)]
pub(super) struct Variable {
    /// Its value; may refer to pids.
    pub(super) value: Text,
    /// True where programs get it in their environment.
    pub(super) exported: bool,
    /// True where it can't be changed.
    pub(super) readonly: bool,
}

/// Options of `set`.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Options {
    /// `-e`: the line ends at a command that fails.
    pub(super) errexit: bool,
    /// `-u`: a parameter that is not set is an error.
    pub(super) nounset: bool,
    /// `-x`: commands are printed before they are performed.
    pub(super) xtrace: bool,
    /// `-f`: no pathname expansion.
    pub(super) noglob: bool,
}

/// Everything that `( … )` copies.
#[derive(Clone, Debug)]
pub(super) struct State {
    /// Variables by name.
    pub(super) variables: OrdMap<String, Variable>,
    /// Functions by name.
    pub(super) functions: OrdMap<String, Arc<FunctionBody>>,
    /// `$1`, `$2`, ….
    pub(super) arguments: Vec<Text>,
    /// `$?`.
    pub(super) status: u8,
    /// The task that performs what is run.
    pub(super) actor: Actor,
    /// The main shell, which `$$` is the pid of.
    pub(super) main: Actor,
    /// `$!`.
    pub(super) last_background: Option<Actor>,
    /// Options of `set`.
    pub(super) options: Options,
}

impl State {
    /// A shell that has just started.
    pub(super) fn new(environment: &[(String, String)]) -> Self {
        let exported = |value: &str| Variable { value: Text::from(value), exported: true, readonly: false };
        let mut variables: OrdMap<_, _> =
            environment.iter().map(|(name, value)| (name.clone(), exported(value))).collect();
        let plain = |value: &str| Variable { value: Text::from(value), ..Variable::default() };
        variables.insert("IFS".to_owned(), plain(" \t\n"));
        variables.insert("PS1".to_owned(), plain("# "));
        variables.insert("PS4".to_owned(), plain("+ "));
        Self {
            variables,
            functions: OrdMap::new(),
            arguments: Vec::new(),
            status: 0,
            actor: Actor::shell(),
            main: Actor::shell(),
            last_background: None,
            options: Options::default(),
        }
    }

    /// What a new shell (`sh -c`) starts with: the environment and the task, nothing else.
    pub(super) fn for_new_shell(&self) -> Self {
        let mut fresh = Self::new(&[]);
        let exported = self.variables.iter().filter(|(_, variable)| variable.exported);
        fresh.variables.extend(exported.map(|(name, variable)| (name.clone(), variable.clone())));
        Self { actor: self.actor.clone(), main: self.actor.clone(), ..fresh }
    }

    /// A variable's value, if it is set.
    pub(super) fn get(&self, name: &str) -> Option<&Text> {
        self.variables.get(name).map(|variable| &variable.value)
    }

    /// Sets a variable, which keeps its export mark. False where it is read-only.
    pub(super) fn set(&mut self, name: &str, value: Text) -> bool {
        let mut variable = self.variables.get(name).cloned().unwrap_or_default();
        if variable.readonly {
            return false;
        }
        variable.value = value;
        self.variables.insert(name.to_owned(), variable);
        true
    }

    /// The characters that separate fields.
    pub(super) fn ifs(&self) -> String {
        self.get("IFS").map_or_else(|| " \t\n".to_owned(), |ifs| ifs.plain().unwrap_or_default().to_owned())
    }
}

/// True for letters, digits and `_`, not starting with a digit.
pub(super) fn is_name(word: &str) -> bool {
    let mut chars = word.chars();
    chars.next().is_some_and(|c| c.is_ascii_alphabetic() || c == '_')
        && chars.all(|c| c.is_ascii_alphanumeric() || c == '_')
}
