//! What the commands of the shell itself may do to it.

use super::Hint;
use super::commands;
use super::expand::Failure;
use super::interpret::{Flow, Interpreter};
use super::simple::{Performer, Prepared};
use crate::plan::{Actor, Observation, Observe, Probe, Text};

impl Interpreter<'_> {
    /// Sets `$?`.
    pub(super) fn set_status(&mut self, status: u8) -> Flow {
        self.shell.state.status = status;
        Flow::Next
    }

    /// `$?`.
    pub(super) fn status(&self) -> u8 {
        self.shell.state.status
    }

    /// The characters that separate fields.
    pub(super) fn ifs(&self) -> String {
        self.shell.state.ifs()
    }

    /// Prints what a command of the shell has to say, and sets `$?`.
    pub(super) fn say(&mut self, command: &str, text: &str) -> Flow {
        let sink = self.io.stdout.clone();
        let status = match self.emit(&sink, &Text::from(text)) {
            Ok(()) => 0,
            Err(refusal) => {
                self.complain(&format!("sh: {command}: write error: {}", refusal.errno.text()));
                1
            }
        };
        self.set_status(status)
    }

    /// The main shell has been told to end.
    pub(super) fn note_exit(&mut self) {
        if self.actor() == Actor::shell() && self.captures.is_empty() {
            self.shell.exited = Some(self.shell.state.status);
        }
    }

    /// Takes arguments off the front. False where there are not enough.
    pub(super) fn shift(&mut self, count: usize) -> bool {
        let enough = count <= self.shell.state.arguments.len();
        if enough {
            self.shell.state.arguments.drain(..count);
        }
        enough
    }

    /// Sets `$1`, `$2`, ….
    pub(super) fn set_arguments(&mut self, words: Vec<Text>) {
        self.shell.state.arguments = words;
    }

    /// Sets an option of `set`. False where there is none of that letter.
    pub(super) fn set_option(&mut self, letter: char, on: bool) -> bool {
        let options = &mut self.shell.state.options;
        match letter {
            'e' => options.errexit = on,
            'f' => options.noglob = on,
            'u' => options.nounset = on,
            'x' => options.xtrace = on,
            _ => return false,
        }
        true
    }

    /// A variable's value.
    pub(super) fn variable_text(&self, name: &str) -> Option<Text> {
        self.shell.state.get(name).cloned()
    }

    /// The working directory of the task that runs this.
    pub(super) fn working_directory(&self) -> String {
        match self.backend.observe(&self.actor(), &Probe::WorkingDirectory) {
            Observation::Data(path) => path,
            _ => String::new(),
        }
    }

    /// Marks a variable.
    pub(super) fn mark(&mut self, name: &str, exported: bool, readonly: bool) {
        let mut variable = self.shell.state.variables.get(name).cloned().unwrap_or_default();
        variable.exported |= exported;
        variable.readonly |= readonly;
        self.shell.state.variables.insert(name.to_owned(), variable);
    }

    /// Forgets a variable or a function.
    pub(super) fn unset(&mut self, name: &str, function: bool) -> Result<(), Failure> {
        let state = &mut self.shell.state;
        if function {
            state.functions.remove(name);
            return Ok(());
        }
        if state.variables.get(name).is_some_and(|variable| variable.readonly) {
            return Err(Failure::new(format!("unset: {name}: cannot unset: readonly variable")));
        }
        if state.variables.remove(name).is_none() {
            state.functions.remove(name);
        }
        Ok(())
    }

    /// What `export`, `readonly`, `set` and `env` list.
    pub(super) fn declarations(&self, command: &str) -> String {
        let mut text = String::new();
        for (name, variable) in &self.shell.state.variables {
            let value = self.resolve(&variable.value);
            let quoted = value.replace('\'', "'\\''");
            let line = match command {
                "export" if variable.exported => format!("export {name}='{quoted}'\n"),
                "readonly" if variable.readonly => format!("readonly {name}='{quoted}'\n"),
                "env" if variable.exported => format!("{name}={value}\n"),
                "set" => format!("{name}='{quoted}'\n"),
                _ => continue,
            };
            text.push_str(&line);
        }
        text
    }

    /// What `type` says about a name.
    pub(super) fn kind_of(&self, name: &str) -> Option<String> {
        match self.performer(&[Text::from(name)]) {
            Performer::Function(_) => Some("a function".to_owned()),
            Performer::Shell(command) if command.builtin => Some("a shell builtin".to_owned()),
            Performer::Shell(_) | Performer::Tool(_) => Some("a command of this shell".to_owned()),
            Performer::Program(path) => Some(self.resolve(&path)),
            _ => None,
        }
    }

    /// What `command -v` prints about a name.
    pub(super) fn found(&self, name: &str) -> Option<String> {
        match self.performer(&[Text::from(name)]) {
            Performer::Function(_) | Performer::Shell(_) | Performer::Tool(_) => Some(name.to_owned()),
            Performer::Program(path) => Some(self.resolve(&path)),
            _ => None,
        }
    }

    /// Runs a command that functions do not hide.
    pub(super) fn run_without_functions(&mut self, words: &[Text]) -> Flow {
        let functions = std::mem::take(&mut self.shell.state.functions);
        let flow = self.run_words(words, false);
        self.shell.state.functions = functions;
        flow
    }

    /// Runs words as a command. `tail` says that nothing follows in this task.
    pub(super) fn run_words(&mut self, words: &[Text], tail: bool) -> Flow {
        let text = words.iter().map(|word| self.resolve(word)).collect::<Vec<_>>().join(" ");
        let prepared = Prepared { words: words.to_vec(), text, ..Prepared::default() };
        self.nested(|shell| shell.run_prepared(prepared, tail))
    }

    /// True where the session's own shell runs this, not a subshell.
    pub(super) fn is_session_shell(&self) -> bool {
        self.actor() == Actor::shell()
    }

    /// Says that the session needs its shell.
    pub(super) fn refuse_to_end(&mut self, command: &str) -> Flow {
        self.hint(Hint::new("hint-sys-ends-shell"));
        self.fail(&Failure::new(format!("{command}: not by the session's own shell")), 1)
    }

    /// The numbers of all jobs.
    pub(super) fn job_ids(&self) -> Vec<u32> {
        self.shell.jobs.0.iter().map(|job| job.id).collect()
    }

    /// The job that `%name` stands for.
    pub(super) fn job_by_name(&self, name: &str) -> Option<u32> {
        self.shell.jobs.find(name).map(|job| job.id)
    }

    /// The job that a task with this pid belongs to.
    pub(super) fn job_by_pid(&self, pid: &str) -> Option<u32> {
        let has = |actor: &Actor| self.backend.pid(actor).is_some_and(|number| number.to_string() == pid);
        self.shell.jobs.0.iter().find(|job| job.actors.iter().any(has)).map(|job| job.id)
    }

    /// A job as it was typed.
    pub(super) fn job_text(&self, id: u32) -> String {
        let job = self.shell.jobs.0.iter().find(|job| job.id == id);
        job.map(|job| commands::command_text(&job.text)).unwrap_or_default()
    }

    /// How a background task ended that has been waited for.
    pub(super) fn finished_status(&self, actor: &Actor) -> Option<u8> {
        self.shell.finished.get(actor.name()).copied()
    }
}
