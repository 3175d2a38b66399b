//! The expressions of `find`: tests, actions and operators.

use super::file_mode::{self};
use super::work::last_name;
use super::{Request, find};
use crate::plan::Text;
use crate::plan::reply::{FileKind, Stat, Statx, Time};
use crate::shell::fields::{Bit, Origin};
use crate::shell::pattern::Pattern;

/// A file that is tested.
pub(super) struct File<'a> {
    pub(super) path: &'a str,
    pub(super) kind: FileKind,
    pub(super) all: &'a Statx,
    pub(super) empty: bool,
}

/// What an action asks for.
pub(super) enum Act {
    /// The path, and what is behind it.
    Print(char),
    Delete,
    Prune,
}

/// An expression, and the options in it.
pub(super) struct Expression {
    root: Node,
    pub(super) most: Option<u64>,
    pub(super) least: u64,
    /// What is below a directory comes before it.
    pub(super) depth: bool,
}

enum Node {
    True,
    Name(Pattern, bool),
    Path(Pattern),
    Type(Vec<FileKind>),
    Empty,
    Links(Number),
    /// In units of so many bytes, rounded up.
    Size(Number, u64),
    /// All of the bits, or any of them, or just these.
    Permissions(char, u32),
    Newer(Time),
    Owner(Number, bool),
    Act(char),
    Not(Box<Node>),
    And(Box<Node>, Box<Node>),
    Or(Box<Node>, Box<Node>),
}

/// `5`, `+5` for more, `-5` for less.
struct Number(char, u64);

impl Number {
    fn parse(word: &str) -> Option<Self> {
        let sign = word.chars().next().filter(|sign| "+-".contains(*sign)).unwrap_or('=');
        Some(Self(sign, word.trim_start_matches(['+', '-']).parse().ok()?))
    }

    fn fits(&self, value: u64) -> bool {
        match self.0 {
            '+' => value > self.1,
            '-' => value < self.1,
            _ => value == self.1,
        }
    }
}

impl Expression {
    /// Tests a file; its actions are collected.
    pub(super) fn apply(&self, file: &File<'_>, acts: &mut Vec<Act>) {
        self.root.test(file, acts);
    }
}

impl Node {
    fn test(&self, file: &File<'_>, acts: &mut Vec<Act>) -> bool {
        let stat = &file.all.stat;
        match self {
            Self::True => true,
            Self::Name(pattern, fold) => {
                let name = last_name(file.path);
                let name = if *fold { name.to_lowercase() } else { name.to_owned() };
                pattern.matches(&name.chars().collect::<Vec<char>>())
            }
            Self::Path(pattern) => pattern.matches(&file.path.chars().collect::<Vec<char>>()),
            Self::Type(kinds) => kinds.contains(&file.kind),
            Self::Empty => file.empty,
            Self::Links(number) => number.fits(stat.nlink),
            Self::Size(number, unit) => number.fits(stat.size.div_ceil(*unit)),
            Self::Permissions('-', bits) => stat.mode & bits == *bits,
            Self::Permissions('/', bits) => *bits == 0 || stat.mode & bits != 0,
            Self::Permissions(_, bits) => stat.mode == *bits,
            Self::Newer(time) => file.all.modified > *time,
            Self::Owner(number, user) => number.fits((if *user { stat.uid } else { stat.gid }).into()),
            Self::Act(letter) => {
                acts.push(match letter {
                    'd' => Act::Delete,
                    'x' => Act::Prune,
                    '0' => Act::Print('\0'),
                    _ => Act::Print('\n'),
                });
                true
            }
            Self::Not(inner) => !inner.test(file, acts),
            Self::And(one, other) => one.test(file, acts) && other.test(file, acts),
            Self::Or(one, other) => one.test(file, acts) || other.test(file, acts),
        }
    }
}

/// Words that are read one by one.
struct Reader<'r> {
    request: &'r Request<'r>,
    words: std::iter::Peekable<std::slice::Iter<'r, String>>,
    most: Option<u64>,
    least: u64,
    depth: bool,
    /// An action was named that takes the place of -print.
    acts: bool,
}

/// Reads an expression; `Err` is what find(1) says about it.
pub(super) fn parse(request: &Request<'_>, words: &[String]) -> Result<Expression, String> {
    let words = words.iter().peekable();
    let mut reader = Reader { request, words, most: None, least: 0, depth: false, acts: false };
    let mut root = if reader.words.peek().is_some() { reader.alternatives(0)? } else { Node::True };
    if let Some(word) = reader.words.next() {
        return Err(match word.as_str() {
            ")" => "invalid expression; you have too many ')'".to_owned(),
            other => format!("paths must precede expression: `{other}'"),
        });
    }
    if !reader.acts {
        root = Node::And(Box::new(root), Box::new(Node::Act('p')));
    }
    Ok(Expression { root, most: reader.most, least: reader.least, depth: reader.depth })
}

/// How deep parentheses may be in one another.
const DEEPEST: u32 = 100;

impl Reader<'_> {
    fn alternatives(&mut self, depth: u32) -> Result<Node, String> {
        let mut node = self.sequence(depth)?;
        while self.words.next_if(|word| ["-o", "-or"].contains(&word.as_str())).is_some() {
            node = Node::Or(Box::new(node), Box::new(self.sequence(depth)?));
        }
        Ok(node)
    }

    fn sequence(&mut self, depth: u32) -> Result<Node, String> {
        let mut node = self.factor(depth)?;
        while self.words.peek().is_some_and(|word| ![")", "-o", "-or"].contains(&word.as_str())) {
            let _ = self.words.next_if(|word| ["-a", "-and"].contains(&word.as_str()));
            node = Node::And(Box::new(node), Box::new(self.factor(depth)?));
        }
        Ok(node)
    }

    fn factor(&mut self, depth: u32) -> Result<Node, String> {
        if depth > DEEPEST {
            return Err("invalid expression; it is too deep".to_owned());
        }
        let Some(word) = self.words.next() else {
            return Err(
                "invalid expression; you have used a binary operator with nothing after it.".to_owned()
            );
        };
        match word.as_str() {
            "!" | "-not" => Ok(Node::Not(Box::new(self.factor(depth + 1)?))),
            "(" => {
                let node = self.alternatives(depth + 1)?;
                match self.words.next().map(String::as_str) {
                    Some(")") => Ok(node),
                    _ => Err(
                        "invalid expression; I was expecting to find a ')' somewhere but did not see one."
                            .to_owned(),
                    ),
                }
            }
            test => self.test(test),
        }
    }

    fn test(&mut self, word: &str) -> Result<Node, String> {
        if let Some(node) = self.without_value(word) {
            return Ok(node);
        }
        const WITH_VALUE: [&str; 15] = [
            "-name",
            "-iname",
            "-path",
            "-wholename",
            "-type",
            "-maxdepth",
            "-mindepth",
            "-links",
            "-size",
            "-perm",
            "-newer",
            "-user",
            "-uid",
            "-group",
            "-gid",
        ];
        if ["-exec", "-execdir", "-ok", "-printf", "-ls", "-fprint", "-regex", "-mtime", "-mmin"]
            .contains(&word)
        {
            return Err(format!("{word} is not modelled"));
        }
        if !WITH_VALUE.contains(&word) {
            return Err(match word.starts_with('-') {
                true => format!("unknown predicate `{word}'"),
                false => format!("paths must precede expression: `{word}'"),
            });
        }
        let Some(value) = self.words.next().cloned() else {
            return Err(format!("missing argument to `{word}'"));
        };
        self.with_value(word, &value)
    }

    fn without_value(&mut self, word: &str) -> Option<Node> {
        Some(match word {
            "-empty" => Node::Empty,
            "-true" => Node::True,
            "-false" => Node::Not(Box::new(Node::True)),
            "-depth" | "-d" => {
                self.depth = true;
                Node::True
            }
            "-prune" => Node::Act('x'),
            "-print" | "-print0" | "-delete" => {
                self.acts = true;
                self.depth |= word == "-delete";
                Node::Act(match word {
                    "-print" => 'p',
                    "-print0" => '0',
                    _ => 'd',
                })
            }
            _ => return None,
        })
    }

    fn with_value(&mut self, word: &str, value: &str) -> Result<Node, String> {
        let invalid = || format!("invalid argument `{value}' to `{word}'");
        match word {
            "-name" => Ok(Node::Name(pattern(value), false)),
            "-iname" => Ok(Node::Name(pattern(&value.to_lowercase()), true)),
            "-path" | "-wholename" => Ok(Node::Path(pattern(value))),
            "-type" => value.split(',').map(kind).collect::<Result<_, _>>().map(Node::Type),
            "-maxdepth" | "-mindepth" => {
                let number = value.parse().map_err(|_| {
                    format!("Expected a positive decimal integer argument to {word}, but got '{value}'")
                })?;
                match word {
                    "-maxdepth" => self.most = Some(number),
                    _ => self.least = number,
                }
                Ok(Node::True)
            }
            "-links" => Number::parse(value).map(Node::Links).ok_or_else(invalid),
            "-size" => size(value).ok_or_else(|| format!("Invalid argument `{value}' to -size")),
            "-perm" => permissions(value).ok_or_else(|| format!("invalid mode '{value}'")),
            "-newer" => match self.request.link(&Text::from(value)) {
                Ok(all) => Ok(Node::Newer(all.modified)),
                Err(errno) => Err(format!("'{value}': {}", find::reason(errno))),
            },
            _ => self.owner(word, value),
        }
    }

    fn owner(&self, word: &str, value: &str) -> Result<Node, String> {
        let accounts = super::accounts::Accounts::read(self.request);
        let user = matches!(word, "-user" | "-uid");
        let named = match word {
            "-user" => accounts.user_named(value).map(|(uid, _)| uid),
            "-group" => accounts.group_named(value),
            _ => None,
        };
        let number = named.map(|id| Number('=', id.into())).or_else(|| Number::parse(value));
        let what = if user { "user" } else { "group" };
        number
            .map(|number| Node::Owner(number, user))
            .ok_or_else(|| format!("'{value}' is not the name of a known {what}"))
    }
}

/// A pattern in which nothing is quoted.
fn pattern(text: &str) -> Pattern {
    let bits: Vec<Bit> = text.chars().map(|c| Bit::Char(c, Origin::Literal)).collect();
    Pattern::compile(&bits)
}

fn kind(word: &str) -> Result<FileKind, String> {
    match word {
        "f" => Ok(FileKind::Regular),
        "d" => Ok(FileKind::Directory),
        "l" => Ok(FileKind::Symlink),
        "c" => Ok(FileKind::Character),
        "b" => Ok(FileKind::Block),
        "p" => Ok(FileKind::Fifo),
        "s" => Ok(FileKind::Socket),
        other => Err(format!("Unknown argument to -type: {other}")),
    }
}

/// `10c`, `+2k`; without a letter in blocks of 512 bytes.
fn size(word: &str) -> Option<Node> {
    let (number, unit) = match word.chars().last()? {
        'c' => (&word[..word.len() - 1], 1),
        'w' => (&word[..word.len() - 1], 2),
        'b' => (&word[..word.len() - 1], 512),
        'k' => (&word[..word.len() - 1], 1 << 10),
        'M' => (&word[..word.len() - 1], 1 << 20),
        'G' => (&word[..word.len() - 1], 1 << 30),
        _ => (word, 512),
    };
    Number::parse(number).map(|number| Node::Size(number, unit))
}

fn permissions(word: &str) -> Option<Node> {
    let sign = word.chars().next().filter(|sign| "-/".contains(*sign)).unwrap_or('=');
    let none = Stat { kind: FileKind::Regular, mode: 0, nlink: 1, uid: 0, gid: 0, size: 0 };
    let mode = file_mode::parse(word.trim_start_matches(['-', '/']))?;
    Some(Node::Permissions(sign, mode.applied(&none)))
}
