//! Shell patterns: `*`, `?`, `[…]`.

use super::fields::{Bit, Origin};

/// One unit of a pattern.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Unit {
    /// This character.
    Literal(char),
    /// `?`.
    Any,
    /// `*`.
    Run,
    /// `[…]`: negated or not, and the ranges.
    Set(bool, Vec<(char, char)>),
}

/// A pattern that has been read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Pattern(Vec<Unit>);

impl Pattern {
    /// Reads a pattern from an expanded word: what was quoted stands for itself. Pids must have been resolved.
    pub(super) fn compile(bits: &[Bit]) -> Self {
        let chars: Vec<(char, bool)> = bits
            .iter()
            .filter_map(|bit| match bit {
                Bit::Char(c, origin) => Some((*c, *origin != Origin::Quoted)),
                _ => None,
            })
            .collect();
        let mut units = Vec::new();
        let mut at = 0;
        while let Some(&(c, special)) = chars.get(at) {
            at += 1;
            units.push(match (c, special) {
                ('?', true) => Unit::Any,
                ('*', true) => Unit::Run,
                ('[', true) => match set(&chars, at) {
                    Some((unit, next)) => {
                        at = next;
                        unit
                    }
                    None => Unit::Literal('['),
                },
                _ => Unit::Literal(c),
            });
        }
        Self(units)
    }

    /// True where the whole text matches. Takes time in proportion to pattern times text.
    pub(super) fn matches(&self, text: &[char]) -> bool {
        let (mut at, mut unit) = (0, 0);
        let mut retry: Option<(usize, usize)> = None;
        while at < text.len() {
            match self.0.get(unit) {
                Some(Unit::Run) => {
                    retry = Some((unit + 1, at));
                    unit += 1;
                }
                Some(one) if one.takes(text[at]) => {
                    at += 1;
                    unit += 1;
                }
                _ => match retry {
                    Some((after, from)) => {
                        retry = Some((after, from + 1));
                        unit = after;
                        at = from + 1;
                    }
                    None => return false,
                },
            }
        }
        self.0.iter().skip(unit).all(|unit| *unit == Unit::Run)
    }

    /// True where a name that starts with a dot may match: the pattern spells the dot out.
    pub(super) fn starts_with_dot(&self) -> bool {
        self.0.first() == Some(&Unit::Literal('.'))
    }
}

impl Unit {
    fn takes(&self, c: char) -> bool {
        match self {
            Self::Literal(literal) => *literal == c,
            Self::Any => true,
            Self::Run => false,
            Self::Set(negated, ranges) => {
                ranges.iter().any(|(from, to)| (*from..=*to).contains(&c)) != *negated
            }
        }
    }
}

/// Reads a set behind its `[`; gives the index behind its `]`.
fn set(chars: &[(char, bool)], start: usize) -> Option<(Unit, usize)> {
    let mut at = start;
    let negated = matches!(chars.get(at), Some(('!' | '^', true)));
    if negated {
        at += 1;
    }
    let mut ranges = Vec::new();
    let first = at;
    loop {
        let (c, special) = *chars.get(at)?;
        if c == ']' && special && at > first {
            return Some((Unit::Set(negated, ranges), at + 1));
        }
        if c == '['
            && let Some((class, next)) = class(chars, at)
        {
            ranges.extend_from_slice(class);
            at = next;
            continue;
        }
        match (chars.get(at + 1), chars.get(at + 2)) {
            (Some(('-', true)), Some((to, _))) if *to != ']' => {
                ranges.push((c, *to));
                at += 3;
            }
            _ => {
                ranges.push((c, c));
                at += 1;
            }
        }
    }
}

/// Reads `[:name:]`.
fn class(chars: &[(char, bool)], at: usize) -> Option<(&'static [(char, char)], usize)> {
    const CLASSES: [(&str, &[(char, char)]); 8] = [
        ("alpha", &[('a', 'z'), ('A', 'Z')]),
        ("digit", &[('0', '9')]),
        ("alnum", &[('a', 'z'), ('A', 'Z'), ('0', '9')]),
        ("upper", &[('A', 'Z')]),
        ("lower", &[('a', 'z')]),
        ("space", &[(' ', ' '), ('\t', '\r')]),
        ("blank", &[(' ', ' '), ('\t', '\t')]),
        ("xdigit", &[('0', '9'), ('a', 'f'), ('A', 'F')]),
    ];
    let rest: String = chars.get(at..)?.iter().take(12).map(|(c, _)| *c).collect();
    let (name, _) = rest.strip_prefix("[:")?.split_once(":]")?;
    let (_, ranges) = CLASSES.iter().find(|(known, _)| *known == name)?;
    Some((ranges, at + name.len() + 4))
}
