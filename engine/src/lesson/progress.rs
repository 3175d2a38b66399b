//! How far a lesson is reached.

use super::Lesson;
use crate::plan::Observe;

/// A goal, and which of its conditions hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GoalState {
    /// The goal's title.
    pub title: String,
    /// True where all conditions hold.
    pub met: bool,
    /// How many of them hold.
    pub n_met: u32,
    /// How many there are.
    pub n_conditions: u32,
}

/// Looks at every goal of a lesson.
pub fn check(lesson: &Lesson, kernel: &dyn Observe) -> Vec<GoalState> {
    let state = |goal: &super::Goal| {
        let n_conditions = u32::try_from(goal.conditions.len()).unwrap_or(u32::MAX);
        let n_met = goal.conditions.iter().filter(|condition| condition.holds(kernel)).count();
        let n_met = u32::try_from(n_met).unwrap_or(u32::MAX);
        GoalState { title: goal.title.clone(), met: n_met == n_conditions, n_met, n_conditions }
    };
    lesson.goals().map(state).collect()
}
