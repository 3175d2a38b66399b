//! Which goals of the lesson have been reached.
//!
//! A goal is reached when its conditions hold, and it stays reached. One that holds before anything was done
//! ("the hierarchy is unmounted") counts only after it has not held for a while.

use drydock_engine::{history::Session, lesson::GoalState};

use super::permalink::Route;
use crate::course;

/// A goal, as it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Standing {
    /// What holds now.
    pub(crate) now: GoalState,
    /// Whether it was open at some time.
    opened: bool,
    /// Whether it has been reached.
    pub(crate) reached: bool,
}

/// The goals of the lesson that is open.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Goals(pub(crate) Vec<Standing>);

impl Goals {
    /// After a line was run, or at the start.
    #[must_use]
    pub(crate) fn after(&self, route: &Route, session: &Session) -> Self {
        let Route::Lesson(id) = route else { return Self::default() };
        let states = course::lesson(id).map(|lesson| course::goals(lesson, session)).unwrap_or_default();
        Self(
            states
                .into_iter()
                .enumerate()
                .map(|(at, now)| self.0.get(at).map_or_else(|| first(&now), |goal| next(goal, &now)))
                .collect(),
        )
    }

    /// How many have been reached.
    pub(crate) fn n_reached(&self) -> usize {
        self.0.iter().filter(|goal| goal.reached).count()
    }
}

fn first(now: &GoalState) -> Standing {
    Standing { now: now.clone(), opened: !now.met, reached: false }
}

fn next(before: &Standing, now: &GoalState) -> Standing {
    Standing {
        now: now.clone(),
        opened: before.opened || !now.met,
        reached: before.reached || (before.opened && now.met),
    }
}

#[cfg(test)]
mod tests {
    use super::{GoalState, first, next};

    #[test]
    fn what_holds_from_the_start_is_no_merit() {
        let state = |met| GoalState { title: String::new(), met, n_met: u32::from(met), n_conditions: 1 };
        let goal = next(&first(&state(true)), &state(true));
        assert!(!goal.reached);
        let goal = next(&next(&goal, &state(false)), &state(true));
        assert!(goal.reached);
        assert!(next(&goal, &state(false)).reached);
    }
}
