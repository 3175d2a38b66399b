//! `echo`, as bash's.

use super::escape::{Style, backslashes};
use super::options::{Opt, flag};
use super::{Action, BUILTIN, Command, Output, Planned, Request};
use crate::plan::{Piece, Text};

const OPTIONS: &[Opt] = &[flag('n', ""), flag('e', ""), flag('E', "")];

pub(super) const ECHO: Command = Command {
    name: "echo",
    usage: "[-neE] [WORD…]",
    options: OPTIONS,
    action: Action::Plan(plan),
    ..BUILTIN
};

fn plan(request: &Request<'_>) -> Planned {
    let (mut newline, mut escapes) = (true, false);
    let mut words = request.arguments;
    while let Some((first, rest)) = words.split_first() {
        let letters = first.plain().and_then(|word| word.strip_prefix('-')).unwrap_or("");
        if letters.is_empty() || !letters.chars().all(|c| "neE".contains(c)) {
            break;
        }
        for letter in letters.chars() {
            match letter {
                'n' => newline = false,
                'e' => escapes = true,
                _ => escapes = false,
            }
        }
        words = rest;
    }
    let mut text = Text::default();
    for (index, word) in words.iter().enumerate() {
        text.push_str(if index > 0 { " " } else { "" });
        text.push(word);
    }
    if escapes {
        let (replaced, ended) = replace(&text);
        text = replaced;
        newline = newline && !ended;
    }
    text.push_str(if newline { "\n" } else { "" });
    Output::text(text).into()
}

/// Replaces the backslash sequences in what is literal.
fn replace(text: &Text) -> (Text, bool) {
    let mut replaced = Text::default();
    for piece in text.pieces() {
        match piece {
            Piece::Literal(literal) => {
                let (literal, ended) = backslashes(literal, Style::Echo);
                replaced.push_str(&literal);
                if ended {
                    return (replaced, true);
                }
            }
            Piece::PidOf { pid_of } => replaced.push_pid(pid_of),
        }
    }
    (replaced, false)
}
