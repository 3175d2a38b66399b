//! `head` and `tail`, as coreutils'.

use super::input::read_enough;
use super::options::{self, Opt, flag, value};
use super::{Action, Command, Enough, Output, Planned, Request, TOOL};
use crate::plan::Text;

const OPTIONS: &[Opt] = &[value('n', "lines"), value('c', "bytes"), flag('q', "quiet"), flag('v', "verbose")];

pub(super) const HEAD: Command = Command {
    name: "head",
    usage: "[-n LINES] [-c BYTES] [-qv] [FILE…]",
    options: OPTIONS,
    action: Action::Plan(plan),
    ..TOOL
};

pub(super) const TAIL: Command = Command {
    name: "tail",
    usage: "[-n LINES] [-c BYTES] [-qv] [FILE…]",
    options: OPTIONS,
    action: Action::Plan(plan),
    ..TOOL
};

/// How much is kept.
#[derive(Clone, Copy)]
struct Amount {
    bytes: bool,
    /// `-` in front for head, `+` for tail: counted from the other end.
    other_end: bool,
    count: usize,
}

impl Amount {
    /// What has to be read for it, counted from the start.
    fn enough(self) -> Enough {
        let count = self.count as u64;
        if self.bytes { Enough::Bytes(count) } else { Enough::Lines(count) }
    }
}

fn plan(request: &Request<'_>) -> Planned {
    let arguments = old_form(request.arguments);
    let request = &Request { arguments: &arguments, ..*request };
    let parsed = match options::parse(request) {
        Ok(parsed) => parsed,
        Err(output) => return output.into(),
    };
    let head = request.command.name == "head";
    let amount = match amount(request, &parsed, head) {
        Ok(amount) => amount,
        Err(output) => return output.into(),
    };
    let banners = parsed.has('v') || parsed.operands.len() > 1 && !parsed.has('q');
    let name = request.command.name;
    let enough = (head && !amount.other_end).then(|| amount.enough());
    read_enough(request, &parsed.operands, enough, move |files| {
        let mut output = Output::default();
        let mut first = true;
        for file in files {
            let text = match file.text {
                Ok(text) => text,
                Err(refusal) => {
                    let doing = if refusal.at == "read" {
                        format!("error reading '{}'", file.name)
                    } else {
                        format!("cannot open '{}' for reading", file.name)
                    };
                    output.err(format!("{name}: {doing}: {}\n", refusal.errno.text()), 1);
                    continue;
                }
            };
            if banners {
                let shown = if file.name == "-" { "standard input" } else { &file.name };
                let gap = if first { "" } else { "\n" };
                output.out(format!("{gap}==> {shown} <==\n"));
            }
            first = false;
            output.out(if head { keep_head(&text, amount) } else { keep_tail(&text, amount) });
        }
        output
    })
}

/// Turns `-5` into `-n5`.
fn old_form(arguments: &[Text]) -> Vec<Text> {
    let mut arguments = arguments.to_vec();
    if let Some(first) = arguments.first_mut()
        && let Some(number) = first.plain().and_then(|word| word.strip_prefix('-'))
        && !number.is_empty()
        && number.chars().all(|c| c.is_ascii_digit())
    {
        *first = Text::from(format!("-n{number}"));
    }
    arguments
}

fn amount(request: &Request<'_>, parsed: &options::Parsed, head: bool) -> Result<Amount, Output> {
    let bytes = parsed.last_of("nc") == Some('c');
    let Some(word) = parsed.value(if bytes { 'c' } else { 'n' }).map(|word| request.show(word)) else {
        return Ok(Amount { bytes, other_end: false, count: 10 });
    };
    let sign = if head { '-' } else { '+' };
    let digits = word.strip_prefix(sign).unwrap_or(&word);
    let digits = if head { digits } else { digits.strip_prefix('-').unwrap_or(digits) };
    let (digits, factor) = match digits.chars().last() {
        Some('K' | 'k') => (&digits[..digits.len() - 1], 1024),
        Some('M') => (&digits[..digits.len() - 1], 1024 * 1024),
        _ => (digits, 1),
    };
    match digits.parse::<usize>() {
        Ok(count) => {
            Ok(Amount { bytes, other_end: word.starts_with(sign), count: count.saturating_mul(factor) })
        }
        Err(_) => {
            let what = if bytes { "bytes" } else { "lines" };
            Err(Output::error(request.message(&format!("invalid number of {what}: '{word}'")), 1))
        }
    }
}

fn keep_head(text: &str, amount: Amount) -> String {
    let units = units(text, amount.bytes);
    let count = if amount.other_end { units.len().saturating_sub(amount.count) } else { amount.count };
    units.into_iter().take(count).collect()
}

fn keep_tail(text: &str, amount: Amount) -> String {
    let units = units(text, amount.bytes);
    let skip = if amount.other_end {
        amount.count.saturating_sub(1)
    } else {
        units.len().saturating_sub(amount.count)
    };
    units.into_iter().skip(skip).collect()
}

fn units(text: &str, bytes: bool) -> Vec<&str> {
    if bytes { text.split_inclusive(|_| true).collect() } else { text.split_inclusive('\n').collect() }
}
