//! `sh -c TEXT`: another shell, in a task of its own.

use super::{Action, Command, Completes, Fidelity, TOOL};
use crate::plan::Text;
use crate::shell::interpret::{Flow, Interpreter};
use crate::shell::wording;

pub(in crate::shell) const SH: Command = Command {
    name: "sh",
    usage: "-c TEXT",
    fidelity: Fidelity::Partial("partial-command-sh"),
    completes: Completes::Nothing,
    action: Action::Shell(run),
    ..TOOL
};

/// In a child of the shell.
fn run(shell: &mut Interpreter<'_>, words: &[Text]) -> Flow {
    let words = words.to_vec();
    let child = match shell.clone_child("sh") {
        Ok(child) => child,
        Err(failure) => return shell.fail(&failure, 254),
    };
    let flow = shell.in_child(&child, |shell| become_shell(shell, &words));
    shell.end_and_await(child, flow)
}

/// The text that is to be run; `None` for what is not `-c TEXT`.
pub(in crate::shell) fn text_of(words: &[Text]) -> Option<&Text> {
    match words {
        [option, text, ..] if option.plain() == Some("-c") => Some(text),
        _ => None,
    }
}

/// The task that runs becomes the shell.
pub(in crate::shell) fn become_shell(shell: &mut Interpreter<'_>, words: &[Text]) -> Flow {
    let Some(text) = text_of(words) else {
        let only = wording::sentence("command-sh", Some("only")).unwrap_or_default();
        shell.complain(&format!("sh: 0: {only}"));
        return shell.set_status(2);
    };
    let text = shell.resolve(text);
    let status = shell.run_as_new_shell(&text);
    shell.set_status(status)
}
