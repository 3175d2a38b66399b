//! Text that may contain pids not yet known.

use super::Actor;
use serde::{Deserialize, Serialize};
use std::fmt;

/// A part of a [`Text`].
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Piece {
    /// Characters as they are.
    Literal(String),
    /// The pid of an actor, in decimal, as the kernel that performs the step knows it.
    PidOf {
        /// Whose pid.
        pid_of: Actor,
    },
}

/// A word, a path or file content in which pids of actors are references, not numbers.
///
/// `echo $$` is planned before any kernel has been asked for the shell's pid; the backend puts the number in.
/// Neighbouring literals are always merged, so equal texts compare equal.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(from = "Written", into = "Written")]
pub struct Text(Vec<Piece>);

/// How a text is written to a file: a plain string where it has no references.
#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum Written {
    Plain(String),
    Pieces(Vec<Piece>),
}

impl From<Written> for Text {
    fn from(written: Written) -> Self {
        match written {
            Written::Plain(text) => Self::from(text),
            Written::Pieces(pieces) => pieces.into_iter().collect(),
        }
    }
}

impl From<Text> for Written {
    fn from(text: Text) -> Self {
        match text.plain() {
            Some(plain) => Self::Plain(plain.to_owned()),
            None => Self::Pieces(text.0),
        }
    }
}

impl From<&str> for Text {
    fn from(text: &str) -> Self {
        Self::from(text.to_owned())
    }
}

impl From<String> for Text {
    fn from(text: String) -> Self {
        if text.is_empty() { Self::default() } else { Self(vec![Piece::Literal(text)]) }
    }
}

impl FromIterator<Piece> for Text {
    fn from_iter<I: IntoIterator<Item = Piece>>(pieces: I) -> Self {
        let mut text = Self::default();
        for piece in pieces {
            match piece {
                Piece::Literal(literal) => text.push_str(&literal),
                Piece::PidOf { pid_of } => text.push_pid(&pid_of),
            }
        }
        text
    }
}

impl Text {
    /// The pid of an actor as text.
    pub fn pid_of(actor: &Actor) -> Self {
        Self(vec![Piece::PidOf { pid_of: actor.clone() }])
    }

    /// The parts, in order.
    pub fn pieces(&self) -> &[Piece] {
        &self.0
    }

    /// True where there is nothing, not even a reference.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The characters, if no pid is referred to.
    pub fn plain(&self) -> Option<&str> {
        match self.0.as_slice() {
            [] => Some(""),
            [Piece::Literal(text)] => Some(text),
            _ => None,
        }
    }

    /// Appends characters.
    pub fn push_str(&mut self, text: &str) {
        match self.0.last_mut() {
            _ if text.is_empty() => {}
            Some(Piece::Literal(last)) => last.push_str(text),
            _ => self.0.push(Piece::Literal(text.to_owned())),
        }
    }

    /// Appends a reference to an actor's pid.
    pub fn push_pid(&mut self, actor: &Actor) {
        self.0.push(Piece::PidOf { pid_of: actor.clone() });
    }

    /// Appends another text.
    pub fn push(&mut self, other: &Self) {
        for piece in &other.0 {
            match piece {
                Piece::Literal(text) => self.push_str(text),
                Piece::PidOf { pid_of } => self.push_pid(pid_of),
            }
        }
    }

    /// The characters, with each reference replaced by what `pid` says; an actor it does not know gives
    /// `None` for the whole text.
    pub fn resolve(&self, pid: impl Fn(&Actor) -> Option<u32>) -> Option<String> {
        let mut resolved = String::new();
        for piece in &self.0 {
            match piece {
                Piece::Literal(text) => resolved.push_str(text),
                Piece::PidOf { pid_of } => resolved.push_str(&pid(pid_of)?.to_string()),
            }
        }
        Some(resolved)
    }
}

/// For people: references are shown as `<pid of shell>`.
impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for piece in &self.0 {
            match piece {
                Piece::Literal(text) => f.write_str(text)?,
                Piece::PidOf { pid_of } => write!(f, "<pid of {pid_of}>")?,
            }
        }
        Ok(())
    }
}
