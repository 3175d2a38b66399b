//! `cd` and `pwd`.

use super::{Action, BUILTIN, Command, Completes, Output, Planned, Request};
use crate::plan::{Call, Observation, Probe, Text};
use crate::shell::expand::Failure;
use crate::shell::interpret::{Flow, Interpreter};

pub(super) const CD: Command = Command {
    name: "cd",
    usage: "[DIRECTORY | -]",
    completes: Completes::Directories,
    only_prints: false,
    action: Action::Shell(cd),
    ..BUILTIN
};

pub(super) const PWD: Command = Command { name: "pwd", action: Action::Plan(pwd), ..BUILTIN };

fn cd(shell: &mut Interpreter<'_>, words: &[Text]) -> Flow {
    let words: Vec<&Text> =
        words.iter().filter(|word| !matches!(word.plain(), Some("-L" | "-P" | "--"))).collect();
    let (path, show) = match words.as_slice() {
        [] => (shell.variable_text("HOME"), false),
        [word] if word.plain() == Some("-") => (shell.variable_text("OLDPWD"), true),
        [word] => (Some((*word).clone()), false),
        _ => return shell.fail(&Failure::new("cd: too many arguments"), 1),
    };
    let Some(path) = path else {
        let name = if show { "OLDPWD" } else { "HOME" };
        return shell.fail(&Failure::new(format!("cd: {name} not set")), 1);
    };
    let before = shell.working_directory();
    match shell.step(Call::Chdir { path: path.clone() }, "") {
        Ok(_) => {
            shell.moves += 1;
            let now = shell.working_directory();
            let set = shell
                .assign("OLDPWD", Text::from(before))
                .and_then(|()| shell.assign("PWD", Text::from(now.as_str())));
            if let Err(failure) = set {
                return shell.fail(&failure, 1);
            }
            if show { shell.say("cd", &format!("{now}\n")) } else { shell.set_status(0) }
        }
        Err(refusal) => {
            if refusal.errno == crate::plan::Errno::ENOENT {
                shell.hint_path(&path);
            }
            let failure = Failure::new(format!("cd: {}: {}", shell.resolve(&path), refusal.errno.text()));
            shell.fail(&failure, 1)
        }
    }
}

fn pwd(request: &Request<'_>) -> Planned {
    match request.observe.observe(request.actor, &Probe::WorkingDirectory) {
        Observation::Data(path) => Output::text(format!("{path}\n")).into(),
        Observation::Refused(errno) => Output::error(
            format!(
                "pwd: error retrieving current directory: getcwd: cannot access parent directories: {}\n",
                errno.text()
            ),
            1,
        )
        .into(),
        _ => Output::default().into(),
    }
}
