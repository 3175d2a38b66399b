//! Draws the next step.

use super::guard::Guard;
use super::places::Places;
use super::scene::{self, Directory};
use super::values;
use drydock_engine::host::HostProfile;
use drydock_engine::kernel::Kernel;
use drydock_engine::plan::{Actor, Call, FileRef, OpenMode, Signal, Step, TaskRef, Text};
use fastrand::Rng;

/// No more groups than this in all hierarchies together, roots not counted.
const MOST_GROUPS: usize = 40;

/// No deeper than this.
const DEEPEST: usize = 4;

/// No more children of the session's tasks than this at a time.
const MOST_ACTORS: usize = 10;

/// What kind of step is drawn, and how often against the others.
#[derive(Clone, Copy, Debug)]
enum Kind {
    Mkdir,
    Rmdir,
    Write,
    Read,
    ReadProc,
    List,
    Stat,
    Open,
    Unlink,
    Move,
    Clone,
    Exit,
    Kill,
    Wait,
    Mount,
    Freeze,
}

const WEIGHTS: [(Kind, u32); 16] = [
    (Kind::Mkdir, 12),
    (Kind::Rmdir, 9),
    (Kind::Write, 34),
    (Kind::Read, 14),
    (Kind::ReadProc, 3),
    (Kind::List, 3),
    (Kind::Stat, 3),
    (Kind::Open, 2),
    (Kind::Unlink, 1),
    (Kind::Move, 20),
    (Kind::Clone, 4),
    (Kind::Exit, 2),
    (Kind::Kill, 3),
    (Kind::Wait, 4),
    (Kind::Mount, 3),
    (Kind::Freeze, 3),
];

/// Names of groups; a few that are taken by files, or odd.
const NAMES: [&str; 6] = ["a", "b", "c", "d", "e", "f"];
const ODD_NAMES: [&str; 9] = ["tasks", "cgroup.procs", "x y", "a\nb", ".", "..", "é", "a.b", "nope/a"];

/// Draws steps by a seed.
#[derive(Debug)]
pub struct Generator {
    rng: Rng,
    places: Places,
    last_actor: u32,
}

impl Generator {
    /// The walk of this seed on this host.
    pub fn new(profile: &HostProfile, seed: u64) -> Self {
        Self { rng: Rng::with_seed(seed), places: Places::new(profile, seed), last_actor: 0 }
    }

    /// A step that makes sense now and does no harm to the session.
    pub fn next(&mut self, model: &Kernel, guard: &mut Guard) -> Step {
        loop {
            let Some(step) = self.draw(model) else { continue };
            if guard.allows(model, &step) {
                return step;
            }
        }
    }

    fn draw(&mut self, model: &Kernel) -> Option<Step> {
        let directories = scene::directories(model);
        let shell = Actor::shell();
        let by_shell = |call| Some(Step::new(&shell, call));
        let kind = weighted(&mut self.rng, &WEIGHTS);
        if directories.is_empty() {
            return by_shell(self.places.step(&mut self.rng, model)?);
        }
        match kind {
            Kind::Mkdir => by_shell(self.mkdir(&directories)?),
            Kind::Rmdir => by_shell(Call::Rmdir { path: self.group(&directories).path.into() }),
            Kind::Write => self.write(model, &directories),
            Kind::Read => {
                let path = self.file(model, &directories)?;
                by_shell(Call::Read { file: FileRef::Path(path.into()), at_most: None })
            }
            Kind::ReadProc => {
                let path = self.proc_file(model);
                by_shell(Call::Read { file: FileRef::Path(path), at_most: None })
            }
            Kind::List => by_shell(Call::Getdents64 { path: self.directory(&directories).path.into() }),
            Kind::Stat => by_shell(Call::Stat { path: self.some_path(model, &directories)?.into() }),
            Kind::Open => {
                let mode = self.open_mode();
                by_shell(Call::Open { path: self.some_path(model, &directories)?.into(), mode })
            }
            Kind::Unlink => by_shell(Call::Unlink { path: self.some_path(model, &directories)?.into() }),
            Kind::Move => self.move_task(model, &directories),
            Kind::Clone => self.clone3(model),
            Kind::Exit => self.exit(model),
            Kind::Kill => self.kill(model),
            Kind::Wait => self.wait(model),
            Kind::Mount => by_shell(self.places.step(&mut self.rng, model)?),
            Kind::Freeze => self.freeze(model, &directories),
        }
    }

    fn directory(&mut self, directories: &[Directory]) -> Directory {
        pick(&mut self.rng, directories).clone()
    }

    /// Mostly a group below a root.
    fn group(&mut self, directories: &[Directory]) -> Directory {
        let below: Vec<_> = directories.iter().filter(|directory| directory.depth > 0).collect();
        if below.is_empty() || self.rng.u32(..20) == 0 {
            return self.directory(directories);
        }
        (*pick(&mut self.rng, &below)).clone()
    }

    fn mkdir(&mut self, directories: &[Directory]) -> Option<Call> {
        let n_groups = directories.iter().filter(|directory| directory.depth > 0).count();
        let above = self.directory(directories);
        if n_groups >= MOST_GROUPS || above.depth >= DEEPEST {
            return None;
        }
        let odd = self.rng.u32(..25) == 0;
        let name = if odd { pick(&mut self.rng, &ODD_NAMES) } else { pick(&mut self.rng, &NAMES) };
        let mode = *pick(&mut self.rng, &[0o777, 0o755, 0o700]);
        Some(Call::Mkdir { path: format!("{}/{name}", above.path).into(), mode })
    }

    /// A file of a group; seldom one that is not there.
    fn file(&mut self, model: &Kernel, directories: &[Directory]) -> Option<String> {
        let place = self.group(directories);
        if self.rng.u32(..40) == 0 {
            return Some(format!("{}/no.such_file", place.path));
        }
        let rows = model.cgroups().files(place.group);
        (!rows.is_empty()).then(|| format!("{}/{}", place.path, pick(&mut self.rng, &rows).name))
    }

    fn some_path(&mut self, model: &Kernel, directories: &[Directory]) -> Option<String> {
        if self.rng.bool() { Some(self.group(directories).path) } else { self.file(model, directories) }
    }

    fn proc_file(&mut self, model: &Kernel) -> Text {
        let actors = scene::actors(model);
        let mut path = Text::from("/proc/");
        match self.rng.u32(..4) {
            0 => path.push_str("cgroups"),
            1 => path.push_str("mounts"),
            _ => {
                path.push_pid(pick(&mut self.rng, &actors));
                path.push_str("/cgroup");
            }
        }
        path
    }

    fn open_mode(&mut self) -> OpenMode {
        *pick(&mut self.rng, &[OpenMode::Read, OpenMode::Write, OpenMode::Truncate, OpenMode::Append])
    }

    /// As `echo VALUE > FILE` mostly.
    fn write_mode(&mut self) -> OpenMode {
        match self.rng.u32(..10) {
            0 => OpenMode::Append,
            1 | 2 => OpenMode::Write,
            _ => OpenMode::Truncate,
        }
    }

    fn write(&mut self, model: &Kernel, directories: &[Directory]) -> Option<Step> {
        let place = self.group(directories);
        let rows = model.cgroups().files(place.group);
        let writable: Vec<_> = rows.iter().filter(|row| row.mode & 0o200 != 0).collect();
        let rows = if self.rng.u32(..25) == 0 { rows.iter().collect() } else { writable };
        if rows.is_empty() {
            return None;
        }
        let row = *pick(&mut self.rng, &rows);
        if values::is_pid_file(row.name) {
            return self.move_task(model, directories);
        }
        let data = values::draw(&mut self.rng, row, &scene::neighbours(model, &place, row.name));
        let file = FileRef::Path(format!("{}/{}", place.path, row.name).into());
        Some(Step::new(&self.actor(model), Call::Write { file, data: data.into(), mode: self.write_mode() }))
    }

    /// Mostly the shell.
    fn actor(&mut self, model: &Kernel) -> Actor {
        if self.rng.u32(..5) > 0 {
            return Actor::shell();
        }
        let answering = scene::responsive(model);
        if answering.is_empty() { Actor::shell() } else { pick(&mut self.rng, &answering).clone() }
    }

    fn move_task(&mut self, model: &Kernel, directories: &[Directory]) -> Option<Step> {
        let place = self.directory(directories);
        let rows = model.cgroups().files(place.group);
        let rows: Vec<_> = rows.iter().filter(|row| values::is_pid_file(row.name)).collect();
        if rows.is_empty() {
            return None;
        }
        let name = pick(&mut self.rng, &rows).name;
        let actors = scene::actors(model);
        let odd = self.rng.u32(..12) == 0;
        let data = if odd {
            values::odd_pid(&mut self.rng).into()
        } else {
            let mut data = Text::pid_of(pick(&mut self.rng, &actors));
            data.push_str("\n");
            data
        };
        let file = FileRef::Path(format!("{}/{name}", place.path).into());
        Some(Step::new(&self.actor(model), Call::Write { file, data, mode: self.write_mode() }))
    }

    fn clone3(&mut self, model: &Kernel) -> Option<Step> {
        if model.tasks().count() >= MOST_ACTORS {
            return None;
        }
        let parent = self.actor(model);
        if parent == Actor::new("init") {
            return None;
        }
        self.last_actor += 1;
        let child = Actor::new(format!("w{}", self.last_actor));
        Some(Step::new(&parent, Call::Clone3 { child, flags: Vec::new() }))
    }

    /// One of the walk's own tasks, not one that the session began with.
    fn own(&mut self, candidates: Vec<Actor>) -> Option<Actor> {
        let own: Vec<_> = candidates.into_iter().filter(|actor| actor.name().starts_with('w')).collect();
        (!own.is_empty()).then(|| pick(&mut self.rng, &own).clone())
    }

    fn exit(&mut self, model: &Kernel) -> Option<Step> {
        let actor = self.own(scene::responsive(model))?;
        Some(Step::new(&actor, Call::ExitGroup { status: self.rng.u8(..3) }))
    }

    fn kill(&mut self, model: &Kernel) -> Option<Step> {
        let target = self.own(scene::actors(model))?;
        let signals = [Signal::KILL, Signal::TERM, Signal::STOP, Signal::CONT, Signal::CONT, Signal(0)];
        let signal = *pick(&mut self.rng, &signals);
        Some(Step::new(&Actor::shell(), Call::Kill { task: TaskRef::Actor(target), signal }))
    }

    fn wait(&mut self, model: &Kernel) -> Option<Step> {
        let child = self.own(scene::actors(model))?;
        let task = if self.rng.u32(..8) == 0 { TaskRef::Pid(-1) } else { TaskRef::Actor(child) };
        Some(Step::new(&self.actor(model), Call::Wait4 { task, patience_ms: 0 }))
    }

    /// Freezing and thawing; what is frozen is thawed more often than not.
    fn freeze(&mut self, model: &Kernel, directories: &[Directory]) -> Option<Step> {
        let has = |directory: &&Directory| {
            let files = ["freezer.state", "cgroup.freeze"];
            files.iter().any(|file| model.cgroups().file(directory.group, file).is_some())
        };
        let places: Vec<_> = directories.iter().filter(has).collect();
        if places.is_empty() {
            return None;
        }
        let place = *pick(&mut self.rng, &places);
        let on = self.rng.bool();
        let (file, data) = match (scene::is_v2(model, place.hierarchy), on) {
            (true, on) => ("cgroup.freeze", if on { "1\n" } else { "0\n" }),
            (false, true) => ("freezer.state", "FROZEN\n"),
            (false, false) => ("freezer.state", "THAWED\n"),
        };
        let file = FileRef::Path(format!("{}/{file}", place.path).into());
        let call = Call::Write { file, data: data.into(), mode: OpenMode::Truncate };
        Some(Step::new(&Actor::shell(), call))
    }
}

/// One of them, each as likely.
pub(super) fn pick<'a, T>(rng: &mut Rng, from: &'a [T]) -> &'a T {
    &from[rng.usize(..from.len())]
}

/// One of them, by weight.
pub(super) fn weighted<T: Copy>(rng: &mut Rng, from: &[(T, u32)]) -> T {
    let mut left = rng.u32(..from.iter().map(|(_, weight)| *weight).sum::<u32>());
    for (value, weight) in from {
        match left.checked_sub(*weight) {
            Some(rest) => left = rest,
            None => return *value,
        }
    }
    from[0].0
}
