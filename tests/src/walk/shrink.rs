//! Fewer steps that lead to the same difference: delta debugging (Zeller and Hildebrandt, "Simplifying and
//! Isolating Failure-Inducing Input").

use super::pair::Difference;
use drydock_engine::plan::{Call, Step};
use std::collections::BTreeSet;
use std::time::{Duration, Instant};

/// Attempts end after this: each is a session of its own.
const PATIENCE: Duration = Duration::from_secs(150);

/// The hierarchy that a step is about, as far as its path tells.
fn hierarchy(step: &Step) -> String {
    let path = super::script::path_of(&step.call).map(ToString::to_string).unwrap_or_default();
    let parts: Vec<_> = path.split('/').skip(1).collect();
    let n_parts = if path.starts_with("/sys/fs/cgroup/") { 4 } else { 2 };
    parts[..n_parts.min(parts.len())].join("/")
}

/// What only looks, against what acts.
fn looks(step: &Step) -> String {
    let looks = matches!(
        step.call,
        Call::Read { .. } | Call::Getdents64 { .. } | Call::Stat { .. } | Call::Open { .. }
    );
    if looks { "looks" } else { "acts" }.to_owned()
}

/// Tries lists of steps in fresh sessions.
pub type Attempt<'a> = dyn FnMut(&[Step]) -> Option<Difference> + 'a;

/// The shortest list that was found and the difference it leads to; `None` where not even all steps lead to it.
pub fn shrink(steps: &[Step], attempt: &mut Attempt<'_>) -> Option<(Vec<Step>, Difference)> {
    let mut difference = attempt(steps)?;
    let mut steps = steps.to_vec();
    let until = Instant::now() + PATIENCE;
    // What is about other hierarchies, or only looks, is seldom needed: all of it is left out at once.
    let kinds: [fn(&Step) -> String; 3] = [looks, hierarchy, |step| step.call.name().to_owned()];
    for kind in kinds {
        for left_out in steps.iter().map(kind).collect::<BTreeSet<_>>() {
            if Instant::now() >= until {
                break;
            }
            let rest: Vec<_> = steps.iter().filter(|step| kind(step) != left_out).cloned().collect();
            if let Some(found) = attempt(&rest) {
                (steps, difference) = (rest, found);
            }
        }
    }
    let mut size = steps.len().div_ceil(2);
    while size > 0 && Instant::now() < until {
        let mut removed = false;
        // From the end: what comes late depends on what came early.
        let mut end = steps.len();
        while end > 0 && Instant::now() < until {
            let begin = end.saturating_sub(size);
            let rest = [&steps[..begin], &steps[end..]].concat();
            if let Some(found) = attempt(&rest) {
                (steps, difference, removed) = (rest, found, true);
            }
            end = begin;
        }
        size = if size == 1 && removed { 1 } else { size / 2 };
    }
    Some((steps, difference))
}

#[cfg(test)]
mod tests {
    use super::{Difference, shrink};
    use drydock_engine::plan::{Actor, Call, Step};

    fn step(number: usize) -> Step {
        Step::new(&Actor::shell(), Call::Rmdir { path: number.to_string().into() })
    }

    fn difference() -> Difference {
        Difference { what: "answer", about: String::new(), model: String::new(), real: String::new() }
    }

    #[test]
    fn only_the_steps_that_matter_stay() {
        let steps: Vec<Step> = (0..100).map(step).collect();
        let needed = [step(3), step(50), step(51), step(99)];
        let mut attempts = 0;
        let shrunk = shrink(&steps, &mut |rest| {
            attempts += 1;
            needed.iter().all(|step| rest.contains(step)).then(difference)
        });
        assert_eq!(shrunk.map(|(steps, _)| steps), Some(needed.to_vec()));
        assert!(attempts < 100, "{attempts} attempts");
    }

    #[test]
    fn what_does_not_come_again_is_not_shortened() {
        assert!(shrink(&[step(1)], &mut |_| None).is_none());
    }
}
