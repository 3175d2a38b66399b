//! Commands whose next call depends on what the last ones answered: they have a list of jobs, and each job may put more
//! in front of the rest.

use super::{Output, Planned, Request};
use crate::plan::reply::{Entry, FileKind, Statx};
use crate::plan::{Answer, Call, Errno, Observation, OnRefusal, Plan, Probe, Step, Text};

/// What is done with the answers to a job's calls; of a refused call those behind it are not made.
type Then = Box<dyn FnOnce(&Request<'_>, &[Answer], &mut Work)>;

/// Looks at the kernel, prints, and adds jobs.
type Look = Box<dyn FnOnce(&Request<'_>, &mut Work)>;

/// Something to do.
pub(super) enum Job {
    /// No call, but what may lead to some.
    Look(Look),
    /// Calls, and what follows.
    Calls(Vec<Call>, Then),
}

impl Job {
    pub(super) fn look(look: impl FnOnce(&Request<'_>, &mut Work) + 'static) -> Self {
        Self::Look(Box::new(look))
    }

    pub(super) fn calls(
        calls: Vec<Call>,
        then: impl FnOnce(&Request<'_>, &[Answer], &mut Work) + 'static,
    ) -> Self {
        Self::Calls(calls, Box::new(then))
    }

    /// One call; `refused` says what is printed where it is refused.
    pub(super) fn call(call: Call, refused: impl FnOnce(Errno) -> String + 'static) -> Self {
        Self::calls(vec![call], |_, answers, work| {
            if let Some(errno) = refusal(answers) {
                work.fail(refused(errno));
            }
        })
    }
}

/// The error number of the call that was refused, if one was.
pub(super) fn refusal(answers: &[Answer]) -> Option<Errno> {
    answers.iter().find_map(|answer| answer.as_ref().err().map(|refusal| refusal.errno))
}

/// The most jobs that one command does.
const MOST: u32 = 20_000;

/// The jobs, and what has been printed.
#[derive(Default)]
pub(super) struct Work {
    pub(super) output: Output,
    /// How often something failed.
    pub(super) failures: u32,
    /// The next one last.
    jobs: Vec<Job>,
    done: u32,
}

impl Work {
    /// Puts jobs in front of the rest.
    pub(super) fn first(&mut self, jobs: impl IntoIterator<Item = Job>) {
        let mut jobs: Vec<Job> = jobs.into_iter().collect();
        jobs.reverse();
        self.jobs.append(&mut jobs);
    }

    /// Prints a message about a failure; the status is 1.
    pub(super) fn fail(&mut self, message: impl Into<Text>) {
        self.failures += 1;
        self.output.err(message, 1);
    }

    /// The plan of the next calls, and behind it all that follows.
    pub(super) fn start(mut self, request: &Request<'_>) -> Planned {
        while let Some(job) = self.jobs.pop() {
            self.done += 1;
            if self.done > MOST {
                self.fail(request.message("there is more to do than this shell does at once"));
                break;
            }
            match job {
                Job::Look(look) => look(request, &mut self),
                Job::Calls(calls, then) => {
                    let steps = calls.into_iter().map(|call| Step::new(request.actor, call)).collect();
                    let plan = Plan { steps, on_refusal: OnRefusal::Stop };
                    return Planned::new(plan, |_| Output::default()).and_then(move |request, answers| {
                        let mut work = self;
                        then(request, answers, &mut work);
                        Some(work.start(request))
                    });
                }
            }
        }
        self.output.into()
    }
}

/// A plan of jobs.
pub(super) fn planned(request: &Request<'_>, jobs: Vec<Job>) -> Planned {
    let mut work = Work::default();
    work.first(jobs);
    work.start(request)
}

impl Request<'_> {
    /// All attributes of a path; of a symbolic link itself.
    pub(super) fn link(&self, path: &Text) -> Result<Statx, Errno> {
        match self.observe.observe(self.actor, &Probe::Link(path.clone())) {
            Observation::Statx(all) => Ok(*all),
            Observation::Refused(errno) => Err(errno),
            _ => Err(Errno::EIO),
        }
    }

    /// True for a directory, or a link to one.
    pub(super) fn is_directory(&self, path: &Text) -> bool {
        matches!(self.look(path), Observation::Stat(stat) if stat.kind == FileKind::Directory)
    }

    /// What is in a directory, sorted by name.
    pub(super) fn names_in(&self, path: &Text) -> Result<Vec<Entry>, Errno> {
        match self.observe.observe(self.actor, &Probe::Directory(path.clone())) {
            Observation::Entries(entries) => Ok(entries),
            Observation::Refused(errno) => Err(errno),
            _ => Err(Errno::EIO),
        }
    }

    /// Where a symbolic link points.
    pub(super) fn target_of(&self, path: &Text) -> Result<String, Errno> {
        match self.observe.observe(self.actor, &Probe::Target(path.clone())) {
            Observation::Data(target) => Ok(target),
            Observation::Refused(errno) => Err(errno),
            _ => Err(Errno::EIO),
        }
    }
}

/// The last part of a path, as basename(1) gives it.
pub(super) fn last_name(path: &str) -> &str {
    let trimmed = path.trim_end_matches('/');
    if trimmed.is_empty() { "/" } else { trimmed.rsplit('/').next().unwrap_or(trimmed) }
}

/// A message of a tool: what it could not do, to which name, and why.
pub(super) fn cannot(tool: &str, what: &str, path: &str, errno: Errno) -> String {
    format!("{tool}: {what} '{path}': {}\n", errno.text())
}
