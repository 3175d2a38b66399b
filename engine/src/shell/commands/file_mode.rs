//! Modes as chmod(1) reads them: `755`, `u+x,go-w`, `a=rX`, `g=u`.

use crate::plan::reply::{FileKind, Stat};

/// A mode as it was typed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Mode {
    /// Octal digits, and whether there are more than four: then a directory's set-ID bits are cleared too.
    Octal(u32, bool),
    /// Clauses with commas between them.
    Symbolic(Vec<Clause>),
}

/// `ug+rx`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Clause {
    /// The bits of the classes that are meant.
    classes: u32,
    /// No class was typed: what the umask has is left alone.
    by_umask: bool,
    sign: char,
    what: What,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum What {
    /// The letters `rwxXst`.
    Letters(String),
    /// The bits of another class of the same file.
    Copy(u32),
}

const UMASK: u32 = 0o022;

/// Reads a mode; `None` for what is none.
pub(super) fn parse(text: &str) -> Option<Mode> {
    if text.bytes().all(|byte| byte.is_ascii_digit()) && !text.is_empty() {
        let mode = u32::from_str_radix(text, 8).ok().filter(|mode| *mode <= 0o7777)?;
        return Some(Mode::Octal(mode, text.len() > 4));
    }
    let mut clauses = Vec::new();
    for part in text.split(',') {
        read_clauses(part, &mut clauses)?;
    }
    Some(Mode::Symbolic(clauses))
}

fn read_clauses(part: &str, clauses: &mut Vec<Clause>) -> Option<()> {
    let start = part.find(['+', '-', '='])?;
    let (who, mut rest) = part.split_at(start);
    let mut classes = 0;
    for letter in who.chars() {
        classes |= match letter {
            'u' => 0o4700,
            'g' => 0o2070,
            'o' => 0o1007,
            'a' => 0o7777,
            _ => return None,
        };
    }
    while let Some(sign) = rest.chars().next() {
        let end = rest[1..].find(['+', '-', '=']).map_or(rest.len(), |end| end + 1);
        let letters = &rest[1..end];
        let what = match letters {
            "u" => What::Copy(6),
            "g" => What::Copy(3),
            "o" => What::Copy(0),
            _ if letters.chars().all(|letter| "rwxXst".contains(letter)) => What::Letters(letters.to_owned()),
            _ => return None,
        };
        let everybody = if who.is_empty() { 0o7777 } else { classes };
        clauses.push(Clause { classes: everybody, by_umask: who.is_empty(), sign, what });
        rest = &rest[end..];
    }
    Some(())
}

impl Mode {
    /// The mode of a file after the change.
    pub(super) fn applied(&self, file: &Stat) -> u32 {
        let directory = file.kind == FileKind::Directory;
        match self {
            // "chmod preserves a directory's set-user-ID and set-group-ID bits unless you explicitly specify otherwise".
            Self::Octal(mode, false) if directory => mode | file.mode & 0o6000,
            Self::Octal(mode, _) => *mode,
            Self::Symbolic(clauses) => {
                clauses.iter().fold(file.mode, |mode, clause| clause.applied(mode, directory))
            }
        }
    }
}

impl Clause {
    fn applied(&self, mode: u32, directory: bool) -> u32 {
        let mut bits = match &self.what {
            What::Copy(shift) => {
                let three = mode >> shift & 7;
                three << 6 | three << 3 | three
            }
            What::Letters(letters) => letters.chars().fold(0, |bits, letter| {
                bits | match letter {
                    'r' => 0o444,
                    'w' => 0o222,
                    'x' => 0o111,
                    'X' if directory || mode & 0o111 != 0 => 0o111,
                    's' => 0o6000,
                    't' => 0o1000,
                    _ => 0,
                }
            }),
        };
        let mut classes = self.classes;
        if self.by_umask {
            bits &= !UMASK;
            classes &= !UMASK;
        }
        bits &= self.classes;
        match self.sign {
            '+' => mode | bits,
            '-' => mode & !bits,
            // A directory keeps its set-ID bits where they are not named.
            _ => {
                let kept = if directory && bits & 0o6000 == 0 { 0o6000 } else { 0 };
                mode & !(classes & !kept) | bits
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Mode, parse};
    use crate::plan::reply::{FileKind, Stat};

    fn changed(text: &str, kind: FileKind, mode: u32) -> Option<u32> {
        let stat = Stat { kind, mode, nlink: 1, uid: 0, gid: 0, size: 0 };
        parse(text).map(|parsed: Mode| parsed.applied(&stat))
    }

    // Seen with chmod of coreutils 9.1.
    #[test]
    fn modes_are_read_as_chmod_reads_them() {
        let (file, directory) = (FileKind::Regular, FileKind::Directory);
        let cases = [
            ("755", file, 0o4644, Some(0o755)),
            ("u+x,go-r", file, 0o644, Some(0o700)),
            ("+x", file, 0o700, Some(0o711)),
            ("+w", file, 0o711, Some(0o711)),
            ("-w", file, 0o711, Some(0o511)),
            ("a=rwx", file, 0o511, Some(0o777)),
            ("u+s", file, 0o777, Some(0o4777)),
            ("go=", directory, 0o755, Some(0o700)),
            ("u=rwX,g=u", file, 0o777, Some(0o777)),
            ("g=u", file, 0o741, Some(0o771)),
            ("+t", directory, 0o777, Some(0o1777)),
            ("4755", directory, 0o755, Some(0o4755)),
            ("755", directory, 0o4755, Some(0o4755)),
            ("00755", directory, 0o4755, Some(0o755)),
            ("999", file, 0, None),
            ("bogus", file, 0, None),
            ("=755", file, 0, None),
            ("", file, 0, None),
        ];
        for (text, kind, before, after) in cases {
            assert_eq!(changed(text, kind, before), after, "{text} of {before:o}");
        }
    }
}
