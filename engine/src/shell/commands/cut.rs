//! `cut` and `tr`, as coreutils'.

use super::escape::{Style, backslashes};
use super::input::{lines, read};
use super::options::{self, Opt, flag, value};
use super::{Action, Command, Completes, Output, Planned, Request, TOOL};

const CUT_OPTIONS: &[Opt] =
    &[value('d', "delimiter"), value('f', "fields"), value('c', "characters"), flag('s', "only-delimited")];

pub(super) const CUT: Command = Command {
    name: "cut",
    usage: "-f LIST [-d CHARACTER] [-s] [FILE…] | -c LIST [FILE…]",
    options: CUT_OPTIONS,
    action: Action::Plan(cut),
    ..TOOL
};

const TR_OPTIONS: &[Opt] = &[flag('d', "delete"), flag('s', "squeeze-repeats"), flag('c', "complement")];

pub(super) const TR: Command = Command {
    name: "tr",
    usage: "[-cds] SET1 [SET2]",
    options: TR_OPTIONS,
    completes: Completes::Nothing,
    action: Action::Plan(tr),
    ..TOOL
};

fn cut(request: &Request<'_>) -> Planned {
    let parsed = match options::parse(request) {
        Ok(parsed) => parsed,
        Err(output) => return output.into(),
    };
    let (list, by_fields) = match (parsed.value('f'), parsed.value('c')) {
        (Some(list), None) => (request.show(list), true),
        (None, Some(list)) => (request.show(list), false),
        (None, None) => {
            return options::usage(request, "you must specify a list of bytes, characters, or fields").into();
        }
        _ => return options::usage(request, "only one list may be specified").into(),
    };
    let Some(ranges) = ranges(&list) else {
        let message = if by_fields { "invalid field value" } else { "invalid byte/character position" };
        return options::usage(request, &format!("{message} '{list}'")).into();
    };
    let delimiter = parsed.value('d').map_or('\t', |word| request.show(word).chars().next().unwrap_or('\t'));
    let only = parsed.has('s');
    read(request, &parsed.operands, move |files| {
        let mut output = Output::default();
        let wanted = |index: usize| ranges.iter().any(|(from, to)| (*from..=*to).contains(&(index + 1)));
        for file in files {
            let text = match file.text {
                Ok(text) => text,
                Err(refusal) => {
                    output.err(format!("cut: {}: {}\n", file.name, refusal.errno.text()), 1);
                    continue;
                }
            };
            for line in lines(&text) {
                let kept: String = if !by_fields {
                    line.chars().enumerate().filter(|(index, _)| wanted(*index)).map(|(_, c)| c).collect()
                } else if !line.contains(delimiter) {
                    if only {
                        continue;
                    }
                    line.to_owned()
                } else {
                    let fields = line.split(delimiter).enumerate().filter(|(index, _)| wanted(*index));
                    fields.map(|(_, field)| field).collect::<Vec<_>>().join(&delimiter.to_string())
                };
                output.out(format!("{kept}\n"));
            }
        }
        output
    })
}

/// Reads `1,3-5,7-`.
fn ranges(list: &str) -> Option<Vec<(usize, usize)>> {
    let one = |part: &str| -> Option<(usize, usize)> {
        let number = |word: &str| word.parse::<usize>().ok().filter(|number| *number > 0);
        match part.split_once('-') {
            None => number(part).map(|number| (number, number)),
            Some(("", "")) => None,
            Some(("", to)) => Some((1, number(to)?)),
            Some((from, "")) => Some((number(from)?, usize::MAX)),
            Some((from, to)) => Some((number(from)?, number(to)?)),
        }
    };
    list.split(',').map(one).collect()
}

fn tr(request: &Request<'_>) -> Planned {
    let parsed = match options::parse(request) {
        Ok(parsed) => parsed,
        Err(output) => return output.into(),
    };
    let sets: Vec<Vec<char>> = parsed.operands.iter().map(|word| set(&request.show(word))).collect();
    let (delete, squeeze, complement) = (parsed.has('d'), parsed.has('s'), parsed.has('c'));
    let (first, second) = match sets.as_slice() {
        [] => return options::usage(request, "missing operand").into(),
        [only] if !delete && !squeeze => {
            let shown: String = only.iter().collect();
            let message =
                format!("missing operand after '{shown}'\nTwo strings must be given when translating.");
            return options::usage(request, &message).into();
        }
        [only] => (only.clone(), Vec::new()),
        [first, second, ..] => (first.clone(), second.clone()),
    };
    read(request, &[], move |files| {
        let mut result = String::new();
        for c in files.into_iter().flat_map(|file| file.text.unwrap_or_default().chars().collect::<Vec<_>>())
        {
            let place = first.iter().position(|one| *one == c);
            let hit = place.is_some() != complement;
            if hit && delete {
                continue;
            }
            let place = if complement { second.len() } else { place.unwrap_or(0) };
            let to =
                if hit && !delete { second.get(place).or(second.last()).copied().unwrap_or(c) } else { c };
            let squeezed = if second.is_empty() { hit } else { second.contains(&to) };
            if squeeze && squeezed && result.ends_with(to) {
                continue;
            }
            result.push(to);
        }
        Output::text(result)
    })
}

/// The characters of a set: ranges, classes and backslashes replaced.
fn set(word: &str) -> Vec<char> {
    const CLASSES: [(&str, &str); 6] = [
        ("[:lower:]", "a-z"),
        ("[:upper:]", "A-Z"),
        ("[:digit:]", "0-9"),
        ("[:alpha:]", "A-Za-z"),
        ("[:alnum:]", "0-9A-Za-z"),
        ("[:space:]", "\\t-\\r "),
    ];
    let mut word = word.to_owned();
    for (class, range) in CLASSES {
        word = word.replace(class, range);
    }
    let chars: Vec<char> = backslashes(&word, Style::Printf).0.chars().collect();
    let mut all = Vec::new();
    let mut at = 0;
    while at < chars.len() {
        if chars.get(at + 1) == Some(&'-') && chars.get(at + 2).is_some_and(|to| *to >= chars[at]) {
            all.extend((chars[at]..=chars[at + 2]).take(1000));
            at += 3;
        } else {
            all.push(chars[at]);
            at += 1;
        }
    }
    all
}
