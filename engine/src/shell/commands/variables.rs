//! Commands about variables: `export`, `readonly`, `unset`, `local`, `read`, `set`, `env`.

use super::{Action, BUILTIN, Command, Completes, TOOL};
use crate::plan::{Fidelity, Text};
use crate::shell::expand::Failure;
use crate::shell::interpret::{Flow, Interpreter};
use crate::shell::state::is_name;

pub(super) const EXPORT: Command = Command {
    name: "export",
    usage: "[NAME[=VALUE]…]",
    completes: Completes::Variables,
    action: Action::Shell(export),
    ..BUILTIN
};
pub(super) const READONLY: Command = Command {
    name: "readonly",
    usage: "[NAME[=VALUE]…]",
    completes: Completes::Variables,
    action: Action::Shell(readonly),
    ..BUILTIN
};
pub(super) const LOCAL: Command = Command {
    name: "local",
    usage: "NAME[=VALUE]…",
    fidelity: Fidelity::Partial("partial-command-local"),
    action: Action::Shell(local),
    ..BUILTIN
};
pub(super) const UNSET: Command = Command {
    name: "unset",
    usage: "[-fv] NAME…",
    completes: Completes::Variables,
    action: Action::Shell(unset),
    ..BUILTIN
};
pub(super) const READ: Command = Command {
    name: "read",
    usage: "[-r] [NAME…]",
    completes: Completes::Variables,
    action: Action::Shell(read),
    ..BUILTIN
};
pub(super) const SET: Command = Command {
    name: "set",
    usage: "[-efux] [+efux] [--] [WORD…]",
    fidelity: Fidelity::Partial("partial-command-set"),
    action: Action::Shell(set),
    ..BUILTIN
};
pub(super) const ENV: Command = Command {
    name: "env",
    usage: "",
    fidelity: Fidelity::Partial("partial-command-env"),
    only_prints: true,
    completes: Completes::Nothing,
    action: Action::Shell(env),
    ..TOOL
};

fn export(shell: &mut Interpreter<'_>, words: &[Text]) -> Flow {
    declare(shell, "export", words)
}

fn readonly(shell: &mut Interpreter<'_>, words: &[Text]) -> Flow {
    declare(shell, "readonly", words)
}

fn local(shell: &mut Interpreter<'_>, words: &[Text]) -> Flow {
    if shell.functions == 0 {
        return shell.fail(&Failure::new("local: can only be used in a function"), 1);
    }
    declare(shell, "local", words)
}

fn declare(shell: &mut Interpreter<'_>, command: &str, words: &[Text]) -> Flow {
    let words: Vec<&Text> = words.iter().filter(|word| word.plain() != Some("-p")).collect();
    if words.is_empty() {
        let text = shell.declarations(command);
        return shell.say(command, &text);
    }
    shell.set_status(0);
    for word in words {
        let (name, value) = split_assignment(word);
        if !is_name(&name) {
            let shown = shell.resolve(word);
            shell.fail(&Failure::new(format!("{command}: `{shown}': not a valid identifier")), 1);
            continue;
        }
        if let Some(value) = value
            && let Err(failure) = shell.assign(&name, value)
        {
            return shell.fail(&failure, 1);
        }
        shell.mark(&name, command == "export", command == "readonly");
    }
    Flow::Next
}

/// `NAME=value` in its two parts; the value may refer to pids.
fn split_assignment(word: &Text) -> (String, Option<Text>) {
    let mut pieces = word.pieces().to_vec();
    let Some(crate::plan::Piece::Literal(first)) = pieces.first_mut() else { return (String::new(), None) };
    let Some((name, rest)) = first.split_once('=') else {
        return (if pieces.len() == 1 { word.to_string() } else { String::new() }, None);
    };
    let (name, rest) = (name.to_owned(), rest.to_owned());
    *first = rest;
    (name, Some(pieces.into_iter().collect()))
}

fn unset(shell: &mut Interpreter<'_>, words: &[Text]) -> Flow {
    let mut functions = false;
    shell.set_status(0);
    for word in words {
        match shell.resolve(word).as_str() {
            "-f" => functions = true,
            "-v" => functions = false,
            name => {
                if let Err(failure) = shell.unset(name, functions) {
                    shell.fail(&failure, 1);
                }
            }
        }
    }
    Flow::Next
}

fn env(shell: &mut Interpreter<'_>, words: &[Text]) -> Flow {
    if let Some(word) = words.first() {
        let word = shell.resolve(word);
        shell.complain(&format!("env: '{word}': No such file or directory"));
        return shell.set_status(127);
    }
    let text = shell.declarations("env");
    shell.say("env", &text)
}

fn read(shell: &mut Interpreter<'_>, words: &[Text]) -> Flow {
    let words: Vec<String> = words.iter().map(|word| shell.resolve(word)).collect();
    let raw = words.iter().any(|word| word == "-r");
    let mut names: Vec<&str> =
        words.iter().map(String::as_str).filter(|word| !word.starts_with('-')).collect();
    if names.is_empty() {
        names.push("REPLY");
    }
    let source = shell.io.stdin.clone();
    let (line, ended) = match shell.read_line(&source) {
        Ok(Some(line)) => line,
        Ok(None) => (String::new(), false),
        Err(refusal) => return shell.fail(&Failure::new(format!("read: {}", refusal.errno.text())), 1),
    };
    let line = if raw { line } else { line.replace('\\', "") };
    for (name, value) in assign_fields(&line, &shell.ifs(), &names) {
        if let Err(failure) = shell.assign(name, Text::from(value)) {
            return shell.fail(&failure, 1);
        }
    }
    shell.set_status(u8::from(!ended))
}

/// The first fields for the first names, and all that is left for the last.
fn assign_fields<'n>(line: &str, ifs: &str, names: &[&'n str]) -> Vec<(&'n str, String)> {
    let blank = |c: char| ifs.contains(c) && c.is_ascii_whitespace();
    let mut rest = line.trim_matches(blank);
    let mut pairs = Vec::new();
    for (index, name) in names.iter().enumerate() {
        if index + 1 == names.len() {
            pairs.push((*name, rest.to_owned()));
            break;
        }
        let end = rest.find(|c| ifs.contains(c)).unwrap_or(rest.len());
        pairs.push((*name, rest[..end].to_owned()));
        rest = rest[end..].trim_start_matches(blank);
        let hard = rest.chars().next().filter(|c| ifs.contains(*c) && !blank(*c));
        if let Some(c) = hard {
            rest = rest[c.len_utf8()..].trim_start_matches(blank);
        }
    }
    pairs
}

fn set(shell: &mut Interpreter<'_>, words: &[Text]) -> Flow {
    if words.is_empty() {
        let text = shell.declarations("set");
        return shell.say("set", &text);
    }
    shell.set_status(0);
    let mut words = words.iter();
    while let Some(word) = words.next() {
        let option = shell.resolve(word);
        let on = option.starts_with('-');
        match option.as_str() {
            "--" => {
                let rest: Vec<Text> = words.cloned().collect();
                shell.set_arguments(rest);
                return Flow::Next;
            }
            letters if letters.len() > 1 && letters.starts_with(['-', '+']) => {
                for letter in letters.chars().skip(1) {
                    if !shell.set_option(letter, on) {
                        return shell.fail(&Failure::new(format!("set: {option}: invalid option")), 2);
                    }
                }
            }
            _ => {
                let rest: Vec<Text> = std::iter::once(word).chain(words).cloned().collect();
                shell.set_arguments(rest);
                return Flow::Next;
            }
        }
    }
    Flow::Next
}
