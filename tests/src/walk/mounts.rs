//! A random walk of mounts: two tasks mount, bind, move, change propagation, unmount, and leave and enter mount
//! namespaces. After each step the tables of both are the same on the model and on Linux.

use super::pair::{Difference, Pair};
use super::shrink;
use drydock_engine::host::HostProfile;
use drydock_engine::kernel::Kernel;
use drydock_engine::plan::{Actor, Backend, Call, FileRef, NamespaceRef, Step, TaskRef, Text, strace};
use fastrand::Rng;

/// A walk that found no difference.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// Steps performed on both.
    pub steps: usize,
    /// Those of them that both refused.
    pub refused: usize,
}

/// A walk that found one.
#[derive(Clone, Debug)]
pub struct Finding {
    /// What differs.
    pub difference: Difference,
    /// The steps that lead to it, as strace prints them.
    pub steps: Vec<String>,
}

/// Walks `steps` steps from `seed`; `start` makes a fresh session of the real kernel.
///
/// # Errors
/// What `start` says where it cannot.
pub fn run<B: Backend, E>(
    profile: &HostProfile,
    seed: u64,
    steps: usize,
    mut start: impl FnMut() -> Result<B, E>,
) -> Result<Result<Report, Box<Finding>>, E> {
    let mut generator = Generator { rng: Rng::with_seed(seed), made: 0 };
    let all: Vec<Step> = beginning().into_iter().chain((0..steps).map(|_| generator.next())).collect();
    let found = match perform(profile, &all, start()?) {
        Ok(report) => return Ok(Ok(report)),
        Err(found) => found,
    };
    let (at, difference) = *found;
    let performed = all.get(..=at).unwrap_or(&all).to_vec();
    let mut failed = None;
    let shrunk = shrink::shrink(&performed, &mut |steps| {
        let session = start().map_err(|error| failed = Some(error)).ok()?;
        let found = perform(profile, steps, session).err().map(|found| found.1);
        found.filter(|found| found.is_like(&difference))
    });
    if let Some(error) = failed {
        return Err(error);
    }
    let (steps, difference) = shrunk.unwrap_or((performed, difference));
    let shown = steps.iter().map(|step| format!("{}: {}", step.actor, strace::call(&step.call, &|_| None)));
    Ok(Err(Box::new(Finding { difference, steps: shown.collect() })))
}

/// Performs steps, each followed by a look at both tables; gives the first difference and after which step.
fn perform(
    profile: &HostProfile,
    steps: &[Step],
    mut real: impl Backend,
) -> Result<Report, Box<(usize, Difference)>> {
    let mut model = Kernel::boot(profile);
    let mut pair = Pair::new(&mut model, &mut real, profile);
    let mut report = Report::default();
    for (at, step) in steps.iter().enumerate() {
        let found = |difference| Box::new((at, difference));
        let answer = pair.perform(step).map_err(found)?;
        report.steps += 1;
        report.refused += usize::from(answer.is_err());
        for actor in [Actor::shell(), worker()] {
            let _table = pair.perform(&table_of(&actor)).map_err(found)?;
        }
    }
    Ok(report)
}

fn worker() -> Actor {
    Actor::new("worker")
}

/// The shell reads an actor's table, as it is seen from that actor's root.
fn table_of(actor: &Actor) -> Step {
    let mut path = Text::from("/proc/");
    path.push(&Text::pid_of(actor));
    path.push_str("/mountinfo");
    Step::new(&Actor::shell(), Call::Read { file: FileRef::Path(path), at_most: None })
}

/// Directories to begin with, on a tmpfs of their own.
fn beginning() -> Vec<Step> {
    let mkdir = |path: &str| Call::Mkdir { path: Text::from(path), mode: 0o755 };
    let mut calls = vec![mkdir("/mnt/w"), mount("t0", "/mnt/w", "tmpfs", &[])];
    calls.extend(["/mnt/w/a", "/mnt/w/b", "/mnt/w/c", "/mnt/w/a/x", "/mnt/w/a/y", "/mnt/w/b/x"].map(mkdir));
    calls.into_iter().map(|call| Step::new(&Actor::shell(), call)).collect()
}

fn mount(source: &str, target: &str, fstype: &str, flags: &[&str]) -> Call {
    Call::Mount {
        source: Text::from(source),
        target: Text::from(target),
        fstype: fstype.to_owned(),
        flags: flags.iter().map(|flag| (*flag).to_owned()).collect(),
        data: Text::default(),
    }
}

/// Draws steps by a seed; the same one gives the same steps.
struct Generator {
    rng: Rng,
    made: u32,
}

/// What is done, and how often against the others.
/// Makes up a call.
type Maker = fn(&mut Generator) -> Call;

const WEIGHTS: [(Maker, u32); 13] = [
    (Generator::new_mount, 16),
    (Generator::bind, 20),
    (Generator::move_mount, 8),
    (Generator::kind, 22),
    (Generator::flags, 4),
    (Generator::umount, 14),
    (Generator::mkdir, 10),
    (Generator::rmdir, 4),
    (Generator::rename, 2),
    (Generator::chdir, 4),
    (Generator::unshare, 3),
    (Generator::setns, 3),
    (Generator::chroot, 1),
];

impl Generator {
    fn next(&mut self) -> Step {
        let second = worker();
        let actor = if self.rng.u32(..3) == 0 { worker() } else { Actor::shell() };
        let all: u32 = WEIGHTS.iter().map(|(_, weight)| weight).sum();
        let mut left = self.rng.u32(..all);
        for (draw, weight) in WEIGHTS {
            if left < weight {
                let call = draw(self);
                // The shell stays where it can read the tables.
                let stays = matches!(call, Call::Chroot { .. } | Call::Unshare { .. } | Call::Setns { .. });
                return Step::new(if stays { &second } else { &actor }, call);
            }
            left -= weight;
        }
        Step::new(&actor, self.mkdir())
    }

    fn pick<'w>(&mut self, words: &[&'w str]) -> &'w str {
        words.get(self.rng.usize(..words.len())).copied().unwrap_or("")
    }

    fn path(&mut self) -> String {
        let mut path = format!("/mnt/w/{}", self.pick(&["a", "b", "c"]));
        for _ in 0..self.pick(&["", "", "", "1", "1", "1", "11"]).len() {
            path = format!("{path}/{}", self.pick(&["x", "y"]));
        }
        path
    }

    fn new_mount(&mut self) -> Call {
        self.made += 1;
        mount(&format!("t{}", self.made), &self.path(), self.pick_owned(&["tmpfs", "tmpfs", "ramfs"]), &[])
    }

    fn pick_owned(&mut self, words: &[&'static str]) -> &'static str {
        words.get(self.rng.usize(..words.len())).copied().unwrap_or("tmpfs")
    }

    fn bind(&mut self) -> Call {
        let flags: &[&str] = if self.rng.bool() { &["bind"] } else { &["bind", "rec"] };
        mount(&self.path(), &self.path(), "none", flags)
    }

    fn move_mount(&mut self) -> Call {
        mount(&self.path(), &self.path(), "none", &["move"])
    }

    fn kind(&mut self) -> Call {
        let kind = self.pick(&["shared", "shared", "shared", "private", "slave", "slave", "unbindable"]);
        let flags = if self.rng.u32(..4) == 0 { vec![kind, "rec"] } else { vec![kind] };
        mount("none", &self.path(), "none", &flags)
    }

    fn flags(&mut self) -> Call {
        let flag = self.pick(&["rdonly", "nosuid", "noexec", "noatime"]);
        mount("none", &self.path(), "none", &["remount", "bind", flag])
    }

    fn umount(&mut self) -> Call {
        let flags = self.pick(&["", "", "", "detach"]);
        let flags = Some(flags.to_owned()).filter(|flag| !flag.is_empty()).into_iter().collect();
        Call::Umount2 { target: Text::from(self.path()), flags }
    }

    fn mkdir(&mut self) -> Call {
        Call::Mkdir { path: Text::from(self.path()), mode: 0o755 }
    }

    fn rmdir(&mut self) -> Call {
        Call::Rmdir { path: Text::from(self.path()) }
    }

    /// To a name that nothing has.
    fn rename(&mut self) -> Call {
        self.made += 1;
        Call::Rename {
            from: Text::from(self.path()),
            to: Text::from(format!("{}/r{}", self.path(), self.made)),
        }
    }

    fn chdir(&mut self) -> Call {
        let path = if self.rng.bool() { "/".to_owned() } else { self.path() };
        Call::Chdir { path: Text::from(path) }
    }

    fn unshare(&mut self) -> Call {
        Call::Unshare { flags: vec!["newns".to_owned()] }
    }

    fn setns(&mut self) -> Call {
        let from = NamespaceRef::Task(TaskRef::Actor(Actor::shell()));
        Call::Setns { from, nstype: vec!["newns".to_owned()] }
    }

    fn chroot(&mut self) -> Call {
        Call::Chroot { path: Text::from(self.path()) }
    }
}
