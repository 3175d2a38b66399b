//! `sort` and `uniq`, as coreutils' in the C locale.

use super::input::{lines, read};
use super::options::{self, Opt, flag, value};
use super::{Action, Command, Output, Planned, Request, TOOL};
use std::cmp::Ordering;

const SORT_OPTIONS: &[Opt] = &[
    flag('n', "numeric-sort"),
    flag('r', "reverse"),
    flag('u', "unique"),
    flag('f', "ignore-case"),
    flag('b', "ignore-leading-blanks"),
    flag('c', "check"),
    flag('s', "stable"),
    value('k', "key"),
    value('t', "field-separator"),
];

pub(super) const SORT: Command = Command {
    name: "sort",
    usage: "[-bcfnrsu] [-k KEY] [-t CHARACTER] [FILE…]",
    options: SORT_OPTIONS,
    usage_status: 2,
    action: Action::Plan(sort),
    ..TOOL
};

const UNIQ_OPTIONS: &[Opt] =
    &[flag('c', "count"), flag('d', "repeated"), flag('u', "unique"), flag('i', "ignore-case")];

pub(super) const UNIQ: Command = Command {
    name: "uniq",
    usage: "[-cdiu] [FILE]",
    options: UNIQ_OPTIONS,
    action: Action::Plan(uniq),
    ..TOOL
};

/// A key of `-k`: fields, counted from 1, with letters of their own.
#[derive(Clone, Debug)]
struct Key {
    from: (usize, usize),
    to: Option<(usize, usize)>,
    letters: String,
}

fn sort(request: &Request<'_>) -> Planned {
    let parsed = match options::parse(request) {
        Ok(parsed) => parsed,
        Err(output) => return output.into(),
    };
    let mut keys = Vec::new();
    for (letter, word) in &parsed.options {
        if *letter == 'k' {
            let word = request.show(word);
            match key(&word) {
                Some(key) => keys.push(key),
                None => {
                    let message =
                        format!("invalid number at field start: invalid count at start of '{word}'");
                    return Output::error(request.message(&message), 2).into();
                }
            }
        }
    }
    let separator = parsed.value('t').and_then(|word| request.show(word).chars().next());
    let letters: String = "nrfb".chars().filter(|letter| parsed.has(*letter)).collect();
    let unique = parsed.has('u');
    let (check, stable) = (parsed.has('c'), parsed.has('s'));
    read(request, &parsed.operands, move |files| {
        let mut output = Output::default();
        let mut rows: Vec<String> = Vec::new();
        for file in files {
            match file.text {
                Ok(text) => rows.extend(lines(&text).map(str::to_owned)),
                Err(refusal) => {
                    let doing = if refusal.at == "read" { "read failed" } else { "cannot read" };
                    return Output::error(
                        format!("sort: {doing}: {}: {}\n", file.name, refusal.errno.text()),
                        2,
                    );
                }
            }
        }
        let compare = |a: &String, b: &String| by_keys(a, b, &keys, &letters, separator);
        let whole = |a: &String, b: &String| {
            let last = if letters.contains('r') { b.cmp(a) } else { a.cmp(b) };
            compare(a, b).then(if unique || stable { Ordering::Equal } else { last })
        };
        if check {
            let wrong = rows.windows(2).position(|pair| whole(&pair[0], &pair[1]) == Ordering::Greater);
            return wrong.map_or_else(Output::default, |at| {
                Output::error(format!("sort: -:{}: disorder: {}\n", at + 2, rows[at + 1]), 1)
            });
        }
        rows.sort_by(whole);
        if unique {
            rows.dedup_by(|a, b| compare(a, b) == Ordering::Equal);
        }
        for row in rows {
            output.out(format!("{row}\n"));
        }
        output
    })
}

fn key(word: &str) -> Option<Key> {
    let (from, to) = word.split_once(',').map_or((word, None), |(from, to)| (from, Some(to)));
    let mut letters = String::new();
    let mut position = |part: &str| -> Option<(usize, usize)> {
        let end = part.find(|c: char| c.is_ascii_alphabetic()).unwrap_or(part.len());
        letters.push_str(&part[end..]);
        let (field, character) = part[..end].split_once('.').unwrap_or((&part[..end], "0"));
        Some((field.parse().ok().filter(|field| *field > 0)?, character.parse().ok()?))
    };
    let from = position(from)?;
    let to = match to {
        Some(to) => Some(position(to)?),
        None => None,
    };
    Some(Key { from, to, letters })
}

fn by_keys(a: &str, b: &str, keys: &[Key], letters: &str, separator: Option<char>) -> Ordering {
    if keys.is_empty() {
        return by_letters(a, b, letters);
    }
    for key in keys {
        let letters = if key.letters.is_empty() { letters } else { &key.letters };
        let order = by_letters(&cut(a, key, separator), &cut(b, key, separator), letters);
        if order != Ordering::Equal {
            return order;
        }
    }
    Ordering::Equal
}

fn by_letters(a: &str, b: &str, letters: &str) -> Ordering {
    let trim =
        |text: &str| if letters.contains('b') { text.trim_start().to_owned() } else { text.to_owned() };
    let (a, b) = (trim(a), trim(b));
    let order = if letters.contains('n') {
        number(&a).total_cmp(&number(&b))
    } else if letters.contains('f') {
        a.to_uppercase().cmp(&b.to_uppercase())
    } else {
        a.cmp(&b)
    };
    if letters.contains('r') { order.reverse() } else { order }
}

/// The number at the start of a text, as `sort -n` reads it.
fn number(text: &str) -> f64 {
    let text = text.trim_start();
    let sign = usize::from(text.starts_with('-'));
    let mut dot = false;
    let digits = text[sign..]
        .chars()
        .take_while(|c| c.is_ascii_digit() || (*c == '.' && !std::mem::replace(&mut dot, true)));
    let length = digits.count();
    text[..sign + length].trim_end_matches('.').parse().unwrap_or(0.0)
}

/// The part of a line that a key covers.
fn cut(line: &str, key: &Key, separator: Option<char>) -> String {
    let fields = fields(line, separator);
    let mut part = String::new();
    let last = key.to.map_or(fields.len(), |(field, _)| field.min(fields.len()));
    for (index, field) in fields.iter().enumerate().take(last).skip(key.from.0.saturating_sub(1)) {
        if let (Some(separator), false) = (separator, part.is_empty()) {
            part.push(separator);
        }
        let skip = if index + 1 == key.from.0 { key.from.1.saturating_sub(1) } else { 0 };
        let take = match key.to {
            Some((to, character)) if to == index + 1 && character > 0 => character.saturating_sub(skip),
            _ => usize::MAX,
        };
        part.extend(field.chars().skip(skip).take(take));
    }
    part
}

/// Fields as sort sees them: blanks belong to the field behind them.
fn fields(line: &str, separator: Option<char>) -> Vec<&str> {
    if let Some(separator) = separator {
        return line.split(separator).collect();
    }
    let mut fields = Vec::new();
    let mut start = 0;
    let mut in_word = false;
    for (index, c) in line.char_indices() {
        let blank = c == ' ' || c == '\t';
        if blank && in_word {
            fields.push(&line[start..index]);
            start = index;
        }
        in_word = !blank;
    }
    fields.push(&line[start..]);
    fields
}

fn uniq(request: &Request<'_>) -> Planned {
    let parsed = match options::parse(request) {
        Ok(parsed) => parsed,
        Err(output) => return output.into(),
    };
    let (counts, repeated, single, fold) =
        (parsed.has('c'), parsed.has('d'), parsed.has('u'), parsed.has('i'));
    let files = &parsed.operands[..parsed.operands.len().min(1)];
    read(request, files, move |files| {
        let mut output = Output::default();
        for file in files {
            let text = match file.text {
                Ok(text) => text,
                Err(refusal) => {
                    return Output::error(format!("uniq: {}: {}\n", file.name, refusal.errno.text()), 1);
                }
            };
            let mut groups: Vec<(&str, usize)> = Vec::new();
            for line in lines(&text) {
                match groups.last_mut() {
                    Some((last, count)) if *last == line || fold && last.eq_ignore_ascii_case(line) => {
                        *count += 1
                    }
                    _ => groups.push((line, 1)),
                }
            }
            for (line, count) in groups {
                if repeated && count == 1 || single && count > 1 {
                    continue;
                }
                output.out(if counts { format!("{count:>7} {line}\n") } else { format!("{line}\n") });
            }
        }
        output
    })
}
