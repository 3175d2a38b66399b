//! A random walk: operations on control groups, drawn by a seed, performed by the model and by a real kernel
//! side by side. They shall answer the same at each step and be in the same state.
//!
//! | module | what it is |
//! |---|---|
//! | [`pair`] | the two kernels, step by step, and the first difference |
//! | [`scene`] | what there is to act on, looked up in the model |
//! | [`generate`] | draws the next step, [`values`] what is written, [`places`] where file systems are mounted |
//! | [`overlay`] | another walk: files in an overlay |
//! | [`guard`] | what would silence the session itself, and is not done |
//! | [`shrink`] | makes the list of steps that leads to a difference short |
//! | [`mounts`] | another walk: mounts and mount namespaces of two tasks |
//! | [`emulated`] | the walk in a kernel that is booted for it |
//! | [`script`] | steps as lines of the shell, for `drydock compare` |
//!
//! The generator looks at the model to choose, so that most operations reach deep; the same profile, seed and
//! number of steps give the same walk on every machine, as long as model and kernel agree.

pub mod emulated;
pub mod generate;
pub mod guard;
pub mod mounts;
pub mod overlay;
pub mod pair;
pub mod places;
pub mod scene;
pub mod script;
pub mod shrink;
pub mod values;

use drydock_engine::host::HostProfile;
use drydock_engine::kernel::Kernel;
use drydock_engine::plan::{Backend, Step};
use generate::Generator;
use guard::Guard;
use pair::{Difference, Pair};
use std::collections::BTreeMap;

/// Steps between two looks at the whole state.
const LOOK_EVERY: usize = 50;

/// A walk that found no difference.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// Steps performed on both.
    pub steps: usize,
    /// Those of them that both refused.
    pub refused: usize,
    /// How often the whole state was compared.
    pub looks: usize,
    /// How often each call was made, and how often it was performed.
    pub calls: BTreeMap<&'static str, (usize, usize)>,
}

/// A walk that found one, with the shortest list of steps that still leads to it.
#[derive(Clone, Debug)]
pub struct Finding {
    /// The number of the step, from 0, after which it was seen first.
    pub at: usize,
    /// What differed then.
    pub first: Difference,
    /// What differs after the steps below.
    pub difference: Difference,
    /// Steps that lead to it in a fresh session.
    pub steps: Vec<Step>,
    /// False where it did not come again in a fresh session, so that nothing could be left out.
    pub reproduced: bool,
}

/// How a walk ends.
#[derive(Clone, Debug)]
pub enum Outcome {
    /// No difference.
    Same(Report),
    /// A difference.
    Different(Box<Finding>),
}

/// Walks `steps` steps from `seed`. `start` makes a fresh session of the real kernel that looks like `profile`;
/// it is asked again for each attempt to shorten a finding.
///
/// # Errors
/// What `start` says where it cannot.
pub fn run<B: Backend, E>(
    profile: &HostProfile,
    seed: u64,
    steps: usize,
    mut start: impl FnMut() -> Result<B, E>,
) -> Result<Outcome, E> {
    let (performed, difference) = match walk(profile, seed, steps, start()?) {
        Ok(report) => return Ok(Outcome::Same(report)),
        Err(found) => *found,
    };
    let at = performed.len().saturating_sub(1);
    let mut failed = None;
    let shrunk = shrink::shrink(&performed, &mut |steps| {
        let session = start().map_err(|error| failed = Some(error)).ok()?;
        replay(profile, steps, session, &difference)
    });
    if let Some(error) = failed {
        return Err(error);
    }
    let reproduced = shrunk.is_some();
    let first = difference.clone();
    let (steps, difference) = shrunk.unwrap_or((performed, difference));
    Ok(Outcome::Different(Box::new(Finding { at, first, difference, steps, reproduced })))
}

/// Draws a walk with the model alone, for a kernel that can be asked only when all steps are known.
pub fn draw(profile: &HostProfile, seed: u64, steps: usize) -> Vec<Step> {
    let mut generator = Generator::new(profile, seed);
    let mut guard = Guard::default();
    let mut model = Kernel::boot(profile);
    let next = |_| {
        let step = generator.next(&model, &mut guard);
        // Refusals are part of a walk.
        let _answer = model.perform(&step);
        step
    };
    (0..steps).map(next).collect()
}

type Found = Box<(Vec<Step>, Difference)>;

fn walk(profile: &HostProfile, seed: u64, steps: usize, mut real: impl Backend) -> Result<Report, Found> {
    let mut generator = Generator::new(profile, seed);
    let mut guard = Guard::default();
    let mut model = Kernel::boot(profile);
    let mut report = Report::default();
    let mut performed = Vec::new();
    let mut pair = Pair::new(&mut model, &mut real, profile);
    for number in 1..=steps {
        let step = generator.next(pair.model(), &mut guard);
        performed.push(step.clone());
        let answer = pair.perform(&step).map_err(|difference| Box::new((performed.clone(), difference)))?;
        let call = report.calls.entry(step.call.name()).or_default();
        call.0 += 1;
        call.1 += usize::from(answer.is_ok());
        report.steps += 1;
        report.refused += usize::from(answer.is_err());
        if number % LOOK_EVERY == 0 || number == steps {
            pair.look().map_err(|difference| Box::new((performed.clone(), difference)))?;
            report.looks += 1;
        }
    }
    Ok(report)
}

/// Performs steps again; gives the difference if it is the one looked for.
fn replay(
    profile: &HostProfile,
    steps: &[Step],
    mut real: impl Backend,
    wanted: &Difference,
) -> Option<Difference> {
    let mut guard = Guard::default();
    let mut model = Kernel::boot(profile);
    let mut pair = Pair::new(&mut model, &mut real, profile);
    for step in steps {
        if !guard.allows(pair.model(), step) {
            return None;
        }
        if let Err(found) = pair.perform(step) {
            return found.is_like(wanted).then_some(found);
        }
    }
    pair.look().err().filter(|found| found.is_like(wanted))
}
