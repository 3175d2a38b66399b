//! The lessons, as the engine embeds them.

use std::sync::OnceLock;

use drydock_engine::{
    history::Session,
    lesson::{GoalState, Lesson, check, course},
};

/// All lessons, in the order of the course.
pub(crate) fn all() -> &'static [Lesson] {
    static ALL: OnceLock<Vec<Lesson>> = OnceLock::new();
    // The engine's tests make sure that every lesson can be read.
    ALL.get_or_init(|| course().unwrap_or_default())
}

/// The lesson of this id.
pub(crate) fn lesson(id: &str) -> Option<&'static Lesson> {
    all().iter().find(|lesson| lesson.id == id)
}

/// What is met and what is missing.
pub(crate) fn goals(lesson: &Lesson, session: &Session) -> Vec<GoalState> {
    check(lesson, session.now())
}
