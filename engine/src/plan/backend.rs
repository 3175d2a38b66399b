//! What a kernel is to the rest of Drydock.

use super::{Actor, Answer, Helper, Observation, Probe, Step};

/// A kernel that can be looked at. Planners get no more than this.
pub trait Observe {
    /// Answers a read-only question as `actor` sees it (its root, its namespaces).
    fn observe(&self, actor: &Actor, probe: &Probe) -> Observation;

    /// The pid of an actor, in the pid namespace of the shell; `None` before its `clone3`.
    fn pid(&self, actor: &Actor) -> Option<u32>;

    /// The same in the pid namespace of `viewer`, or of the shell where it can't be seen from there.
    fn pid_for(&self, viewer: &Actor, actor: &Actor) -> Option<u32>;
}

/// A kernel that performs steps: the model, or Linux.
pub trait Backend: Observe {
    /// Performs one step. A refusal leaves the state as it was.
    fn perform(&mut self, step: &Step) -> Answer;

    /// What tasks have written to the terminal since this was asked last.
    fn take_terminal(&mut self) -> String;

    /// Tells which simple command of a line the steps that follow belong to. For recorders.
    fn begin_command(&mut self, _text: &str) {}

    /// The next task that the kernel has made to run a program of its own, such as a release agent, for the shell to
    /// perform its steps. A real kernel performs them itself.
    fn take_helper(&mut self) -> Option<Helper> {
        None
    }

    /// True where this is a model: programs have a declared behaviour, and those without one are not there.
    fn is_model(&self) -> bool;
}
