//! A model that follows a real kernel, to say why the real one refuses.
//!
//! Linux answers a refusal with a number; the model knows the rule behind it. So the model performs each step
//! right after the real kernel, and where both refuse with the same number, its rule is added to the answer.
//! The first time that one of them performs a step and the other does not, their states part: from there on the
//! model would guess, and is asked no more.

use crate::host::HostProfile;
use crate::kernel::Kernel;
use crate::plan::{Actor, Answer, Backend, Helper, Observation, Observe, Probe, Reply, Step};

/// `backend`, with the model beside it.
#[derive(Debug)]
pub struct Companion<B> {
    backend: B,
    model: Option<Box<Kernel>>,
}

impl<B: Backend> Companion<B> {
    /// A fresh backend that looks like `profile`, and the model booted with the same.
    pub fn new(backend: B, profile: &HostProfile) -> Self {
        Self { backend, model: Some(Box::new(Kernel::boot(profile))) }
    }

    /// True while the model has answered as the backend did.
    pub fn follows(&self) -> bool {
        self.model.is_some()
    }

    /// The answer with the model's rule; parts from the model where they did not do the same.
    fn explained(&mut self, step: &Step, answer: Answer) -> Answer {
        let Some(model) = &mut self.model else { return answer };
        let modelled = model.perform(step);
        model.take_terminal();
        match (answer, modelled) {
            (Err(mut refusal), Err(modelled)) if refusal.errno == modelled.errno => {
                refusal.rule = modelled.rule;
                Err(refusal)
            }
            (Ok(reply), Ok(modelled)) if is_same_task(&reply, &modelled) => Ok(reply),
            (answer, _) => {
                self.model = None;
                answer
            }
        }
    }
}

/// False where the two gave or found different tasks; what was read may differ, a task's number or end may not.
fn is_same_task(real: &Reply, modelled: &Reply) -> bool {
    !matches!(real, Reply::Pid(_) | Reply::Wait(_)) || real == modelled
}

impl<B: Backend> Observe for Companion<B> {
    fn observe(&self, actor: &Actor, probe: &Probe) -> Observation {
        self.backend.observe(actor, probe)
    }

    fn pid(&self, actor: &Actor) -> Option<u32> {
        self.backend.pid(actor)
    }

    fn pid_for(&self, viewer: &Actor, actor: &Actor) -> Option<u32> {
        self.backend.pid_for(viewer, actor)
    }
}

impl<B: Backend> Backend for Companion<B> {
    fn perform(&mut self, step: &Step) -> Answer {
        let answer = self.backend.perform(step);
        self.explained(step, answer)
    }

    fn take_terminal(&mut self) -> String {
        self.backend.take_terminal()
    }

    fn begin_command(&mut self, text: &str) {
        self.backend.begin_command(text);
    }

    fn take_helper(&mut self) -> Option<Helper> {
        self.backend.take_helper()
    }

    fn is_model(&self) -> bool {
        self.backend.is_model()
    }
}

#[cfg(test)]
mod tests {
    use super::Companion;
    use crate::history::Neutral;
    use crate::host::{HostKind, HostProfile};
    use crate::kernel::Kernel;
    use crate::plan::{Actor, Backend, Call, Step};

    fn rmdir(path: &str) -> Step {
        Step::new(&Actor::shell(), Call::Rmdir { path: path.into() })
    }

    #[test]
    fn the_rule_of_a_refusal_is_added_until_the_two_part() {
        let profile = HostProfile::named(HostKind::Lecture);
        let mut kernel = Kernel::boot(&profile);
        // `Neutral` takes rules out, so what is below the companion gives numbers only, as Linux does.
        let mut companion = Companion::new(Neutral::new(&mut kernel, &profile), &profile);
        let refusal = companion.perform(&rmdir("/cgroup/none")).expect_err("it is not there");
        assert!(refusal.rule.is_some());
        assert!(companion.follows());
        // Only the one below has this directory.
        let make = Step::new(&Actor::shell(), Call::Mkdir { path: "/tmp/x".into(), mode: 0o755 });
        companion.backend.perform(&make).expect("made");
        companion.perform(&rmdir("/tmp/x")).expect("removed");
        assert!(!companion.follows());
        assert!(companion.perform(&rmdir("/cgroup/none")).expect_err("still not there").rule.is_none());
    }
}
