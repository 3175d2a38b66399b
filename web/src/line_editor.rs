//! What the command line does with text: pure functions, without the screen.

pub(crate) mod editor;

/// What the Tab key does.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Completed {
    /// The line after it.
    pub(crate) text: String,
    /// The cursor after it, in bytes.
    pub(crate) cursor: usize,
    /// What could be typed, where it is not clear.
    pub(crate) choices: Vec<String>,
}

/// Puts the only candidate in, or what all candidates begin with.
pub(crate) fn complete(text: &str, cursor: usize, start: usize, candidates: &[String]) -> Completed {
    let start = start.min(cursor);
    let insert = match candidates {
        [] => text[start..cursor].to_owned(),
        [only] if only.ends_with('/') || text[cursor..].starts_with(' ') => only.clone(),
        [only] => format!("{only} "),
        many => {
            let common = common_prefix(many);
            if common.len() < cursor - start { text[start..cursor].to_owned() } else { common.to_owned() }
        }
    };
    let choices = if candidates.len() > 1 { candidates.to_vec() } else { Vec::new() };
    Completed {
        text: format!("{}{insert}{}", &text[..start], &text[cursor..]),
        cursor: start + insert.len(),
        choices,
    }
}

fn common_prefix(words: &[String]) -> &str {
    let Some((first, rest)) = words.split_first() else { return "" };
    let mut length = first.len();
    for word in rest {
        let same = first.bytes().zip(word.bytes()).take_while(|(a, b)| a == b).count();
        length = length.min(same);
    }
    while !first.is_char_boundary(length) {
        length -= 1;
    }
    &first[..length]
}

/// The newest line that goes on from this text: what is missing.
pub(crate) fn ghost<'a>(text: &str, history: impl DoubleEndedIterator<Item = &'a str>) -> &'a str {
    if text.is_empty() {
        return "";
    }
    history.rev().find_map(|line| line.strip_prefix(text).filter(|rest| !rest.is_empty())).unwrap_or("")
}

/// The match number `skip` (0 is the newest) among the different lines that contain this text.
pub(crate) fn search<'a>(
    query: &str,
    skip: usize,
    history: impl DoubleEndedIterator<Item = &'a str>,
) -> Option<&'a str> {
    let mut seen: Vec<&str> = Vec::new();
    for line in history.rev().filter(|line| line.contains(query)) {
        if !seen.contains(&line) {
            seen.push(line);
        }
        if seen.len() > skip {
            break;
        }
    }
    seen.get(skip).or(seen.last()).copied()
}

/// A cursor in bytes, from the browser's in UTF-16 units.
pub(crate) fn byte_of(text: &str, utf16: u32) -> usize {
    let mut units = 0;
    for (byte, c) in text.char_indices() {
        if units >= utf16 {
            return byte;
        }
        units += if c.len_utf16() == 2 { 2 } else { 1 };
    }
    text.len()
}

/// The browser's cursor, from one in bytes.
pub(crate) fn utf16_of(text: &str, byte: usize) -> u32 {
    u32::try_from(text[..byte].encode_utf16().count()).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::{byte_of, complete, ghost, search, utf16_of};

    fn words(all: &[&str]) -> Vec<String> {
        all.iter().map(|word| (*word).to_owned()).collect()
    }

    #[test]
    fn completion() {
        let one = complete("mk", 2, 0, &words(&["mkdir"]));
        assert_eq!((one.text.as_str(), one.cursor), ("mkdir ", 6));
        let folder = complete("cat /pr", 7, 4, &words(&["/proc/"]));
        assert_eq!((folder.text.as_str(), folder.cursor), ("cat /proc/", 10));
        let many = complete("ls | x", 1, 0, &words(&["lssubsys", "lscgroup", "ls"]));
        assert_eq!((many.text.as_str(), many.cursor, many.choices.len()), ("lss | x", 2, 3));
        let none = complete("ö", 2, 0, &[]);
        assert_eq!((none.text.as_str(), none.cursor), ("ö", 2));
    }

    #[test]
    fn history() {
        let lines = ["mkdir a", "ls", "mkdir b", "ls"];
        assert_eq!(ghost("mk", lines.into_iter()), "dir b");
        assert_eq!(ghost("ls", lines.into_iter()), "");
        assert_eq!(search("d", 1, lines.into_iter()), Some("mkdir a"));
        assert_eq!(search("s", 9, lines.into_iter()), Some("ls"));
        assert_eq!(search("x", 0, lines.into_iter()), None);
    }

    #[test]
    fn cursors() {
        assert_eq!([0, 1, 3, 9].map(|at| byte_of("ö😀a", at)), [0, 2, 6, 7]);
        assert_eq!(utf16_of("ö😀a", 6), 3);
    }
}
