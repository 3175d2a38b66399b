//! What came of a scenario.

use super::{Answered, Unanswered, on_model};
use drydock_engine::history::compare::{Difference, RunLine, compare_lines};
use drydock_engine::host::HostKind;
use drydock_engine::scenario::{Exchange, Scenario, shown};
use serde::Serialize;

/// What came of a scenario on one kind of host.
#[derive(Clone, Debug, Serialize)]
pub struct Outcome {
    /// The scenario.
    pub id: String,
    /// The word for the kind of host.
    pub host: &'static str,
    /// The result.
    pub verdict: Verdict,
    /// What Linux showed to each command; empty where it was not asked.
    #[serde(skip)]
    pub answers: Vec<String>,
}

/// The result of a scenario.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Model, Linux and the file agree.
    Same {
        /// Commands.
        commands: u32,
        /// Kernel calls.
        steps: u32,
        /// How many of them were refused.
        refused: u32,
    },
    /// Two of them differ.
    Different {
        /// Where first.
        difference: Difference,
        /// Headings of the two sides.
        sides: (&'static str, &'static str),
    },
    /// This machine cannot perform it.
    Skipped(String),
    /// It did not come to an end, and why.
    Failed(String),
}

/// The sides of a comparison of the two kernels.
pub const KERNELS: (&str, &str) = ("model", "linux");
/// The sides of a comparison of the file and Linux.
const FILE: (&str, &str) = ("the file", "linux");

/// Compares what Linux answered with the model, and with the file where that is asked.
pub fn outcome(scenario: &Scenario, kind: HostKind, answered: Answered, file: bool) -> Outcome {
    let (verdict, answers) = match answered {
        Err(Unanswered::Cannot(why)) => (Verdict::Skipped(why), Vec::new()),
        Err(Unanswered::Failed(why)) => (Verdict::Failed(why), Vec::new()),
        Ok((profile, linux)) => {
            let model = on_model(scenario, kind, &profile);
            let answers = linux.iter().map(|line| line.screen.clone()).collect();
            let expected = if file { scenario.exchanges(kind) } else { Vec::new() };
            (verdict(&expected, &model, &linux), answers)
        }
    };
    Outcome { id: scenario.id.clone(), host: kind.word(), verdict, answers }
}

fn verdict(expected: &[&Exchange], model: &[RunLine], linux: &[RunLine]) -> Verdict {
    let kernels = compare_lines(model, linux).map(|difference| (difference, KERNELS));
    let file = || against_file(expected, linux).map(|difference| (difference, FILE));
    match kernels.or_else(file) {
        Some((difference, sides)) => Verdict::Different { difference, sides },
        None => {
            let steps = || linux.iter().flat_map(|line| &line.steps);
            Verdict::Same {
                commands: count(linux.len()),
                steps: count(steps().count()),
                refused: count(steps().filter(|record| record.answer.is_err()).count()),
            }
        }
    }
}

fn count(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

/// The first command to which Linux showed something else than the file says.
fn against_file(expected: &[&Exchange], linux: &[RunLine]) -> Option<Difference> {
    let pairs = expected.iter().zip(linux).enumerate();
    pairs.into_iter().find_map(|(index, (exchange, line))| {
        let (left, right) = (exchange.output.clone(), shown(&line.screen));
        (left != right).then(|| Difference {
            number: index + 1,
            line: line.line.clone(),
            what: "output".to_owned(),
            left,
            right,
        })
    })
}
