//! The two kernels side by side.

use drydock_engine::history::Neutral;
use drydock_engine::host::HostProfile;
use drydock_engine::kernel::Kernel;
use drydock_engine::plan::{Actor, Answer, Backend, Observe, Reply, Step, strace};

/// What the two do not agree on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// `answer`, or the part of the state: `mounts`, `tasks`, `groups`.
    pub what: &'static str,
    /// What it is about, without numbers: the call and the file's name.
    pub about: String,
    /// What the model says.
    pub model: String,
    /// What the real kernel says.
    pub real: String,
}

impl Difference {
    /// True for the same kind of difference about the same kind of thing.
    pub fn is_like(&self, other: &Self) -> bool {
        self.what == other.what && self.about == other.about
    }
}

/// The model and a real kernel, both seen through neutral eyes.
pub struct Pair<'a, B: Backend> {
    model: Neutral<'a, Kernel>,
    real: Neutral<'a, B>,
}

impl<'a, B: Backend> Pair<'a, B> {
    /// Both have just been started with the profile.
    pub fn new(model: &'a mut Kernel, real: &'a mut B, profile: &HostProfile) -> Self {
        Self { model: Neutral::new(model, profile), real: Neutral::new(real, profile) }
    }

    /// The model as it is.
    pub fn model(&self) -> &Kernel {
        self.model.below()
    }

    /// Performs a step on both.
    ///
    /// # Errors
    /// The difference in their answers.
    pub fn perform(&mut self, step: &Step) -> Result<Answer, Difference> {
        let pids = |actor: &Actor| self.model.pid(actor);
        let call = format!("{}: {}", step.actor, strace::call(&step.call, &pids));
        let (left, right) = (self.model.perform(step), self.real.perform(step));
        if left == right {
            return Ok(left);
        }
        let show = |answer: &Answer| format!("{call} = {}{}", strace::answer(answer), whole(answer));
        Err(Difference { what: "answer", about: about(step), model: show(&left), real: show(&right) })
    }

    /// Compares the whole state.
    ///
    /// # Errors
    /// The first difference.
    pub fn look(&mut self) -> Result<(), Difference> {
        let mounts = |mounts: Vec<_>| mounts.iter().map(|mount| format!("{mount:?}")).collect::<Vec<_>>();
        first("mounts", &mounts(self.model.new_mounts()), &mounts(self.real.new_mounts()))?;
        first("tasks", &self.model.task_lines(), &self.real.task_lines())?;
        first("groups", &self.model.group_lines(), &self.real.group_lines())
    }
}

/// What the short form of an answer leaves out.
fn whole(answer: &Answer) -> String {
    match answer {
        Ok(Reply::Data(data)) => format!("\n{data}"),
        Ok(Reply::Entries(entries)) => {
            let line =
                |entry: &drydock_engine::plan::reply::Entry| format!("\n{} {:?}", entry.name, entry.kind);
            entries.iter().map(line).collect()
        }
        Ok(Reply::Stat(stat)) => format!("\n{stat:?}"),
        Ok(Reply::Statx(all)) => format!("\n{all:?}"),
        _ => String::new(),
    }
}

/// The call and the name of the file it is about.
fn about(step: &Step) -> String {
    let path = super::script::path_of(&step.call).map(ToString::to_string).unwrap_or_default();
    let name = path.rsplit('/').next().unwrap_or_default();
    // Names of groups are letters that mean nothing.
    let name = if name.contains(['.', '_']) || name == "tasks" { name } else { "" };
    format!("{} {name}", step.call.name())
}

fn first(what: &'static str, left: &[String], right: &[String]) -> Result<(), Difference> {
    let Some(at) = (0..left.len().max(right.len())).find(|at| left.get(*at) != right.get(*at)) else {
        return Ok(());
    };
    let text = |lines: &[String]| lines.get(at).cloned().unwrap_or_else(|| "(nothing)".to_owned());
    let (model, real) = (text(left), text(right));
    let key = model.split(':').next().unwrap_or_default().rsplit('/').next().unwrap_or_default();
    let about = if key.contains('.') { key.to_owned() } else { String::new() };
    Err(Difference { what, about, model, real })
}
