//! `type` and `command`: what a name stands for. `basename` and `dirname`: parts of paths.

use super::{Action, BUILTIN, Command, Completes, Output, Planned, Request, TOOL, options};
use crate::plan::Text;
use crate::shell::interpret::{Flow, Interpreter};

pub(super) const TYPE: Command = Command {
    name: "type",
    usage: "NAME…",
    completes: Completes::Commands,
    action: Action::Shell(type_),
    ..BUILTIN
};

pub(super) const COMMAND: Command = Command {
    name: "command",
    usage: "[-v] NAME [ARGUMENT…]",
    completes: Completes::Commands,
    only_prints: false,
    action: Action::Shell(command),
    ..BUILTIN
};

pub(super) const BASENAME: Command = Command {
    name: "basename",
    usage: "PATH [SUFFIX]",
    only_prints: true,
    action: Action::Plan(basename),
    ..TOOL
};

pub(super) const DIRNAME: Command =
    Command { name: "dirname", usage: "PATH…", only_prints: true, action: Action::Plan(dirname), ..TOOL };

fn type_(shell: &mut Interpreter<'_>, words: &[Text]) -> Flow {
    shell.set_status(0);
    for word in words {
        let name = shell.resolve(word);
        match shell.kind_of(&name) {
            Some(kind) => {
                shell.say("type", &format!("{name} is {kind}\n"));
            }
            None => {
                shell.complain(&format!("sh: type: {name}: not found"));
                shell.set_status(1);
            }
        }
    }
    Flow::Next
}

fn command(shell: &mut Interpreter<'_>, words: &[Text]) -> Flow {
    match words.split_first() {
        Some((first, rest)) if first.plain() == Some("-v") => {
            let names: Vec<String> = rest.iter().map(|word| shell.resolve(word)).collect();
            let found: Vec<String> = names.iter().filter_map(|name| shell.found(name)).collect();
            let text: String = found.iter().map(|name| format!("{name}\n")).collect();
            shell.say("command", &text);
            shell.set_status(u8::from(found.len() < names.len()))
        }
        Some(_) => shell.run_without_functions(words),
        None => shell.set_status(0),
    }
}

fn basename(request: &Request<'_>) -> Planned {
    let words = request.words();
    let (path, suffix) = match words.as_slice() {
        [path] => (path, ""),
        [path, suffix] => (path, suffix.as_str()),
        [] => return options::usage(request, "missing operand").into(),
        [_, _, extra, ..] => return options::usage(request, &format!("extra operand '{extra}'")).into(),
    };
    let trimmed = path.trim_end_matches('/');
    let name = match (path.is_empty(), trimmed.rsplit('/').next()) {
        (true, _) => "",
        (_, None | Some("")) => "/",
        (_, Some(name)) => name,
    };
    let name = name.strip_suffix(suffix).filter(|name| !name.is_empty()).unwrap_or(name);
    Output::text(format!("{name}\n")).into()
}

fn dirname(request: &Request<'_>) -> Planned {
    if request.arguments.is_empty() {
        return options::usage(request, "missing operand").into();
    }
    let parent = |path: String| {
        let trimmed = path.trim_end_matches('/');
        match trimmed.rsplit_once('/') {
            None if trimmed.is_empty() && !path.is_empty() => "/".to_owned(),
            None => ".".to_owned(),
            Some((parent, _)) => {
                let parent = parent.trim_end_matches('/');
                if parent.is_empty() { "/".to_owned() } else { parent.to_owned() }
            }
        }
    };
    let lines: String = request.words().into_iter().map(|path| format!("{}\n", parent(path))).collect();
    Output::text(lines).into()
}
