//! What may happen, and the words for it.

use super::{
    layout::{Edge, Pane},
    permalink::{BadLink, HostChoice, Place},
    selection::Selection,
    view::View,
};

/// Light, dark, or as the system prefers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Theme {
    /// As the system prefers.
    #[default]
    System,
    /// A plan on paper.
    Light,
    /// A blueprint.
    Dark,
}

impl Theme {
    /// All, in the order of the switch.
    pub(crate) const ALL: [Self; 3] = [Self::System, Self::Light, Self::Dark];

    /// The word for storage and style.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }

    /// Reads a word; an unknown one is the system's.
    pub(crate) fn parse(word: &str) -> Self {
        Self::ALL.into_iter().find(|theme| theme.word() == word).unwrap_or_default()
    }
}

/// Where to go in time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Go {
    /// To this step.
    To(u32),
    /// One step on.
    Next,
    /// One step back.
    Previous,
    /// To the end of the next command.
    NextCommand,
    /// To the end of the command before.
    PreviousCommand,
    /// To the host as it was found.
    First,
    /// To the last step.
    Last,
}

/// What to do with lines that were typed while the past was shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Answer {
    /// Forget what came later and run them here.
    Fork,
    /// Go to the end and run them there.
    End,
    /// Do not run them.
    Cancel,
}

/// Something to tell, until it is dismissed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Notice {
    /// A link could not be followed; the name of the message says why.
    BadLink(&'static str),
    /// A link names a lesson that does not exist.
    NoLesson(String),
    /// The lines typed so far ran again, on another host.
    Replayed,
    /// The browser gave no access to its clipboard; the link, to be copied by hand.
    Link(String),
}

/// Everything that may happen.
pub(crate) enum Action {
    /// Follow a link.
    Open(Result<Place, BadLink>),
    /// Type lines in the terminal.
    Run(Vec<String>),
    /// The answer to `State::waiting`.
    Answer(Answer),
    /// Give up the continued line.
    CancelContinued,
    /// Put text on the command line, for a person to look at and run.
    Suggest(String),
    /// Clear the terminal's output.
    Clear,
    /// Go in time.
    Go(Go),
    /// Start or stop playing.
    Play(bool),
    /// Select something, or nothing.
    Select(Option<Selection>),
    /// Show another picture of the host.
    View(View),
    /// See it through the eyes of the process with this pid.
    Eyes(u32),
    /// Take another machine; the lines typed run again there.
    Host(HostChoice),
    /// Start over: the lesson's host, or the same, and nothing typed.
    Reset,
    /// Take a theme.
    Theme(Theme),
    /// Move an edge between panes.
    Move(Edge, u32),
    /// Open or close a pane.
    Toggle(Pane),
    /// Show this pane where there is room for one.
    Tab(Pane),
    /// Tell something.
    Notify(Notice),
    /// Stop telling it.
    Dismiss,
    /// Forget progress and layout.
    Forget,
}
