//! `test` and `[`, as bash's.

use super::{Action, BUILTIN, Command, Completes, Output, Planned, Request};
use crate::plan::reply::{FileKind, Stat};
use crate::plan::{Observation, Text};

pub(super) const TEST: Command = Command {
    name: "test",
    usage: "EXPRESSION",
    completes: Completes::Paths,
    action: Action::Plan(plan),
    ..BUILTIN
};

pub(super) const BRACKET: Command = Command {
    name: "[",
    usage: "EXPRESSION ]",
    completes: Completes::Paths,
    action: Action::Plan(plan),
    ..BUILTIN
};

fn plan(request: &Request<'_>) -> Planned {
    let mut words = request.words();
    if request.command.name == "[" && words.pop().as_deref() != Some("]") {
        return Output::error(request.message("missing `]'"), 2).into();
    }
    let mut test = Test { request, words: &words, at: 0, depth: 0 };
    match test.evaluate() {
        Ok(holds) => Output { status: u8::from(!holds), ..Output::default() }.into(),
        Err(message) => Output::error(request.message(&message), 2).into(),
    }
}

/// How deep parentheses and `!` may nest.
const DEEPEST: u32 = 50;

struct Test<'a> {
    request: &'a Request<'a>,
    words: &'a [String],
    at: usize,
    depth: u32,
}

type Outcome = Result<bool, String>;

impl Test<'_> {
    /// POSIX decides by the number of words; longer expressions are parsed.
    fn evaluate(&mut self) -> Outcome {
        let words: Vec<&str> = self.words.iter().map(String::as_str).collect();
        match words.as_slice() {
            [] => Ok(false),
            [one] => Ok(!one.is_empty()),
            ["!", one] => Ok(one.is_empty()),
            [operator, operand] => match self.unary(operator, operand) {
                Some(outcome) => outcome,
                None => Err(format!("{operator}: unary operator expected")),
            },
            [left, operator, right] if is_binary(operator) => self.binary(left, operator, right),
            ["!", operator, operand] => match self.unary(operator, operand) {
                Some(outcome) => Ok(!outcome?),
                None => Err(format!("{operator}: unary operator expected")),
            },
            ["(", one, ")"] => Ok(!one.is_empty()),
            [_, operator, _] => Err(format!("{operator}: binary operator expected")),
            ["!", left, operator, right] if is_binary(operator) => Ok(!self.binary(left, operator, right)?),
            _ => {
                let outcome = self.or()?;
                if self.at < self.words.len() { Err("too many arguments".to_owned()) } else { Ok(outcome) }
            }
        }
    }

    fn peek(&self) -> Option<&str> {
        self.words.get(self.at).map(String::as_str)
    }

    fn or(&mut self) -> Outcome {
        let mut holds = self.and()?;
        while self.peek() == Some("-o") {
            self.at += 1;
            let right = self.and()?;
            holds = holds || right;
        }
        Ok(holds)
    }

    fn and(&mut self) -> Outcome {
        let mut holds = self.primary()?;
        while self.peek() == Some("-a") {
            self.at += 1;
            let right = self.primary()?;
            holds = holds && right;
        }
        Ok(holds)
    }

    fn primary(&mut self) -> Outcome {
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err("expression is nested too deep".to_owned());
        }
        let outcome = self.one();
        self.depth -= 1;
        outcome
    }

    fn one(&mut self) -> Outcome {
        let rest: Vec<String> = self.words.iter().skip(self.at).take(3).cloned().collect();
        let rest: Vec<&str> = rest.iter().map(String::as_str).collect();
        match rest.as_slice() {
            [] => Err("argument expected".to_owned()),
            [left, operator, right] if is_binary(operator) => {
                self.at += 3;
                self.binary(left, operator, right)
            }
            ["!", ..] => {
                self.at += 1;
                Ok(!self.primary()?)
            }
            ["(", ..] => {
                self.at += 1;
                let holds = self.or()?;
                if self.peek() != Some(")") {
                    return Err("`)' expected".to_owned());
                }
                self.at += 1;
                Ok(holds)
            }
            [operator, operand, ..] => {
                if let Some(outcome) = self.unary(operator, operand) {
                    self.at += 2;
                    return outcome;
                }
                self.at += 1;
                Ok(!operator.is_empty())
            }
            [one] => {
                self.at += 1;
                Ok(!one.is_empty())
            }
        }
    }

    fn stat(&self, path: &str) -> Option<Stat> {
        match self.request.look(&Text::from(path)) {
            Observation::Stat(stat) => Some(stat),
            _ => None,
        }
    }

    fn unary(&self, operator: &str, operand: &str) -> Option<Outcome> {
        let kind = |kind: FileKind| self.stat(operand).is_some_and(|stat| stat.kind == kind);
        let mode = |bits: u32| self.stat(operand).is_some_and(|stat| stat.mode & bits != 0);
        Some(Ok(match operator {
            "-e" | "-a" => self.stat(operand).is_some(),
            "-f" => kind(FileKind::Regular),
            "-d" => kind(FileKind::Directory),
            "-b" => kind(FileKind::Block),
            "-c" => kind(FileKind::Character),
            "-p" => kind(FileKind::Fifo),
            "-S" => kind(FileKind::Socket),
            // Probes follow symbolic links, so that none is ever seen.
            "-h" | "-L" => kind(FileKind::Symlink),
            // Root may read and write whatever there is.
            "-r" | "-w" => self.stat(operand).is_some(),
            "-x" => mode(0o111),
            "-s" => self.stat(operand).is_some_and(|stat| stat.size > 0 || stat.kind == FileKind::Directory),
            "-u" => mode(0o4000),
            "-g" => mode(0o2000),
            "-k" => mode(0o1000),
            "-O" | "-G" => self.stat(operand).is_some_and(|stat| stat.uid == 0),
            "-n" => !operand.is_empty(),
            "-z" => operand.is_empty(),
            "-t" => matches!(operand, "0" | "1" | "2"),
            _ => return None,
        }))
    }

    fn binary(&self, left: &str, operator: &str, right: &str) -> Outcome {
        let numbers = || -> Result<(i64, i64), String> { Ok((integer(left)?, integer(right)?)) };
        Ok(match operator {
            "=" | "==" => left == right,
            "!=" => left != right,
            "<" => left < right,
            ">" => left > right,
            "-eq" => numbers().map(|(a, b)| a == b)?,
            "-ne" => numbers().map(|(a, b)| a != b)?,
            "-lt" => numbers().map(|(a, b)| a < b)?,
            "-le" => numbers().map(|(a, b)| a <= b)?,
            "-gt" => numbers().map(|(a, b)| a > b)?,
            "-ge" => numbers().map(|(a, b)| a >= b)?,
            "-a" => !left.is_empty() && !right.is_empty(),
            "-o" => !left.is_empty() || !right.is_empty(),
            _ => return Err(format!("{operator}: binary operator expected")),
        })
    }
}

fn is_binary(operator: &str) -> bool {
    matches!(
        operator,
        "=" | "==" | "!=" | "<" | ">" | "-eq" | "-ne" | "-lt" | "-le" | "-gt" | "-ge" | "-a" | "-o"
    )
}

fn integer(word: &str) -> Result<i64, String> {
    word.trim().parse().map_err(|_| format!("{word}: integer expression expected"))
}
