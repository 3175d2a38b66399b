//! `jobs`, `wait`, `fg`, `bg`: what runs in the background.

use super::{Action, BUILTIN, Command};
use crate::plan::{Piece, Text};
use crate::shell::expand::Failure;
use crate::shell::interpret::{Flow, Interpreter};

pub(super) const JOBS: Command =
    Command { name: "jobs", usage: "[-l]", action: Action::Shell(jobs), ..BUILTIN };
pub(super) const WAIT: Command = Command {
    name: "wait",
    usage: "[%JOB | PID…]",
    only_prints: false,
    action: Action::Shell(wait),
    ..BUILTIN
};
pub(super) const FG: Command =
    Command { name: "fg", usage: "[%JOB]", only_prints: false, action: Action::Shell(fg), ..BUILTIN };
pub(super) const BG: Command =
    Command { name: "bg", usage: "[%JOB]", only_prints: false, action: Action::Shell(bg), ..BUILTIN };

fn jobs(shell: &mut Interpreter<'_>, words: &[Text]) -> Flow {
    shell.check_jobs();
    let text = shell.list_jobs(words.first().and_then(Text::plain) == Some("-l"));
    shell.say("jobs", &text)
}

fn wait(shell: &mut Interpreter<'_>, words: &[Text]) -> Flow {
    shell.set_status(0);
    if words.is_empty() {
        for id in shell.job_ids() {
            let flow = shell.wait_job(id, false);
            if flow != Flow::Next {
                return flow;
            }
        }
        return shell.set_status(0);
    }
    if let Some(option) = words.first().map(|word| shell.resolve(word)).filter(|word| word.starts_with('-')) {
        let usage = format!("wait: usage: wait {}", WAIT.usage);
        return shell.fail(&Failure::new(format!("wait: {option}: invalid option\n{usage}")), 2);
    }
    for word in words {
        let flow = wait_one(shell, word);
        if flow != Flow::Next {
            return flow;
        }
    }
    Flow::Next
}

fn wait_one(shell: &mut Interpreter<'_>, word: &Text) -> Flow {
    let shown = shell.resolve(word);
    if shown.starts_with('%') {
        return match shell.job_by_name(&shown) {
            Some(id) => shell.wait_job(id, false),
            None => shell.fail(&Failure::new(format!("wait: {shown}: no such job")), 127),
        };
    }
    if shown.is_empty() || !shown.bytes().all(|byte| byte.is_ascii_digit()) {
        let message = format!("wait: `{shown}': not a pid or valid job spec");
        return shell.fail(&Failure::new(message), 1);
    }
    let actor = match word.pieces() {
        [Piece::PidOf { pid_of }] => Some(pid_of.clone()),
        _ => None,
    };
    if let Some(id) = shell.job_by_pid(&shown) {
        return shell.wait_job(id, false);
    }
    match actor.and_then(|actor| shell.finished_status(&actor)) {
        Some(status) => shell.set_status(status),
        None => shell.fail(&Failure::new(format!("wait: pid {shown} is not a child of this shell")), 127),
    }
}

/// The job that is meant, or a message.
fn chosen(shell: &mut Interpreter<'_>, command: &str, words: &[Text]) -> Result<u32, Flow> {
    let word = words.first().map_or_else(|| "%+".to_owned(), |word| shell.resolve(word));
    shell.job_by_name(&word).ok_or_else(|| {
        let shown = if words.is_empty() { "current" } else { &word };
        shell.fail(&Failure::new(format!("{command}: {shown}: no such job")), 1)
    })
}

fn fg(shell: &mut Interpreter<'_>, words: &[Text]) -> Flow {
    match chosen(shell, "fg", words) {
        Ok(id) => {
            let text = shell.job_text(id);
            shell.say("fg", &format!("{text}\n"));
            shell.continue_job(id);
            shell.wait_job(id, true)
        }
        Err(flow) => flow,
    }
}

fn bg(shell: &mut Interpreter<'_>, words: &[Text]) -> Flow {
    match chosen(shell, "bg", words) {
        Ok(id) => {
            shell.continue_job(id);
            let text = shell.job_text(id);
            shell.say("bg", &format!("[{id}]+ {text} &\n"))
        }
        Err(flow) => flow,
    }
}
