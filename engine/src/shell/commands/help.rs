//! `help`: the commands, and what each can do; the interface files of control groups, and what each is.

use super::{Action, BUILTIN, Command, Completes, Output, Planned, Request, option_summary, summary};
use crate::plan::{Fidelity, Text};
use crate::shell::{Hint, nearest, wording};

pub(super) const HELP: Command = Command {
    name: "help",
    usage: "[COMMAND | FILE]",
    completes: Completes::Commands,
    action: Action::Plan(plan),
    ..BUILTIN
};

fn plan(request: &Request<'_>) -> Planned {
    let Some(word) = request.arguments.first() else { return all().into() };
    let name = request.show(word);
    match super::find(&name) {
        Some(command) => usage(command).into(),
        None => {
            if let Some(output) = super::help_file::about(&name) {
                return output.into();
            }
            let near = nearest(&name, super::ALL.iter().map(|command| command.name));
            let hint = near.map(|near| {
                Hint::new("hint-command")
                    .with("typed", &name)
                    .with("suggestion", format!("help {near}"))
                    .with("does", summary(near))
            });
            Output::error(request.message(&format!("no help topics match `{name}'")), 1)
                .with_hint(hint)
                .into()
        }
    }
}

fn all() -> Output {
    let line = |command: &&Command| format!("  {:<10} {}\n", command.name, summary(command.name));
    Output::text(super::ALL.iter().map(line).collect::<String>())
}

/// A command's usage, options and how true it is: also what `--help` prints.
pub(super) fn usage(command: &Command) -> Output {
    let mut text = format!("Usage: {} {}\n{}\n", command.name, command.usage, summary(command.name));
    for option in command.options {
        let long = if option.long.is_empty() { String::new() } else { format!("--{}", option.long) };
        let short = if option.only_long { String::new() } else { format!("-{}", option.short) };
        let comma = if short.is_empty() || long.is_empty() { "" } else { ", " };
        let typed = format!("{short}{comma}{long}");
        text.push_str(&format!("  {typed:<26} {}\n", option_summary(command, option)));
    }
    if let Fidelity::Partial(message) = command.fidelity {
        text.push_str(&format!("{}\n", wording::sentence(message, None).unwrap_or(message)));
    }
    Output::text(Text::from(text))
}
