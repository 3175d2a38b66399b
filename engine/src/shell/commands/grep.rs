//! `grep`: basic and extended expressions, without back-references.

use super::input::{Read, lines, read};
use super::options::{self, Opt, flag, value};
use super::{Action, Command, Output, Planned, Request, TOOL};
use crate::plan::reply::FileKind;
use crate::plan::{Fidelity, Observation, Probe, Text};
use regex_lite::{Regex, RegexBuilder};

const OPTIONS: &[Opt] = &[
    flag('i', "ignore-case"),
    flag('v', "invert-match"),
    flag('n', "line-number"),
    flag('c', "count"),
    flag('l', "files-with-matches"),
    flag('L', "files-without-match"),
    flag('q', "quiet"),
    flag('s', "no-messages"),
    flag('o', "only-matching"),
    flag('w', "word-regexp"),
    flag('x', "line-regexp"),
    flag('h', "no-filename"),
    flag('H', "with-filename"),
    flag('E', "extended-regexp"),
    flag('F', "fixed-strings"),
    flag('G', "basic-regexp"),
    flag('r', "recursive"),
    value('e', "regexp"),
    value('m', "max-count"),
];

pub(super) const GREP: Command = Command {
    name: "grep",
    usage: "[-chiHlLnoqrsvwxEF] [-e] PATTERN [FILE…]",
    options: OPTIONS,
    fidelity: Fidelity::Partial("partial-command-grep"),
    usage_status: 2,
    action: Action::Plan(plan),
    ..TOOL
};

/// Files that one `grep -r` may read.
const MOST: usize = 2000;

fn plan(request: &Request<'_>) -> Planned {
    let parsed = match options::parse(request) {
        Ok(parsed) => parsed,
        Err(output) => return output.into(),
    };
    let mut operands = parsed.operands.clone();
    let given: Vec<&Text> =
        parsed.options.iter().filter(|(letter, _)| *letter == 'e').map(|(_, word)| word).collect();
    let patterns: Vec<String> = if !given.is_empty() {
        given.iter().map(|word| request.show(word)).collect()
    } else if operands.is_empty() {
        let text = "Usage: grep [OPTION]... PATTERNS [FILE]...\nTry 'grep --help' for more information.\n";
        return Output::error(text, 2).into();
    } else {
        vec![request.show(&operands.remove(0))]
    };
    let regex = match compile(&parsed, &patterns) {
        Ok(regex) => regex,
        Err(message) => return Output::error(request.message(&message), 2).into(),
    };
    let limit = match parsed.value('m').map(|word| request.show(word)) {
        None => usize::MAX,
        Some(word) => match word.parse() {
            Ok(limit) => limit,
            Err(_) => return Output::error(request.message("invalid max count"), 2).into(),
        },
    };
    let recursive = parsed.has('r');
    if recursive && operands.is_empty() {
        operands.push(Text::from("."));
    }
    let several = operands.len() > 1 || recursive;
    let mut cut = false;
    if recursive {
        (operands, cut) = expand(request, operands);
    }
    let named = !parsed.has('h') && (several || parsed.has('H'));
    read(request, &operands, move |files| {
        let mut output = search(&parsed, &regex, files, named, limit);
        if cut {
            output.err(format!("grep: more than {MOST} files are not searched here\n"), 2);
        }
        output
    })
}

/// Replaces directories by the files below them; true where there are too many.
fn expand(request: &Request<'_>, operands: Vec<Text>) -> (Vec<Text>, bool) {
    let mut files = Vec::new();
    let mut open: Vec<Text> = operands.into_iter().rev().collect();
    while let Some(path) = open.pop() {
        let directory =
            matches!(request.look(&path), Observation::Stat(stat) if stat.kind == FileKind::Directory);
        if !directory {
            files.push(path);
        } else if let Observation::Entries(entries) =
            request.observe.observe(request.actor, &Probe::Directory(path.clone()))
        {
            open.extend(entries.iter().rev().map(|entry| super::join(&path, &entry.name)));
        }
        if files.len() > MOST {
            files.truncate(MOST);
            return (files, true);
        }
    }
    (files, false)
}

fn compile(parsed: &options::Parsed, patterns: &[String]) -> Result<Regex, String> {
    let kind = parsed.last_of("EFG").unwrap_or('G');
    let lines = patterns.iter().flat_map(|pattern| pattern.split('\n'));
    let one = |pattern: &str| match kind {
        'F' => escape(pattern),
        'E' => pattern.to_owned(),
        _ => from_basic(pattern),
    };
    let mut whole = lines.map(|pattern| format!("(?:{})", one(pattern))).collect::<Vec<_>>().join("|");
    if parsed.has('w') {
        whole = format!(r"\b(?:{whole})\b");
    }
    if parsed.has('x') {
        whole = format!("^(?:{whole})$");
    }
    let built = RegexBuilder::new(&whole)
        .case_insensitive(parsed.has('i'))
        .size_limit(1 << 20)
        .nest_limit(50)
        .build();
    built.map_err(|_| match (whole.contains('['), whole.contains('(')) {
        (true, _) => "Unmatched [, [^, [:, [., or [=".to_owned(),
        (_, true) => "Unmatched ( or \\(".to_owned(),
        _ => "Invalid regular expression".to_owned(),
    })
}

fn escape(text: &str) -> String {
    text.chars()
        .map(|c| {
            if c.is_alphanumeric() || c == '_' || c == ' ' {
                c.to_string()
            } else if c.is_ascii() {
                format!("\\{c}")
            } else {
                c.to_string()
            }
        })
        .collect()
}

/// Turns a basic expression into an extended one: what needs a backslash there needs none here.
fn from_basic(pattern: &str) -> String {
    let mut result = String::new();
    let mut chars = pattern.chars().peekable();
    let mut at_start = true;
    while let Some(c) = chars.next() {
        match c {
            '\\' => match chars.next() {
                Some(next @ ('(' | ')' | '{' | '}' | '|' | '+' | '?')) => result.push(next),
                Some('<' | '>') => result.push_str("\\b"),
                Some(next) => {
                    result.push('\\');
                    result.push(next);
                }
                None => result.push_str("\\\\"),
            },
            '(' | ')' | '{' | '}' | '|' | '+' | '?' => {
                result.push('\\');
                result.push(c);
            }
            '*' if at_start => result.push_str("\\*"),
            '[' => {
                result.push('[');
                // A bracket at the start of a set stands for itself.
                for next in [Some('^'), Some(']')].into_iter().flatten() {
                    if chars.peek() == Some(&next) {
                        chars.next();
                        result.push_str(if next == ']' { "\\]" } else { "^" });
                    }
                }
                while let Some(inner) = chars.next() {
                    match inner {
                        '\\' => result.push_str("\\\\"),
                        '[' if chars.peek() == Some(&':') => {
                            result.push('[');
                            for class in chars.by_ref() {
                                result.push(class);
                                if class == ']' {
                                    break;
                                }
                            }
                            continue;
                        }
                        '[' => result.push_str("\\["),
                        _ => result.push(inner),
                    }
                    if inner == ']' {
                        break;
                    }
                }
            }
            _ => result.push(c),
        }
        at_start = c == '^' && result.len() == 1;
    }
    result
}

fn search(parsed: &options::Parsed, regex: &Regex, files: Vec<Read>, named: bool, limit: usize) -> Output {
    let mut output = Output::default();
    let (mut any, mut trouble) = (false, false);
    for file in files {
        let name = if file.name == "-" { "(standard input)".to_owned() } else { file.name };
        let text = match file.text {
            Ok(text) => text,
            Err(refusal) => {
                trouble = true;
                if !parsed.has('s') {
                    output.err(format!("grep: {name}: {}\n", refusal.errno.text()), 2);
                }
                continue;
            }
        };
        let hits = |line: &&str| regex.is_match(line) != parsed.has('v');
        let matching: Vec<(usize, &str)> =
            lines(&text).enumerate().filter(|(_, line)| hits(line)).take(limit).collect();
        any |= if parsed.has('L') { matching.is_empty() } else { !matching.is_empty() };
        if !parsed.has('q') {
            output.out(show(parsed, regex, &name, &matching, named));
        }
    }
    output.status = if trouble && !(any && parsed.has('q')) { 2 } else { u8::from(!any) };
    output
}

fn show(
    parsed: &options::Parsed,
    regex: &Regex,
    name: &str,
    matching: &[(usize, &str)],
    named: bool,
) -> String {
    let prefix = if named { format!("{name}:") } else { String::new() };
    if parsed.has('l') || parsed.has('L') {
        let listed = matching.is_empty() == parsed.has('L');
        return if listed { format!("{name}\n") } else { String::new() };
    }
    if parsed.has('c') {
        return format!("{prefix}{}\n", matching.len());
    }
    let mut text = String::new();
    for (index, line) in matching {
        let number = if parsed.has('n') { format!("{}:", index + 1) } else { String::new() };
        if !parsed.has('o') {
            text.push_str(&format!("{prefix}{number}{line}\n"));
        } else if !parsed.has('v') {
            for found in regex.find_iter(line).filter(|found| !found.is_empty()) {
                text.push_str(&format!("{prefix}{number}{}\n", found.as_str()));
            }
        }
    }
    text
}
