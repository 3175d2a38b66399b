//! The lecture's hierarchies on a host whose controllers are already mounted one by one.
//!
//! On such a host `mount -t cgroup -o cpu,memory x /cgroup/x` is refused: the controllers are taken, and taking
//! them away would disturb everything else on the machine. The mapping lets a directory of the same name in
//! each controller's own hierarchy stand in for the new hierarchy, and spreads calls over them:
//!
//! | asked for | performed |
//! |---|---|
//! | mount of free controllers | mkdir in each hierarchy; CPUs and memory nodes copied; all initial tasks moved in |
//! | any other mount of controllers | the mount itself, so that the kernel refuses it by its own rule |
//! | remount with other controllers | mkdir and rmdir in those that came and went |
//! | mkdir, rmdir, and writes to `tasks` below it | the same in each of its hierarchies, in the kernel's order |
//! | read or write of a controller's file | the same in that controller's hierarchy |
//! | remount with child groups | nothing: EBUSY, as on the lecture's host |
//! | umount | the tasks go back, and each directory is removed; with child groups all of it lives on |
//!
//! Mount, remount and umount of a mapped hierarchy are answered by the mapping once its calls are done. All other
//! answers are real answers of the kernel below. A call that is spread over several hierarchies and
//! refused by one behind the first has been performed by those before it. What differs from the lecture's host stays visible:
//! /proc/mounts and /proc/PID/cgroup show the host as it is.

use crate::host::{CONTROLLER_ORDER, HostProfile};
use crate::plan::reply::FileKind;
use crate::plan::{
    Actor, Answer, Backend, Call, Errno, FileRef, Helper, Observation, Observe, OpenMode, Probe, Refusal,
    Reply, Step, Text,
};
use std::collections::{BTreeMap, BTreeSet};

/// A backend on which version 1 controllers can be attached to hierarchies as if they were free.
pub struct Mapped<'a, B: Backend> {
    backend: &'a mut B,
    /// Where each controller is really mounted.
    real: BTreeMap<String, String>,
    /// Pids of the tasks that the host began with.
    tasks: Vec<u32>,
    /// The hierarchies asked for, by mount point, with their controllers in the kernel's order.
    hierarchies: BTreeMap<String, Vec<String>>,
}

/// Where a path of the lecture leads.
struct Place {
    /// The hierarchy's mount point.
    mount: String,
    /// The rest: empty, or `/group/file`.
    rest: String,
}

impl<'a, B: Backend> Mapped<'a, B> {
    /// Puts the mapping over a host that mounts each controller by itself.
    pub fn new(backend: &'a mut B, profile: &HostProfile) -> Self {
        let single = profile.mounts.iter().filter(|mount| mount.fstype == "cgroup");
        let real = single
            .filter(|mount| CONTROLLER_ORDER.contains(&mount.data.as_str()))
            .map(|mount| (mount.data.clone(), mount.target.clone()))
            .collect();
        let tasks = profile.tasks.iter().map(|task| task.pid).collect();
        Self { backend, real, tasks, hierarchies: BTreeMap::new() }
    }

    /// The backend below the mapping.
    pub fn below(&self) -> &B {
        self.backend
    }

    fn text(&self, text: &Text) -> String {
        text.resolve(|actor| self.backend.pid(actor)).unwrap_or_else(|| text.to_string())
    }

    fn place(&self, actor: &Actor, path: &Text) -> Option<Place> {
        let path = crate::explain::sentence::absolute(&self.text(path), actor, self.backend);
        self.hierarchies.keys().find_map(|mount| {
            let rest = path.strip_prefix(mount.as_str())?;
            let inside = rest.is_empty() || rest.starts_with('/');
            inside.then(|| Place { mount: mount.clone(), rest: rest.trim_end_matches('/').to_owned() })
        })
    }

    /// The directory of a controller's hierarchy that stands in for one asked for.
    fn stand_in(&self, controller: &str, mount: &str) -> Option<String> {
        let name = mount.rsplit('/').next().unwrap_or(mount);
        Some(format!("{}/{name}", self.real.get(controller)?))
    }

    fn stand_ins(&self, mount: &str) -> Vec<String> {
        let controllers = self.hierarchies.get(mount).cloned().unwrap_or_default();
        controllers.iter().filter_map(|controller| self.stand_in(controller, mount)).collect()
    }

    fn call(&mut self, actor: &Actor, call: Call) -> Answer {
        self.backend.perform(&Step::new(actor, call))
    }

    fn write(&mut self, actor: &Actor, path: String, data: Text) -> Answer {
        let file = FileRef::Path(path.into());
        self.call(actor, Call::Write { file, data, mode: OpenMode::Write })
    }

    fn read(&mut self, actor: &Actor, path: String) -> Option<String> {
        match self.call(actor, Call::Read { file: FileRef::Path(path.into()), at_most: None }) {
            Ok(Reply::Data(data)) => Some(data),
            _ => None,
        }
    }

    /// Performs a call for each stand-in of a place; the first refusal is the answer.
    fn each(&mut self, actor: &Actor, place: &Place, call: &dyn Fn(Text) -> Call) -> Answer {
        let mut answer = Ok(Reply::Done);
        for directory in self.stand_ins(&place.mount) {
            answer = self.call(actor, call(format!("{directory}{}", place.rest).into()));
            if answer.is_err() {
                break;
            }
        }
        answer
    }

    fn mount(&mut self, actor: &Actor, target: &str, data: &str) -> Option<Answer> {
        let controllers = self.free_controllers(data, None)?;
        for controller in &controllers {
            if let Err(refusal) = self.open_stand_in(actor, controller, target) {
                return Some(Err(refusal));
            }
        }
        self.hierarchies.insert(target.to_owned(), controllers);
        Some(Ok(Reply::Done))
    }

    /// The controllers of a mount's options in the kernel's order, if each is mounted by itself and none is in
    /// another of the hierarchies asked for.
    fn free_controllers(&self, data: &str, own: Option<&str>) -> Option<Vec<String>> {
        let wanted: BTreeSet<_> = data.split(',').collect();
        let others = self.hierarchies.iter().filter(|(mount, _)| Some(mount.as_str()) != own);
        let taken: BTreeSet<_> = others.flat_map(|(_, controllers)| controllers).collect();
        let free =
            wanted.iter().all(|word| self.real.contains_key(*word) && !taken.contains(&(*word).to_owned()));
        let ordered = CONTROLLER_ORDER.iter().filter(|name| wanted.contains(*name));
        free.then(|| ordered.map(|name| (*name).to_owned()).collect())
    }

    fn open_stand_in(&mut self, actor: &Actor, controller: &str, mount: &str) -> Result<(), Refusal> {
        let missing = || Refusal::bare(Errno::ENOENT, "mount");
        let directory = self.stand_in(controller, mount).ok_or_else(missing)?;
        match self.call(actor, Call::Mkdir { path: directory.as_str().into(), mode: 0o777 }) {
            // It has lived on.
            Err(refusal) if refusal.errno == Errno::EEXIST => return Ok(()),
            made => made?,
        };
        if controller == "cpuset" {
            for file in ["cpuset.cpus", "cpuset.mems"] {
                let parent = self.real.get(controller).cloned().unwrap_or_default();
                let value = self.read(actor, format!("{parent}/{file}")).unwrap_or_default();
                self.write(actor, format!("{directory}/{file}"), value.into())?;
            }
        }
        for pid in self.tasks.clone() {
            // A task that has ended since is no reason to refuse the mount.
            let _gone = self.write(actor, format!("{directory}/tasks"), format!("{pid}\n").into());
        }
        Ok(())
    }

    fn close_stand_in(&mut self, actor: &Actor, controller: &str, mount: &str) -> Result<(), Refusal> {
        let Some(directory) = self.stand_in(controller, mount) else { return Ok(()) };
        let parent = self.real.get(controller).cloned().unwrap_or_default();
        let tasks = self.read(actor, format!("{directory}/tasks")).unwrap_or_default();
        for pid in tasks.lines() {
            let _gone = self.write(actor, format!("{parent}/tasks"), format!("{pid}\n").into());
        }
        self.call(actor, Call::Rmdir { path: directory.into() }).map(|_| ())
    }

    /// True where a hierarchy asked for has groups below its root.
    fn has_children(&mut self, actor: &Actor, mount: &str) -> bool {
        let place = Place { mount: mount.to_owned(), rest: String::new() };
        match self.entries(actor, &place) {
            Ok(Reply::Entries(entries)) => entries.iter().any(|entry| entry.kind == FileKind::Directory),
            _ => false,
        }
    }

    fn remount(&mut self, actor: &Actor, target: &str, data: &str) -> Option<Answer> {
        let old = self.hierarchies.get(target)?.clone();
        if self.has_children(actor, target) {
            return Some(Err(Refusal::bare(Errno::EBUSY, "mount")));
        }
        let new = self.free_controllers(data, Some(target))?;
        for controller in new.iter().filter(|name| !old.contains(name)) {
            if let Err(refusal) = self.open_stand_in(actor, controller, target) {
                return Some(Err(refusal));
            }
        }
        for controller in old.iter().filter(|name| !new.contains(name)) {
            if let Err(refusal) = self.close_stand_in(actor, controller, target) {
                return Some(Err(refusal));
            }
        }
        self.hierarchies.insert(target.to_owned(), new);
        Some(Ok(Reply::Done))
    }

    fn umount(&mut self, actor: &Actor, target: &str) -> Option<Answer> {
        let controllers = self.hierarchies.get(target)?.clone();
        if self.has_children(actor, target) {
            // It lives on unmounted, with its groups and tasks, until the same is mounted again.
            self.hierarchies.remove(target);
            return Some(Ok(Reply::Done));
        }
        for controller in &controllers {
            if let Err(refusal) = self.close_stand_in(actor, controller, target) {
                return Some(Err(refusal));
            }
        }
        self.hierarchies.remove(target);
        Some(Ok(Reply::Done))
    }

    /// The real path of a file: in its controller's hierarchy, else in the first one.
    fn file_path(&self, place: &Place) -> Option<String> {
        let controllers = self.hierarchies.get(&place.mount)?;
        let name = place.rest.rsplit('/').next().unwrap_or_default();
        let owner = name.split_once('.').map(|(prefix, _)| prefix);
        let controller = controllers.iter().find(|controller| Some(controller.as_str()) == owner);
        let controller = controller.or_else(|| controllers.first())?;
        Some(format!("{}{}", self.stand_in(controller, &place.mount)?, place.rest))
    }

    fn entries(&mut self, actor: &Actor, place: &Place) -> Answer {
        let mut all = BTreeMap::new();
        for directory in self.stand_ins(&place.mount) {
            match self.call(actor, Call::Getdents64 { path: format!("{directory}{}", place.rest).into() })? {
                Reply::Entries(entries) => {
                    all.extend(entries.into_iter().map(|entry| (entry.name.clone(), entry)))
                }
                other => return Ok(other),
            }
        }
        Ok(Reply::Entries(all.into_values().collect()))
    }

    /// Performs a call that concerns a hierarchy asked for; `None` for all others.
    fn mapped(&mut self, actor: &Actor, call: &Call) -> Option<Answer> {
        match call {
            Call::Mount { target, fstype, flags, data, .. } if fstype == "cgroup" => {
                let (target, data) = (self.text(target), self.text(data));
                let remount = flags.iter().any(|flag| flag == "remount");
                if remount { self.remount(actor, &target, &data) } else { self.mount(actor, &target, &data) }
            }
            Call::Umount2 { target, .. } => {
                let target = self.text(target);
                self.umount(actor, &target)
            }
            Call::Mkdir { path, mode } => {
                let (place, mode) = (self.place(actor, path)?, *mode);
                Some(self.each(actor, &place, &|path| Call::Mkdir { path, mode }))
            }
            Call::Rmdir { path } => {
                let place = self.place(actor, path)?;
                Some(self.each(actor, &place, &|path| Call::Rmdir { path }))
            }
            Call::Fchmodat { path, mode } => {
                let (place, mode) = (self.place(actor, path)?, *mode);
                Some(self.change_mapped(actor, &place, &|path| Call::Fchmodat { path, mode }))
            }
            Call::Fchownat { path, uid, gid, nofollow } => {
                let place = self.place(actor, path)?;
                let change = |path| Call::Fchownat { path, uid: *uid, gid: *gid, nofollow: *nofollow };
                Some(self.change_mapped(actor, &place, &change))
            }
            Call::Write { file: FileRef::Path(path), data, mode } => {
                let (place, data, mode) = (self.place(actor, path)?, data.clone(), *mode);
                Some(self.write_mapped(actor, &place, &data, mode))
            }
            Call::Read { file: FileRef::Path(path), at_most } => {
                let place = self.place(actor, path)?;
                let path = self.file_path(&place)?;
                let file = FileRef::Path(path.into());
                Some(self.call(actor, Call::Read { file, at_most: *at_most }))
            }
            Call::Getdents64 { path } => {
                let place = self.place(actor, path)?;
                Some(self.entries(actor, &place))
            }
            Call::Open { path, mode } => {
                let place = self.place(actor, path)?;
                let path = self.file_path(&place)?.into();
                Some(self.call(actor, Call::Open { path, mode: *mode }))
            }
            Call::Stat { path } => {
                let place = self.place(actor, path)?;
                let path = self.file_path(&place)?.into();
                Some(self.call(actor, Call::Stat { path }))
            }
            Call::Chdir { path } => {
                let place = self.place(actor, path)?;
                let path = self.file_path(&place)?.into();
                Some(self.call(actor, Call::Chdir { path }))
            }
            _ => None,
        }
    }

    fn write_mapped(&mut self, actor: &Actor, place: &Place, data: &Text, mode: OpenMode) -> Answer {
        let write = |path: Text| Call::Write { file: FileRef::Path(path), data: data.clone(), mode };
        if is_in_each(place) {
            return self.each(actor, place, &write);
        }
        let path = self.file_path(place).unwrap_or_default();
        self.call(actor, write(path.into()))
    }

    /// Mode and owner of a group are those of its directory in each hierarchy, of a file where it is.
    fn change_mapped(&mut self, actor: &Actor, place: &Place, change: &dyn Fn(Text) -> Call) -> Answer {
        let path = self.file_path(place).unwrap_or_default();
        let found = self.backend.observe(actor, &Probe::Path(path.as_str().into()));
        let directory = matches!(found, Observation::Stat(stat) if stat.kind == FileKind::Directory);
        if directory || is_in_each(place) {
            return self.each(actor, place, change);
        }
        self.call(actor, change(path.into()))
    }
}

/// Files that every hierarchy has.
fn is_in_each(place: &Place) -> bool {
    let name = place.rest.rsplit('/').next().unwrap_or_default();
    matches!(name, "tasks" | "cgroup.procs" | "cgroup.clone_children" | "notify_on_release")
}

impl<B: Backend> Observe for Mapped<'_, B> {
    fn observe(&self, actor: &Actor, probe: &Probe) -> Observation {
        let moved = |path: &Text| {
            let place = self.place(actor, path)?;
            self.file_path(&place).map(Text::from)
        };
        let probe = match probe {
            Probe::Path(path) => moved(path).map(Probe::Path),
            Probe::Directory(path) => moved(path).map(Probe::Directory),
            Probe::File(path) => moved(path).map(Probe::File),
            Probe::Link(path) => moved(path).map(Probe::Link),
            _ => None,
        }
        .unwrap_or_else(|| probe.clone());
        self.backend.observe(actor, &probe)
    }

    fn pid(&self, actor: &Actor) -> Option<u32> {
        self.backend.pid(actor)
    }

    fn pid_for(&self, viewer: &Actor, actor: &Actor) -> Option<u32> {
        self.backend.pid_for(viewer, actor)
    }
}

impl<B: Backend> Backend for Mapped<'_, B> {
    fn perform(&mut self, step: &Step) -> Answer {
        match self.mapped(&step.actor, &step.call) {
            Some(answer) => answer,
            None => self.backend.perform(step),
        }
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
