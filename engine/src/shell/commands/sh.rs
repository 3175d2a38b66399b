//! `sh -c TEXT`: another shell, in a task of its own.

use super::{Action, Command, Completes, Fidelity, TOOL};
use crate::plan::Text;
use crate::shell::interpret::{Flow, Interpreter};

pub(super) const SH: Command = Command {
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

/// The task that runs becomes the shell.
pub(in crate::shell) fn become_shell(shell: &mut Interpreter<'_>, words: &[Text]) -> Flow {
    let [option, text, ..] = words else {
        shell.complain("sh: 0: only sh -c TEXT is here");
        return shell.set_status(2);
    };
    if option.plain() != Some("-c") {
        shell.complain("sh: 0: only sh -c TEXT is here");
        return shell.set_status(2);
    }
    let text = shell.resolve(text);
    let status = shell.run_as_new_shell(&text);
    shell.set_status(status)
}
