//! Expanded words in pieces: characters that remember where they came from, and the splitting into fields.

use crate::plan::{Actor, Piece, Text};

/// Where a character came from; it decides what may still happen to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Origin {
    /// Typed without quotes: may be a pattern.
    Literal,
    /// Typed or expanded in quotes: stays as it is.
    Quoted,
    /// Came out of an expansion without quotes: may be split and may be a pattern.
    Expanded,
}

/// A part of an expanded word.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Bit {
    /// A character.
    Char(char, Origin),
    /// The pid of an actor; digits, which are neither split nor patterns.
    Pid(Actor),
    /// A quote was here: the field exists, even if it is empty.
    Quote,
    /// Between two of `"$@"`.
    Break,
}

/// Appends a text.
pub(super) fn push_text(bits: &mut Vec<Bit>, text: &Text, origin: Origin) {
    for piece in text.pieces() {
        match piece {
            Piece::Literal(literal) => bits.extend(literal.chars().map(|c| Bit::Char(c, origin))),
            Piece::PidOf { pid_of } => bits.push(Bit::Pid(pid_of.clone())),
        }
    }
}

/// Joins the bits to a text, quotes removed.
pub(super) fn join(bits: &[Bit]) -> Text {
    let mut text = Text::default();
    let mut run = String::new();
    for bit in bits {
        match bit {
            Bit::Char(c, _) => run.push(*c),
            Bit::Pid(actor) => {
                text.push_str(&run);
                run.clear();
                text.push_pid(actor);
            }
            Bit::Break => run.push(' '),
            Bit::Quote => {}
        }
    }
    text.push_str(&run);
    text
}

/// Splits at what came out of expansions and is in IFS, as POSIX 2.6.5 says.
pub(super) fn split(bits: Vec<Bit>, ifs: &str) -> Vec<Vec<Bit>> {
    let mut splitter = Splitter::default();
    for bit in bits {
        match bit {
            Bit::Break => splitter.end_field(),
            Bit::Char(c, Origin::Expanded) if ifs.contains(c) && c.is_ascii_whitespace() => splitter.blank(),
            Bit::Char(c, Origin::Expanded) if ifs.contains(c) => splitter.delimiter(),
            other => splitter.take(other),
        }
    }
    splitter.finish()
}

/// The fields so far.
#[derive(Default)]
struct Splitter {
    fields: Vec<Vec<Bit>>,
    current: Option<Vec<Bit>>,
    /// A blank has ended a field, and a delimiter that follows belongs to the same end.
    ended_by_blank: bool,
}

impl Splitter {
    fn take(&mut self, bit: Bit) {
        self.ended_by_blank = false;
        self.current.get_or_insert_with(Vec::new).push(bit);
    }

    fn end_field(&mut self) {
        self.fields.extend(self.current.take());
    }

    fn blank(&mut self) {
        if self.current.is_some() {
            self.end_field();
            self.ended_by_blank = true;
        }
    }

    fn delimiter(&mut self) {
        if self.current.is_some() {
            self.end_field();
        } else if !std::mem::take(&mut self.ended_by_blank) {
            self.fields.push(Vec::new());
        }
    }

    fn finish(mut self) -> Vec<Vec<Bit>> {
        self.end_field();
        self.fields
    }
}
