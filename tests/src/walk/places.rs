//! Mounting and unmounting hierarchies of the walk's own.

use super::generate::pick;
use drydock_engine::host::HostProfile;
use drydock_engine::kernel::Kernel;
use drydock_engine::plan::Call;
use fastrand::Rng;

/// Where they are mounted.
const TARGETS: [&str; 3] = ["/mnt/x", "/mnt/y", "/mnt/z"];

/// What a walk may mount.
#[derive(Debug)]
pub struct Places {
    /// Names of hierarchies, different for each seed: the machine may have other sessions.
    names: Vec<String>,
    /// Controllers that are free for hierarchies of the session's own.
    controllers: Vec<String>,
    /// Controllers that the machine has mounted.
    taken: Vec<String>,
}

impl Places {
    /// For a host. On one that is shared with others (`nested`), only hierarchies without controllers are mounted.
    pub fn new(profile: &HostProfile, seed: u64) -> Self {
        let names = ["p", "q"].map(|letter| format!("walk{seed:x}{letter}")).to_vec();
        let taken: Vec<String> = profile
            .mounts
            .iter()
            .filter(|mount| mount.fstype == "cgroup")
            .map(|mount| mount.data.clone())
            .collect();
        let free = profile.controllers.iter().filter(|_| !profile.nested);
        Self { names, controllers: free.cloned().collect(), taken }
    }

    /// A mount, a remount, an umount, or a directory to mount on.
    pub fn step(&self, rng: &mut Rng, model: &Kernel) -> Option<Call> {
        let mounts = model.mounts();
        let own: Vec<_> = mounts.iter().filter(|mount| TARGETS.contains(&mount.target.as_str())).collect();
        let target = *pick(rng, &TARGETS);
        match rng.u32(..10) {
            0 | 1 => Some(Call::Mkdir { path: target.into(), mode: 0o755 }),
            2 => Some(Call::Rmdir { path: target.into() }),
            3 if !own.is_empty() => {
                let flags = if rng.u32(..4) == 0 { vec!["detach".to_owned()] } else { Vec::new() };
                Some(Call::Umount2 { target: pick(rng, &own).target.as_str().into(), flags })
            }
            4 if !own.is_empty() => {
                let target = pick(rng, &own).target.clone();
                Some(self.remount(rng, &target))
            }
            _ => Some(self.mount(rng, target)),
        }
    }

    fn remount(&self, rng: &mut Rng, target: &str) -> Call {
        Call::Mount {
            source: "none".into(),
            target: target.into(),
            fstype: "cgroup".to_owned(),
            flags: vec!["remount".to_owned()],
            data: self.options(rng).into(),
        }
    }

    fn mount(&self, rng: &mut Rng, target: &str) -> Call {
        let (fstype, data) =
            if rng.u32(..12) == 0 { ("cgroup2", String::new()) } else { ("cgroup", self.options(rng)) };
        Call::Mount {
            source: "none".into(),
            target: target.into(),
            fstype: fstype.to_owned(),
            flags: Vec::new(),
            data: data.into(),
        }
    }

    fn options(&self, rng: &mut Rng) -> String {
        let name = pick(rng, &self.names);
        if !self.controllers.is_empty() && rng.u32(..3) > 0 {
            let count = rng.usize(1..=3);
            let mut words: Vec<&str> = (0..count).map(|_| pick(rng, &self.controllers).as_str()).collect();
            words.dedup();
            let named = if rng.u32(..5) == 0 { format!(",name={name}") } else { String::new() };
            return format!("{}{named}", words.join(","));
        }
        match rng.u32(..14) {
            0 => "none".to_owned(),
            1 => format!("name={name}"),
            2 => "none,name=".to_owned(),
            3 => "none,name=a/b".to_owned(),
            4 => format!("none,name={}", "n".repeat(64)),
            5 => "nonsense".to_owned(),
            6 => format!("none,all,name={name}"),
            7 if !self.taken.is_empty() => format!("none,{}", pick(rng, &self.taken)),
            8 => format!("none,name={name},clone_children"),
            9 => format!("none,name={name},xattr"),
            _ => format!("none,name={name}"),
        }
    }
}
