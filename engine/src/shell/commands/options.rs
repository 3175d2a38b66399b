//! Options, read as getopt_long(3) does.

use super::{Command, Output, Request, option_summary};
use crate::plan::Text;
use crate::shell::{Hint, nearest};

/// An option.
#[derive(Clone, Copy, Debug)]
pub struct Opt {
    /// Its letter, or a letter that stands for it where it has only a long form.
    pub short: char,
    /// Its long form, or nothing.
    pub long: &'static str,
    /// True where a value follows.
    pub takes: bool,
    /// True where only the long form can be typed.
    pub only_long: bool,
}

/// An option without a value.
pub(super) const fn flag(short: char, long: &'static str) -> Opt {
    Opt { short, long, takes: false, only_long: false }
}

/// An option with a value.
pub(super) const fn value(short: char, long: &'static str) -> Opt {
    Opt { short, long, takes: true, only_long: false }
}

impl Opt {
    /// What it is called in messages: its letter, or its long form.
    pub fn id(&self) -> String {
        if self.only_long { self.long.to_owned() } else { self.short.to_string() }
    }

    /// What is typed.
    pub fn typed(&self) -> String {
        if self.only_long { format!("--{}", self.long) } else { format!("-{}", self.short) }
    }
}

/// What was typed behind a command.
#[derive(Clone, Debug, Default)]
pub(super) struct Parsed {
    /// Options in order, with their values.
    pub(super) options: Vec<(char, Text)>,
    /// The other words.
    pub(super) operands: Vec<Text>,
}

impl Parsed {
    /// True where the option was given.
    pub(super) fn has(&self, short: char) -> bool {
        self.options.iter().any(|(letter, _)| *letter == short)
    }

    /// The value that was given last.
    pub(super) fn value(&self, short: char) -> Option<&Text> {
        self.options.iter().rev().find(|(letter, _)| *letter == short).map(|(_, value)| value)
    }

    /// The option of these that was given last.
    pub(super) fn last_of(&self, letters: &str) -> Option<char> {
        self.options.iter().rev().map(|(letter, _)| *letter).find(|letter| letters.contains(*letter))
    }
}

/// Reads the arguments. `--help` and wrong usage give what is to be printed instead.
pub(super) fn parse(request: &Request<'_>) -> Result<Parsed, Output> {
    read(request, true)
}

/// The same for commands whose options end at the first other word, which is a command with its own.
pub(super) fn parse_leading(request: &Request<'_>) -> Result<Parsed, Output> {
    read(request, false)
}

fn read(request: &Request<'_>, permute: bool) -> Result<Parsed, Output> {
    let mut parsed = Parsed::default();
    let mut words = request.arguments.iter();
    while let Some(word) = words.next() {
        match word.plain() {
            Some("--") => {
                parsed.operands.extend(words.cloned());
                break;
            }
            Some(long) if long.starts_with("--") => {
                let option = read_long(request, &long[2..], &mut words)?;
                parsed.options.push(option);
            }
            Some(short) if short.len() > 1 && short.starts_with('-') => {
                read_short(request, &short[1..], &mut words, &mut parsed)?;
            }
            _ if permute => parsed.operands.push(word.clone()),
            _ => {
                parsed.operands.push(word.clone());
                parsed.operands.extend(words.cloned());
                break;
            }
        }
    }
    Ok(parsed)
}

fn read_short<'w>(
    request: &Request<'_>,
    letters: &str,
    words: &mut impl Iterator<Item = &'w Text>,
    parsed: &mut Parsed,
) -> Result<(), Output> {
    for (index, letter) in letters.char_indices() {
        let known = request.command.options.iter().find(|option| option.short == letter && !option.only_long);
        let Some(option) = known else { return Err(unknown(request, letter)) };
        if !option.takes {
            parsed.options.push((letter, Text::default()));
            continue;
        }
        let rest = &letters[index + letter.len_utf8()..];
        let value = if rest.is_empty() { words.next().cloned() } else { Some(Text::from(rest)) };
        let Some(value) = value else {
            return Err(usage(request, &format!("option requires an argument -- '{letter}'")));
        };
        parsed.options.push((letter, value));
        return Ok(());
    }
    Ok(())
}

fn read_long<'w>(
    request: &Request<'_>,
    word: &str,
    words: &mut impl Iterator<Item = &'w Text>,
) -> Result<(char, Text), Output> {
    let (name, value) = word.split_once('=').map_or((word, None), |(name, value)| (name, Some(value)));
    if name == "help" {
        return Err(super::help::usage(request.command));
    }
    let longs = || request.command.options.iter().filter(|option| !option.long.is_empty());
    let exact = longs().find(|option| option.long == name);
    let mut abbreviated = longs().filter(|option| option.long.starts_with(name));
    let option = match (exact, abbreviated.next(), abbreviated.next()) {
        (Some(option), ..) | (None, Some(option), None) => option,
        (None, Some(_), Some(_)) => return Err(usage(request, &format!("option '--{word}' is ambiguous"))),
        (None, None, _) => {
            let near = nearest(name, longs().map(|option| option.long));
            let option = near.and_then(|near| longs().find(|option| option.long == near));
            let hint = option.map(|option| {
                suggest(request.command, &format!("--{name}"), &format!("--{}", option.long), option)
            });
            return Err(usage(request, &format!("unrecognized option '--{name}'")).with_hint(hint));
        }
    };
    match (option.takes, value) {
        (true, Some(value)) => Ok((option.short, Text::from(value))),
        (true, None) => match words.next() {
            Some(value) => Ok((option.short, value.clone())),
            None => Err(usage(request, &format!("option '--{}' requires an argument", option.long))),
        },
        (false, None) => Ok((option.short, Text::default())),
        (false, Some(_)) => {
            Err(usage(request, &format!("option '--{}' doesn't allow an argument", option.long)))
        }
    }
}

fn unknown(request: &Request<'_>, letter: char) -> Output {
    let hint = nearest_letter(request.command, letter)
        .map(|option| suggest(request.command, &format!("-{letter}"), &option.typed(), option));
    usage(request, &format!("invalid option -- '{letter}'")).with_hint(hint)
}

/// The option that was probably meant: the other case of the letter, or a letter that looks like the digit.
pub(super) fn nearest_letter(command: &Command, letter: char) -> Option<&'static Opt> {
    let other_case =
        if letter.is_uppercase() { letter.to_lowercase().next() } else { letter.to_uppercase().next() };
    let alike: &[char] = match letter {
        '0' => &['O', 'o'],
        '1' => &['l', 'I', 'i'],
        '5' => &['s', 'S'],
        '8' => &['B', 'b'],
        _ => &[],
    };
    let wanted = alike.iter().copied().chain(other_case);
    wanted
        .into_iter()
        .find_map(|letter| command.options.iter().find(|option| option.short == letter && !option.only_long))
}

/// Did you mean this option, and what it does.
pub(super) fn suggest(command: &Command, typed: &str, suggestion: &str, option: &Opt) -> Hint {
    Hint::new("hint-option")
        .with("command", command.name)
        .with("typed", typed)
        .with("suggestion", suggestion)
        .with("does", option_summary(command, option))
}

/// A message about wrong usage, as the tools end it.
pub(super) fn usage(request: &Request<'_>, message: &str) -> Output {
    let command = request.command;
    let name = command.name;
    let more = if name == "grep" {
        format!("Usage: {name} {}\n", "[OPTION]... PATTERNS [FILE]...")
    } else {
        String::new()
    };
    if command.builtin {
        return Output::error(
            format!("{}{name}: usage: {name} {}\n", request.message(message), command.usage),
            command.usage_status,
        );
    }
    let text = format!("{}{more}Try '{name} --help' for more information.\n", request.message(message));
    Output::error(text, command.usage_status)
}
