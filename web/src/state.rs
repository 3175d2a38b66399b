//! The page's state and everything that may happen to it: one pure reducer.
//!
//! | module | what it is |
//! |---|---|
//! | [`action`] | what may happen |
//! | [`entry`] | a line of the terminal with its output |
//! | [`goals`] | which goals of the lesson have been reached |
//! | [`layout`] | sizes of the panes |
//! | [`permalink`] | the address bar's fragment |
//! | [`progress`] | how far each lesson is |
//! | [`selection`] | what the inspector shows |
//! | [`steps`] | the timeline, laid out for the screen |
//! | [`view`] | which picture of the host is shown |

pub(crate) mod action;
pub(crate) mod entry;
pub(crate) mod goals;
pub(crate) mod layout;
pub(crate) mod permalink;
pub(crate) mod progress;
pub(crate) mod selection;
pub(crate) mod steps;
pub(crate) mod view;

use std::rc::Rc;

use drydock_engine::{history::Session, host::HostKind};
use yew::{Reducible, UseReducerHandle};

use crate::course;

pub(crate) use self::action::{Action, Answer, Go, Notice, Theme};
use self::{
    entry::Entry,
    goals::Goals,
    layout::{Layout, Pane},
    permalink::{BadLink, HostChoice, Place, Route},
    progress::{LessonProgress, Progress},
    selection::Selection,
    steps::Steps,
    view::View,
};

/// The first process of every host: it sees all of it.
const FIRST: u32 = 1;

/// What components get through the context.
pub(crate) type Store = UseReducerHandle<State>;

/// Everything the page shows follows from this.
#[derive(Clone)]
pub(crate) struct State {
    /// Differs between any two states.
    revision: u64,
    /// The page.
    pub(crate) route: Route,
    /// The machine.
    pub(crate) host: HostChoice,
    /// The engine's session.
    pub(crate) session: Rc<Session>,
    /// Differs between any two sessions.
    pub(crate) edition: u64,
    /// The terminal's lines.
    pub(crate) entries: Rc<Vec<Rc<Entry>>>,
    /// How many of them were cleared away.
    pub(crate) cleared: usize,
    /// A line that is not complete yet.
    pub(crate) continued: Option<Rc<str>>,
    /// Lines that wait for an [`Answer`].
    pub(crate) waiting: Option<Rc<Vec<String>>>,
    /// Text for the command line, with a number that differs between suggestions.
    pub(crate) suggested: (u64, Rc<str>),
    /// The timeline.
    pub(crate) steps: Rc<Steps>,
    /// The lesson's goals.
    pub(crate) goals: Rc<Goals>,
    /// The step shown; 0 is the host as it was found.
    pub(crate) step: u32,
    /// Whether the timeline is playing.
    pub(crate) playing: bool,
    /// What the inspector shows.
    pub(crate) selection: Option<Selection>,
    /// Which picture of the host is shown.
    pub(crate) view: View,
    /// The process through whose eyes it is seen, by the machine's pid.
    pub(crate) eyes: u32,
    /// Something to tell.
    pub(crate) notice: Option<Notice>,
    /// Light or dark.
    pub(crate) theme: Theme,
    /// The panes.
    pub(crate) layout: Layout,
    /// The pane shown where there is room for one.
    pub(crate) tab: Pane,
    /// The lessons.
    pub(crate) progress: Progress,
}

impl PartialEq for State {
    fn eq(&self, other: &Self) -> bool {
        self.revision == other.revision
    }
}

impl State {
    /// The first state: what the browser remembers, and the place that the address names.
    pub(crate) fn start(
        theme: Theme,
        layout: Layout,
        progress: Progress,
        place: Result<Place, BadLink>,
    ) -> Self {
        let host = HostChoice::of(HostKind::Lecture);
        let session = Session::new(host.profile());
        let state = Self {
            revision: 0,
            route: Route::Home,
            host,
            steps: Rc::new(Steps::of(&session, Steps::default())),
            session: Rc::new(session),
            edition: 0,
            entries: Rc::default(),
            goals: Rc::default(),
            cleared: 0,
            continued: None,
            waiting: None,
            suggested: (0, "".into()),
            step: 0,
            playing: false,
            selection: None,
            view: View::default(),
            eyes: FIRST,
            notice: None,
            theme,
            layout,
            tab: Pane::Picture,
            progress,
        };
        state.open(place)
    }

    /// The number of steps.
    pub(crate) fn n_steps(&self) -> u32 {
        self.session.n_steps()
    }

    /// Whether an earlier step than the last is shown.
    pub(crate) fn in_the_past(&self) -> bool {
        self.step < self.n_steps()
    }

    /// The link to what is shown.
    pub(crate) fn place(&self) -> Place {
        Place {
            route: self.route.clone(),
            host: Some(self.host),
            lines: Vec::new(),
            step: Some(self.step),
            selection: self.selection.clone(),
            view: self.view,
            eyes: (self.eyes != FIRST).then_some(self.eyes),
        }
    }

    /// The lines typed, as a link carries them.
    pub(crate) fn packed(&self) -> String {
        permalink::pack(self.entries.iter().map(|entry| entry.line.as_str()))
    }

    fn open(mut self, place: Result<Place, BadLink>) -> Self {
        let mut place = match place {
            Ok(place) => place,
            Err(BadLink(reason)) => {
                self.notice = Some(Notice::BadLink(reason));
                Place::new(Route::Home)
            }
        };
        let mut usual = HostKind::Lecture;
        if let Route::Lesson(id) = &place.route {
            match course::lesson(id) {
                Some(lesson) => usual = lesson.host,
                None => {
                    self.notice = Some(Notice::NoLesson(id.clone()));
                    place = Place::new(Route::Home);
                }
            }
        }
        if place.route == Route::Home {
            return Self { route: Route::Home, playing: false, ..self };
        }
        self.tab = if matches!(place.route, Route::Lesson(_)) { Pane::Lesson } else { Pane::Terminal };
        self.route = place.route;
        self.host = place.host.unwrap_or_else(|| HostChoice::of(usual));
        let mut state = self.replayed(&place.lines);
        state.step = place.step.unwrap_or(u32::MAX).min(state.n_steps());
        state.selection = place.selection;
        state.view = place.view;
        state.eyes = place.eyes.unwrap_or(FIRST);
        state
    }

    /// The same place on a fresh machine, with these lines typed.
    fn replayed(self, lines: &[String]) -> Self {
        let session = Rc::new(Session::new(self.host.profile()));
        let mut state = Self {
            goals: Rc::new(Goals::default().after(&self.route, &session)),
            session,
            steps: Rc::default(),
            entries: Rc::default(),
            cleared: 0,
            continued: None,
            waiting: None,
            playing: false,
            selection: None,
            eyes: FIRST,
            ..self
        };
        for line in lines {
            state.type_line(line);
        }
        state.settle()
    }

    /// Types one line at the end. A line that is not complete is kept until it is.
    fn type_line(&mut self, line: &str) {
        let line = match self.continued.take() {
            Some(before) => format!("{before}\n{line}"),
            None => line.to_owned(),
        };
        let mut session = Session::clone(&self.session);
        if session.run(&line).incomplete {
            self.continued = Some(line.into());
            return;
        }
        let entry = Entry::last_of(&session);
        self.goals = Rc::new(self.goals.after(&self.route, &session));
        self.session = Rc::new(session);
        Rc::make_mut(&mut self.entries).extend(entry.map(Rc::new));
    }

    /// After the session has changed: its timeline, its last step, the lesson's progress.
    fn settle(mut self) -> Self {
        self.edition += 1;
        self.steps = Rc::new(Steps::of(&self.session, Rc::unwrap_or_clone(self.steps)));
        self.step = self.n_steps();
        self.playing = false;
        if let Route::Lesson(id) = &self.route {
            let now = LessonProgress {
                id: id.clone(),
                met: self.goals.n_reached(),
                of: self.goals.0.len(),
                left_at: permalink::print(&self.place(), &self.packed()),
            };
            self.progress = self.progress.noted(now);
        }
        self
    }

    fn run(mut self, lines: Vec<String>) -> Self {
        if self.in_the_past() {
            return Self { waiting: Some(Rc::new(lines)), playing: false, ..self };
        }
        self.notice = None;
        for line in &lines {
            self.type_line(line);
        }
        self.settle()
    }

    fn answer(mut self, answer: Answer) -> Self {
        let Some(lines) = self.waiting.take() else { return self };
        match answer {
            Answer::Cancel => return self,
            Answer::End => {}
            Answer::Fork => self = self.forked(),
        }
        self.step = self.n_steps();
        self.run(Rc::unwrap_or_clone(lines))
    }

    /// Without what was typed after the command that the step shown belongs to. Goals that were reached stay.
    fn forked(mut self) -> Self {
        let keep = self.session.line_of_step(self.step).map_or(0, |line| line + 1);
        let mut session = Session::clone(&self.session);
        session.fork_before_line(keep);
        self.session = Rc::new(session);
        let keep = keep as usize;
        Rc::make_mut(&mut self.entries).truncate(keep);
        self.cleared = self.cleared.min(keep);
        self.continued = None;
        self.steps = Rc::default();
        self
    }

    fn go(mut self, go: Go) -> Self {
        self.step = match go {
            Go::To(step) => step.min(self.n_steps()),
            Go::Next => (self.step + 1).min(self.n_steps()),
            Go::Previous => self.step.saturating_sub(1),
            Go::NextCommand => self.steps.next_boundary(self.step),
            Go::PreviousCommand => self.steps.previous_boundary(self.step),
            Go::First => 0,
            Go::Last => self.n_steps(),
        };
        self.playing = self.playing && go == Go::Next && self.in_the_past();
        self
    }

    fn play(mut self, play: bool) -> Self {
        // At the end there is nothing left to play, so it starts again.
        if play && !self.in_the_past() {
            self.step = 0;
        }
        self.playing = play && self.in_the_past();
        self
    }

    fn take_host(mut self, host: HostChoice) -> Self {
        let lines: Vec<_> = self.entries.iter().map(|entry| entry.line.clone()).collect();
        self.host = host;
        let mut state = self.replayed(&lines);
        state.notice = (!lines.is_empty()).then_some(Notice::Replayed);
        state
    }

    fn reset(mut self) -> Self {
        if let Route::Lesson(id) = &self.route
            && let Some(lesson) = course::lesson(id)
        {
            self.host = HostChoice::of(lesson.host);
        }
        self.notice = None;
        self.replayed(&[])
    }
}

impl Reducible for State {
    type Action = Action;

    fn reduce(self: Rc<Self>, action: Action) -> Rc<Self> {
        let revision = self.revision + 1;
        let state = Self::clone(&self);
        let state = match action {
            Action::Open(place) => Self { notice: None, ..state }.open(place),
            Action::Run(lines) => state.run(lines),
            Action::Answer(answer) => state.answer(answer),
            Action::CancelContinued => Self { continued: None, ..state },
            Action::Suggest(text) => {
                Self { suggested: (state.suggested.0 + 1, text.into()), tab: Pane::Terminal, ..state }
            }
            Action::Clear => Self { cleared: state.entries.len(), ..state },
            Action::Go(go) => state.go(go),
            Action::Play(play) => state.play(play),
            Action::Select(selection) => Self { selection, ..state },
            Action::View(view) => Self { view, ..state },
            Action::Eyes(eyes) => Self { eyes, ..state },
            Action::Host(host) => state.take_host(host),
            Action::Reset => state.reset(),
            Action::Theme(theme) => Self { theme, ..state },
            Action::Move(edge, to) => Self { layout: state.layout.clone().with(edge, to), ..state },
            Action::Toggle(pane) => Self { layout: state.layout.clone().toggled(pane), ..state },
            Action::Tab(tab) => Self { tab, ..state },
            Action::Notify(notice) => Self { notice: Some(notice), ..state },
            Action::Dismiss => Self { notice: None, ..state },
            Action::Forget => Self { progress: Progress::default(), layout: Layout::default(), ..state },
        };
        Rc::new(Self { revision, ..state })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sandbox(lines: &[&str]) -> Rc<State> {
        let place = Place {
            lines: lines.iter().map(|line| (*line).to_owned()).collect(),
            ..Place::new(Route::Sandbox)
        };
        Rc::new(State::start(Theme::System, Layout::default(), Progress::default(), Ok(place)))
    }

    fn run(state: Rc<State>, line: &str) -> Rc<State> {
        state.reduce(Action::Run(vec![line.to_owned()]))
    }

    fn typed(state: &State) -> Vec<&str> {
        state.entries.iter().map(|entry| entry.line.as_str()).collect()
    }

    #[test]
    fn a_line_is_run_at_the_end_only() {
        let state = sandbox(&["mkdir /a", "mkdir /b"]);
        assert_eq!((state.step, state.n_steps()), (2, 2));
        let past = run(state.reduce(Action::Go(Go::Previous)), "mkdir /c");
        assert_eq!((past.waiting.is_some(), past.n_steps()), (true, 2));
        let forked = past.clone().reduce(Action::Answer(Answer::Fork));
        assert_eq!(typed(&forked), ["mkdir /a", "mkdir /c"]);
        let at_end = past.clone().reduce(Action::Answer(Answer::End));
        assert_eq!(typed(&at_end), ["mkdir /a", "mkdir /b", "mkdir /c"]);
        let cancelled = past.reduce(Action::Answer(Answer::Cancel));
        assert_eq!((cancelled.step, cancelled.waiting.is_some()), (1, false));
    }

    #[test]
    fn a_fork_before_the_first_step_keeps_nothing() {
        let past = run(sandbox(&["mkdir /a"]).reduce(Action::Go(Go::First)), "mkdir /c");
        assert_eq!(typed(&past.reduce(Action::Answer(Answer::Fork))), ["mkdir /c"]);
    }

    #[test]
    fn an_open_quote_waits_for_its_end() {
        let open = run(sandbox(&[]), "echo 'a");
        assert_eq!((open.continued.as_deref(), open.entries.len()), (Some("echo 'a"), 0));
        assert_eq!(typed(&run(open.clone(), "b'")), ["echo 'a\nb'"]);
        assert!(open.reduce(Action::CancelContinued).continued.is_none());
    }

    #[test]
    fn a_link_leads_to_the_same_state() {
        let state = sandbox(&["mkdir /a", "echo 'x", "y' > /a/f"]).reduce(Action::Go(Go::First));
        let link = permalink::print(&state.place(), &state.packed());
        let again =
            State::start(Theme::System, Layout::default(), Progress::default(), permalink::parse(&link));
        assert_eq!(typed(&again), typed(&state));
        assert_eq!((again.step, again.n_steps()), (0, state.n_steps()));
        assert_eq!(permalink::print(&again.place(), &again.packed()), link);
    }

    #[test]
    fn another_host_runs_the_same_lines() {
        let state = sandbox(&["mkdir /a"]);
        let host = HostChoice::of(HostKind::V2);
        let state = state.reduce(Action::Host(host));
        assert_eq!((typed(&state), state.host), (vec!["mkdir /a"], host));
        assert_eq!(state.notice, Some(Notice::Replayed));
        assert!(state.reduce(Action::Reset).entries.is_empty());
    }

    #[test]
    fn bad_links_lead_home_and_say_so() {
        let state = sandbox(&[]).reduce(Action::Open(Err(BadLink("link-lines"))));
        assert_eq!((&state.route, &state.notice), (&Route::Home, &Some(Notice::BadLink("link-lines"))));
        let missing = Place::new(Route::Lesson("none".to_owned()));
        let state = state.reduce(Action::Open(Ok(missing)));
        assert_eq!(state.notice, Some(Notice::NoLesson("none".to_owned())));
    }
}
