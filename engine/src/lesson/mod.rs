//! Lessons: Markdown files that are shown by the page and executed by the tests.
//!
//! The form is described in `lessons/README.md`. A lesson is prose with fenced blocks of these kinds:
//!
//! | fence | what it is |
//! |---|---|
//! | `sh` | commands, one a line; the page runs them with one click, the test runs them all in order |
//! | `output` | what the last command of the block before prints |
//! | `goal` | a title, then conditions on the state of the host; any way to get there counts |
//! | `hint` | a hint for the goal before it |
//! | `solution` | the commands that reach the goal before it |

pub mod condition;
pub mod parse;
pub mod progress;

pub use condition::Condition;
pub use parse::{LessonError, parse};
pub use progress::{GoalState, check};

use crate::host::HostKind;

/// A lesson.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lesson {
    /// The file's name without `.md`; part of addresses.
    pub id: String,
    /// The title.
    pub title: String,
    /// The host that it starts on.
    pub host: HostKind,
    /// How long it takes, in minutes.
    pub minutes: u32,
    /// One sentence for the list of lessons.
    pub summary: String,
    /// Its content in order.
    pub blocks: Vec<Block>,
}

/// A part of a lesson.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Block {
    /// A heading of level 2 or deeper.
    Heading(u8, Vec<Inline>),
    /// A paragraph.
    Paragraph(Vec<Inline>),
    /// A list, one row a point.
    List(Vec<Vec<Inline>>),
    /// Something to remember, set apart (a block quote).
    Note(Vec<Inline>),
    /// Commands to run, one a line.
    Run(Vec<String>),
    /// What the last command before it prints.
    Output(String),
    /// A goal.
    Goal(Goal),
}

/// Something to reach.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Goal {
    /// What is to be reached.
    pub title: String,
    /// All of these have to hold.
    pub conditions: Vec<Condition>,
    /// Hints, from vague to clear.
    pub hints: Vec<Vec<Inline>>,
    /// Commands that reach it.
    pub solution: Vec<String>,
}

/// Text within a paragraph.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Inline {
    /// Plain text.
    Text(String),
    /// `code`.
    Code(String),
    /// *emphasis*.
    Emphasis(Vec<Self>),
    /// **strong emphasis**.
    Strong(Vec<Self>),
    /// A link: text and address.
    Link(Vec<Self>, String),
}

/// The course: every lesson's name and text, in order.
pub const COURSE: [(&str, &str); 2] = [
    ("control-groups", include_str!("../../../lessons/control-groups.md")),
    ("container-by-hand", include_str!("../../../lessons/container-by-hand.md")),
];

/// Reads the course's lessons.
///
/// # Errors
/// When a lesson is not of the form; the tests make sure that none is.
pub fn course() -> Result<Vec<Lesson>, LessonError> {
    COURSE.iter().map(|(id, text)| parse(id, text)).collect()
}

impl Lesson {
    /// The goals, in order.
    pub fn goals(&self) -> impl Iterator<Item = &Goal> {
        self.blocks.iter().filter_map(|block| if let Block::Goal(goal) = block { Some(goal) } else { None })
    }

    /// Every command of the lesson and of its solutions in order: what the tests type.
    pub fn script(&self) -> Vec<String> {
        let commands = self.blocks.iter().flat_map(|block| match block {
            Block::Run(commands) => commands.clone(),
            Block::Goal(goal) => goal.solution.clone(),
            _ => Vec::new(),
        });
        commands.collect()
    }
}
