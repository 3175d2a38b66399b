//! The interactive shell: a line editor with history and completion.

use super::Outcome;
use super::sh::{record, show};
use super::style::{Style, on_stdout, paint};
use crate::host::forget_interrupt;
use drydock_engine::plan::{Actor, Backend, Observation, Probe};
use drydock_engine::shell::{Shell, commands};
use rustyline::completion::Completer;
use rustyline::error::ReadlineError;
use rustyline::highlight::Highlighter;
use rustyline::hint::{Hinter, HistoryHinter};
use rustyline::history::FileHistory;
use rustyline::validate::Validator;
use rustyline::{CompletionType, Config, Context, Editor};
use std::borrow::Cow;
use std::cell::RefCell;
use std::path::PathBuf;
use std::rc::Rc;

/// Lines that are remembered from one session to the next.
const REMEMBERED: usize = 1000;

/// Shell and kernel, shared with the completer.
struct Console<'a> {
    shell: Shell,
    backend: &'a mut dyn Backend,
}

/// What the line editor asks.
struct Helper<'a> {
    console: Rc<RefCell<Console<'a>>>,
    history: HistoryHinter,
    colours: bool,
}

impl Completer for Helper<'_> {
    type Candidate = String;

    fn complete(&self, line: &str, pos: usize, _: &Context<'_>) -> rustyline::Result<(usize, Vec<String>)> {
        let console = self.console.borrow();
        let found = commands::complete(line, pos, &console.shell, &*console.backend);
        let mut candidates = found.candidates;
        if let [only] = candidates.as_mut_slice()
            && !only.ends_with('/')
        {
            // The word is whole: go on with the next.
            only.push(' ');
        }
        Ok((found.start, candidates))
    }
}

impl Hinter for Helper<'_> {
    type Hint = String;

    fn hint(&self, line: &str, pos: usize, context: &Context<'_>) -> Option<String> {
        self.history.hint(line, pos, context)
    }
}

impl Highlighter for Helper<'_> {
    fn highlight_prompt<'b, 's: 'b, 'p: 'b>(&'s self, prompt: &'p str, _default: bool) -> Cow<'b, str> {
        Cow::Owned(paint(prompt, Style::Strong, self.colours))
    }

    fn highlight_hint<'h>(&self, hint: &'h str) -> Cow<'h, str> {
        Cow::Owned(paint(hint, Style::Dim, self.colours))
    }
}

impl Validator for Helper<'_> {}

impl rustyline::Helper for Helper<'_> {}

/// Reads and runs lines until `exit` or the end of input.
pub(super) fn run(shell: Shell, backend: &mut dyn Backend) -> Outcome {
    let console = Rc::new(RefCell::new(Console { shell, backend }));
    let config = Config::builder()
        .completion_type(CompletionType::List)
        .max_history_size(REMEMBERED)?
        .auto_add_history(true)
        .build();
    let mut editor = Editor::<Helper<'_>, FileHistory>::with_config(config)?;
    let history = HistoryHinter::new();
    editor.set_helper(Some(Helper { console: Rc::clone(&console), history, colours: on_stdout() }));
    let file = history_file();
    if let Some(file) = &file {
        // There is none the first time.
        let _ = editor.load_history(file);
    }
    let status = read_lines(&mut editor, &console)?;
    if let Some(file) = &file {
        // A home that cannot be written to is no reason to fail.
        let _ = file.parent().map(std::fs::create_dir_all);
        let _ = editor.save_history(file);
    }
    Ok(status)
}

fn read_lines(
    editor: &mut Editor<Helper<'_>, FileHistory>,
    console: &RefCell<Console<'_>>,
) -> Result<u8, Box<dyn std::error::Error>> {
    let mut pending = String::new();
    loop {
        let prompt = if pending.is_empty() { prompt(&console.borrow()) } else { "> ".to_owned() };
        match editor.readline(&prompt) {
            Ok(line) => pending.push_str(&line),
            // Ctrl-C at the prompt throws the line away.
            Err(ReadlineError::Interrupted) => {
                pending.clear();
                continue;
            }
            Err(ReadlineError::Eof) => return Ok(console.borrow().shell.status()),
            Err(error) => return Err(error.into()),
        }
        forget_interrupt();
        let mut console = console.borrow_mut();
        let Console { shell, backend } = &mut *console;
        let (result, records) = record(shell, &mut **backend, &pending);
        if result.incomplete {
            pending.push('\n');
            continue;
        }
        pending.clear();
        show(&result, &records)?;
        if let Some(status) = shell.exited() {
            return Ok(status);
        }
    }
}

/// The working directory and `#`; before them which kernel it is.
fn prompt(console: &Console<'_>) -> String {
    let directory = match console.backend.observe(&Actor::shell(), &Probe::WorkingDirectory) {
        Observation::Data(directory) => directory,
        _ => "?".to_owned(),
    };
    let kernel = if console.backend.is_model() { "model" } else { "linux" };
    format!("{kernel}:{directory}# ")
}

/// `drydock/history` in the user's state directory (XDG base directory specification).
fn history_file() -> Option<PathBuf> {
    let state = std::env::var_os("XDG_STATE_HOME").map(PathBuf::from).filter(|path| path.is_absolute());
    let home = || std::env::var_os("HOME").map(|home| PathBuf::from(home).join(".local/state"));
    Some(state.or_else(home)?.join("drydock/history"))
}
