//! `printf`: a format that is used again until the arguments are used up.

use super::escape::{Style, backslashes};
use super::{Action, BUILTIN, Command, Output, Planned, Request};
use crate::plan::Text;

pub(super) const PRINTF: Command =
    Command { name: "printf", usage: "FORMAT [ARGUMENT…]", action: Action::Plan(plan), ..BUILTIN };

/// Rounds that one `printf` may make.
const ROUNDS: usize = 10_000;

/// Widths above this are refused.
const WIDEST: usize = 4096;

fn plan(request: &Request<'_>) -> Planned {
    let mut words = request.arguments;
    if words.first().and_then(Text::plain) == Some("--") {
        words = &words[1..];
    }
    let Some((format, arguments)) = words.split_first() else {
        return Output::error(format!("printf: usage: printf {}\n", request.command.usage), 2).into();
    };
    let format = request.show(format);
    let mut printer =
        Printer { request, arguments, output: Output::default(), text: Text::default(), ended: false };
    for _ in 0..ROUNDS {
        let before = printer.arguments.len();
        printer.round(&format);
        if printer.ended || printer.arguments.is_empty() || printer.arguments.len() == before {
            break;
        }
    }
    let Printer { mut output, text, .. } = printer;
    // What is printed comes before what is complained about only if it was flushed: it never is.
    let status = output.status;
    output.out(text);
    output.status = status;
    output.into()
}

struct Printer<'a> {
    request: &'a Request<'a>,
    arguments: &'a [Text],
    output: Output,
    text: Text,
    ended: bool,
}

/// What stands between `%` and its letter.
#[derive(Default)]
struct Spec {
    left: bool,
    zero: bool,
    plus: bool,
    blank: bool,
    alternate: bool,
    width: usize,
    precision: Option<usize>,
}

impl Printer<'_> {
    fn round(&mut self, format: &str) {
        let chars: Vec<char> = format.chars().collect();
        let mut at = 0;
        while at < chars.len() && !self.ended {
            let start = at;
            if chars[at] != '%' {
                while at < chars.len() && chars[at] != '%' {
                    // A backslash keeps what follows it with it.
                    at += if chars[at] == '\\' { 2 } else { 1 };
                }
                let literal: String = chars[start..at.min(chars.len())].iter().collect();
                self.text.push_str(&backslashes(&literal, Style::Printf).0);
                continue;
            }
            at += 1;
            if chars.get(at) == Some(&'%') {
                self.text.push_str("%");
                at += 1;
                continue;
            }
            let spec = self.spec(&chars, &mut at);
            let Some(letter) = chars.get(at) else {
                self.complain("missing format character", "%");
                return;
            };
            at += 1;
            if !self.ended {
                self.convert(&spec, *letter);
            }
        }
    }

    fn spec(&mut self, chars: &[char], at: &mut usize) -> Spec {
        let mut spec = Spec::default();
        while let Some(c) = chars.get(*at) {
            match c {
                '-' => spec.left = true,
                '0' => spec.zero = true,
                '+' => spec.plus = true,
                ' ' => spec.blank = true,
                '#' => spec.alternate = true,
                _ => break,
            }
            *at += 1;
        }
        spec.width = self.size(chars, at).unwrap_or(0);
        if chars.get(*at) == Some(&'.') {
            *at += 1;
            spec.precision = Some(self.size(chars, at).unwrap_or(0));
        }
        spec
    }

    fn size(&mut self, chars: &[char], at: &mut usize) -> Option<usize> {
        if chars.get(*at) == Some(&'*') {
            *at += 1;
            let number = self.number();
            return usize::try_from(number).ok().and_then(|width| self.narrow(width));
        }
        let digits: String = chars.iter().skip(*at).take_while(|c| c.is_ascii_digit()).collect();
        *at += digits.len();
        if digits.is_empty() {
            return None;
        }
        self.narrow(digits.parse().unwrap_or(usize::MAX))
    }

    /// A width or a precision that can be printed.
    fn narrow(&mut self, width: usize) -> Option<usize> {
        if width <= WIDEST {
            return Some(width);
        }
        let message = format!("more than {WIDEST} characters for one argument are not printed here");
        self.output.err(self.request.message(&message), 1);
        self.ended = true;
        None
    }

    fn convert(&mut self, spec: &Spec, letter: char) {
        match letter {
            's' => self.string(spec, None),
            'b' => self.string(spec, Some(Style::Echo)),
            'q' => {
                let word = self.next_word();
                self.pad(&quote(&word), spec, false);
            }
            'c' => {
                let first: String = self.next_word().chars().take(1).collect();
                self.pad(&first, spec, false);
            }
            'd' | 'i' => {
                let number = self.number();
                let sign = match (number < 0, spec.plus, spec.blank) {
                    (true, ..) => "-",
                    (_, true, _) => "+",
                    (_, _, true) => " ",
                    _ => "",
                };
                self.digits(spec, sign, &number.unsigned_abs().to_string());
            }
            'u' | 'x' | 'X' | 'o' => {
                let number = self.number().cast_unsigned();
                let (prefix, digits) = match letter {
                    'u' => ("", number.to_string()),
                    'x' => ("0x", format!("{number:x}")),
                    'X' => ("0X", format!("{number:X}")),
                    _ => ("0", format!("{number:o}")),
                };
                let prefix = if spec.alternate && number != 0 { prefix } else { "" };
                self.digits(spec, prefix, &digits);
            }
            other => {
                self.complain("invalid format character", &other.to_string());
                self.ended = true;
            }
        }
    }

    fn string(&mut self, spec: &Spec, escapes: Option<Style>) {
        // A pid reference stays one where nothing is cut or padded.
        if spec.width == 0 && spec.precision.is_none() && escapes.is_none() {
            if let Some((first, rest)) = self.arguments.split_first() {
                self.text.push(first);
                self.arguments = rest;
            }
            return;
        }
        let mut word = self.next_word();
        if let Some(style) = escapes {
            (word, self.ended) = backslashes(&word, style);
        }
        if let Some(precision) = spec.precision {
            word = word.chars().take(precision).collect();
        }
        self.pad(&word, spec, false);
    }

    fn digits(&mut self, spec: &Spec, prefix: &str, digits: &str) {
        let precision = spec.precision.unwrap_or(1);
        let mut digits = format!("{}{digits}", "0".repeat(precision.saturating_sub(digits.len())));
        if spec.zero && !spec.left && spec.precision.is_none() {
            let missing = spec.width.saturating_sub(digits.len() + prefix.len());
            digits = format!("{}{digits}", "0".repeat(missing));
        }
        self.pad(&format!("{prefix}{digits}"), spec, true);
    }

    fn pad(&mut self, text: &str, spec: &Spec, _number: bool) {
        let blanks = " ".repeat(spec.width.saturating_sub(text.chars().count()));
        if spec.left {
            self.text.push_str(&format!("{text}{blanks}"));
        } else {
            self.text.push_str(&format!("{blanks}{text}"));
        }
    }

    fn next_word(&mut self) -> String {
        let Some((first, rest)) = self.arguments.split_first() else { return String::new() };
        self.arguments = rest;
        self.request.show(first)
    }

    fn number(&mut self) -> i64 {
        let word = self.next_word();
        if word.is_empty() {
            return 0;
        }
        if let Some(quoted) = word.strip_prefix(['\'', '"']) {
            return quoted.chars().next().map_or(0, |c| i64::from(u32::from(c)));
        }
        if let Some(number) = integer(&word) {
            return number;
        }
        self.output.err(self.request.message(&format!("{word}: invalid number")), 1);
        let sign = usize::from(word.starts_with(['-', '+']));
        let digits = word[sign..].chars().take_while(char::is_ascii_digit).count();
        word[..sign + digits].parse().unwrap_or(0)
    }

    fn complain(&mut self, message: &str, about: &str) {
        self.output.err(self.request.message(&format!("`{about}': {message}")), 1);
    }
}

/// Decimal, `0x` or octal.
fn integer(word: &str) -> Option<i64> {
    let (negative, digits) = match word.strip_prefix('-') {
        Some(digits) => (true, digits),
        None => (false, word.strip_prefix('+').unwrap_or(word)),
    };
    if digits.starts_with(['+', '-']) {
        return None;
    }
    let number = if let Some(hex) = digits.strip_prefix("0x").or_else(|| digits.strip_prefix("0X")) {
        i64::from_str_radix(hex, 16).ok()?
    } else if digits.len() > 1 && digits.starts_with('0') {
        i64::from_str_radix(digits, 8).ok()?
    } else {
        digits.parse().ok()?
    };
    Some(if negative { number.wrapping_neg() } else { number })
}

/// Quotes a word so that a shell reads it back.
fn quote(word: &str) -> String {
    if word.is_empty() {
        return "''".to_owned();
    }
    let safe = |c: char| c.is_ascii_alphanumeric() || "_-./:=@%+,".contains(c);
    word.chars().map(|c| if safe(c) { c.to_string() } else { format!("\\{c}") }).collect()
}
