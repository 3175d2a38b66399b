//! Commands that decide what comes next: `break`, `continue`, `return`, `exit`, `eval`, `.`, `:`, `true`, `false`,
//! `shift`.

use super::{Action, BUILTIN, Command, Completes};
use crate::plan::{Call, Fidelity, FileRef, Reply, Text};
use crate::shell::expand::Failure;
use crate::shell::interpret::{Flow, Interpreter};
use crate::shell::parse;

pub(super) const COLON: Command =
    Command { name: ":", usage: "[WORD…]", action: Action::Shell(succeed), ..BUILTIN };
pub(super) const TRUE: Command = Command { name: "true", action: Action::Shell(succeed), ..BUILTIN };
pub(super) const FALSE: Command = Command { name: "false", action: Action::Shell(fail), ..BUILTIN };
pub(super) const BREAK: Command =
    Command { name: "break", usage: "[LOOPS]", action: Action::Shell(break_), ..BUILTIN };
pub(super) const CONTINUE: Command =
    Command { name: "continue", usage: "[LOOPS]", action: Action::Shell(continue_), ..BUILTIN };
pub(super) const RETURN: Command =
    Command { name: "return", usage: "[STATUS]", action: Action::Shell(return_), ..BUILTIN };
pub(super) const EXIT: Command = Command {
    name: "exit",
    usage: "[STATUS]",
    fidelity: Fidelity::Partial("partial-command-exit"),
    action: Action::Shell(exit),
    ..BUILTIN
};
pub(super) const EVAL: Command =
    Command { name: "eval", usage: "[WORD…]", only_prints: false, action: Action::Shell(eval), ..BUILTIN };
pub(super) const DOT: Command = Command {
    name: ".",
    usage: "FILE",
    completes: Completes::Paths,
    only_prints: false,
    action: Action::Shell(dot),
    ..BUILTIN
};
pub(super) const SHIFT: Command =
    Command { name: "shift", usage: "[COUNT]", action: Action::Shell(shift), ..BUILTIN };

pub(super) const EXEC: Command = Command {
    name: "exec",
    usage: "PROGRAM [ARGUMENT…]",
    fidelity: Fidelity::Partial("partial-command-exec"),
    completes: Completes::Commands,
    only_prints: false,
    action: Action::Shell(exec),
    ..BUILTIN
};

fn exec(shell: &mut Interpreter<'_>, words: &[Text]) -> Flow {
    if words.is_empty() {
        return shell.set_status(0);
    }
    if shell.is_session_shell() {
        // The session would be left without its shell.
        return shell.refuse_to_end("exec");
    }
    let flow = shell.run_words(words, true);
    if flow == Flow::Next { Flow::Exit } else { flow }
}

fn succeed(shell: &mut Interpreter<'_>, _: &[Text]) -> Flow {
    shell.set_status(0)
}

fn fail(shell: &mut Interpreter<'_>, _: &[Text]) -> Flow {
    shell.set_status(1)
}

/// The number behind a command, or what is meant without one.
fn number(shell: &mut Interpreter<'_>, name: &str, words: &[Text], otherwise: u32) -> Result<u32, Flow> {
    let Some(word) = words.first() else { return Ok(otherwise) };
    let word = shell.resolve(word);
    word.parse().map_err(|_| {
        let failure = Failure::fatal(format!("{name}: {word}: numeric argument required"));
        shell.fail(&failure, 2)
    })
}

fn break_(shell: &mut Interpreter<'_>, words: &[Text]) -> Flow {
    leave(shell, "break", words, Flow::Break)
}

fn continue_(shell: &mut Interpreter<'_>, words: &[Text]) -> Flow {
    leave(shell, "continue", words, Flow::Continue)
}

fn leave(shell: &mut Interpreter<'_>, name: &str, words: &[Text], flow: fn(u32) -> Flow) -> Flow {
    let wanted = match number(shell, name, words, 1) {
        Ok(wanted) => wanted,
        Err(flow) => return flow,
    };
    shell.set_status(0);
    match shell.enclosing_loops(wanted) {
        0 if wanted > 0 => {
            shell.complain(&format!("sh: {name}: only meaningful in a `for', `while', or `until' loop"));
            Flow::Next
        }
        0 => shell.fail(&Failure::new(format!("{name}: 0: loop count out of range")), 1),
        loops => flow(loops),
    }
}

fn return_(shell: &mut Interpreter<'_>, words: &[Text]) -> Flow {
    if shell.functions == 0 {
        let message = "return: can only `return' from a function or sourced script";
        return shell.fail(&Failure::new(message), 2);
    }
    let last = u32::from(shell.status());
    match number(shell, "return", words, last) {
        Ok(status) => {
            shell.set_status(low_byte(status));
            Flow::Return
        }
        Err(flow) => flow,
    }
}

fn exit(shell: &mut Interpreter<'_>, words: &[Text]) -> Flow {
    let last = u32::from(shell.status());
    match number(shell, "exit", words, last) {
        Ok(status) => {
            shell.set_status(low_byte(status));
            shell.note_exit();
            Flow::Exit
        }
        Err(flow) => flow,
    }
}

/// A status has eight bits.
fn low_byte(status: u32) -> u8 {
    u8::try_from(status & 0xff).unwrap_or(0)
}

fn eval(shell: &mut Interpreter<'_>, words: &[Text]) -> Flow {
    let words: Vec<_> = words.iter().map(|word| shell.resolve(word)).collect();
    run_text(shell, &words.join(" "))
}

fn run_text(shell: &mut Interpreter<'_>, text: &str) -> Flow {
    match parse::program(text) {
        Ok(program) => {
            shell.set_status(0);
            shell.nested(|shell| shell.program_items(&program))
        }
        Err(error) => shell.fail(&Failure::fatal(error.message), 2),
    }
}

fn dot(shell: &mut Interpreter<'_>, words: &[Text]) -> Flow {
    let Some(path) = words.first() else {
        return shell.fail(&Failure::new(".: filename argument required"), 2);
    };
    match shell.step(Call::Read { file: FileRef::Path(path.clone()), at_most: None }, "") {
        Ok(Reply::Data(text)) => {
            shell.functions += 1;
            let flow = run_text(shell, &text);
            shell.functions -= 1;
            if flow == Flow::Return { Flow::Next } else { flow }
        }
        Ok(_) => Flow::Next,
        Err(refusal) => {
            let failure = Failure::new(format!("{}: {}", shell.resolve(path), refusal.errno.text()));
            shell.fail(&failure, 1)
        }
    }
}

fn shift(shell: &mut Interpreter<'_>, words: &[Text]) -> Flow {
    let count = match number(shell, "shift", words, 1) {
        Ok(count) => usize::try_from(count).unwrap_or(usize::MAX),
        Err(flow) => return flow,
    };
    let enough = shell.shift(count);
    shell.set_status(u8::from(!enough))
}
