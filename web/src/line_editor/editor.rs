//! The state of the command line between two keys.

use std::rc::Rc;

use yew::Reducible;

use super::{Completed, ghost};

/// Searching the history backwards.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Search {
    /// What is looked for.
    pub(crate) query: String,
    /// How many newer matches are passed over.
    pub(crate) skip: usize,
}

/// What a key means here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Key {
    /// An older line of the history.
    Older,
    /// A newer one.
    Newer,
    /// Search, or the next match.
    Search,
    /// Complete the word.
    Complete,
    /// Take what is suggested in grey.
    TakeGhost,
    /// Leave the search or the choices.
    Escape,
    /// Empty the line.
    Empty,
}

/// What happens to the line.
pub(crate) enum Edit {
    /// The person typed; this is the field now.
    Typed(String),
    /// Other text was put there.
    Set(String),
    /// A word was completed.
    Completed(Completed),
    /// A key, with the history, oldest first.
    Key(Key, Rc<Vec<String>>),
}

/// The line.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Editor {
    /// What is in the field: the line, or what is searched for.
    pub(crate) text: String,
    /// Where the cursor has to go, in bytes.
    pub(crate) cursor: Option<usize>,
    /// What could be typed.
    pub(crate) choices: Vec<String>,
    /// A search under way.
    pub(crate) search: Option<Search>,
    /// Whether the last key was Escape: then the Tab key leaves the field.
    pub(crate) escaped: bool,
    /// How many lines back in the history, and the line that was being typed before.
    back: Option<(usize, String)>,
}

impl Editor {
    /// The line to be run.
    pub(crate) fn line(&self, history: &[String]) -> String {
        self.found(history).unwrap_or_else(|| self.text.clone())
    }

    /// What the search has found.
    pub(crate) fn found(&self, history: &[String]) -> Option<String> {
        let search = self.search.as_ref()?;
        super::search(&search.query, search.skip, history.iter().map(String::as_str)).map(str::to_owned)
    }

    fn at_end(text: String) -> Self {
        Self { cursor: Some(text.len()), text, ..Self::default() }
    }

    fn key(&self, key: Key, history: &[String]) -> Self {
        match key {
            Key::Older => self.in_history(history, 1),
            Key::Newer => self.in_history(history, -1),
            Key::Search => {
                let search = match &self.search {
                    Some(now) => Search { skip: now.skip + 1, ..now.clone() },
                    None => Search { query: self.text.clone(), skip: 0 },
                };
                Self { text: search.query.clone(), search: Some(search), ..Self::default() }
            }
            Key::TakeGhost => Self::at_end(format!(
                "{}{}",
                self.text,
                ghost(&self.text, history.iter().map(String::as_str))
            )),
            Key::Escape => Self { escaped: true, ..Self::at_end(self.line(history)) },
            Key::Empty => Self::default(),
            // The session has to be asked; see Edit::Completed.
            Key::Complete => self.clone(),
        }
    }

    fn in_history(&self, history: &[String], by: isize) -> Self {
        let (back, draft) = self.back.clone().unwrap_or_else(|| (0, self.line(history)));
        let back = back.saturating_add_signed(by).min(history.len());
        let text = if back == 0 { draft.clone() } else { history[history.len() - back].clone() };
        Self { back: (back > 0).then_some((back, draft)), ..Self::at_end(text) }
    }
}

impl Reducible for Editor {
    type Action = Edit;

    fn reduce(self: Rc<Self>, edit: Edit) -> Rc<Self> {
        Rc::new(match edit {
            Edit::Typed(text) => {
                let search = self.search.as_ref().map(|_| Search { query: text.clone(), skip: 0 });
                Self { text, search, ..Self::default() }
            }
            Edit::Set(text) => Self::at_end(text),
            Edit::Completed(done) => {
                Self { cursor: Some(done.cursor), text: done.text, choices: done.choices, ..Self::default() }
            }
            Edit::Key(key, history) => self.key(key, &history),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{Edit, Editor, Key, Rc, Reducible};

    fn press(start: &str, keys: &[Key]) -> Rc<Editor> {
        let history = Rc::new(["mkdir a", "ls", "mount b"].map(str::to_owned).to_vec());
        let editor = Rc::new(Editor::default()).reduce(Edit::Typed(start.to_owned()));
        keys.iter().fold(editor, |editor, key| editor.reduce(Edit::Key(*key, history.clone())))
    }

    #[test]
    fn history_keeps_what_was_being_typed() {
        assert_eq!(press("x", &[Key::Older, Key::Older]).text, "ls");
        assert_eq!(press("x", &[Key::Older; 9]).text, "mkdir a");
        assert_eq!(press("x", &[Key::Older, Key::Newer, Key::Newer]).text, "x");
    }

    #[test]
    fn search_and_ghost() {
        assert_eq!(press("m", &[Key::Search, Key::Search, Key::Escape]).text, "mkdir a");
        assert_eq!(press("mo", &[Key::TakeGhost]).text, "mount b");
        assert!(press("mo", &[Key::Escape]).escaped);
    }
}
