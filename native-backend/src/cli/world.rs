//! Which kernel lines are performed on: the options, and the kernel.

use super::state::State;
use crate::host::{HostError, LinuxHost, Options, profile};
use clap::ValueEnum;
use drydock_engine::history::Companion;
use drydock_engine::host::{HostKind, HostProfile};
use drydock_engine::kernel::Kernel;
use drydock_engine::mapping::Mapped;
use drydock_engine::plan::{Actor, Answer, Backend, Helper, Observation, Observe, Probe, Step};

/// `--host`, as it is typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Host {
    /// The lecture's host: version 1 controllers, nothing mounted
    Lecture,
    /// Each version 1 controller mounted by itself
    V1,
    /// The version 2 tree
    V2,
    /// This machine, with the hierarchies that it has mounted
    This,
}

impl From<Host> for HostKind {
    fn from(host: Host) -> Self {
        match host {
            Host::Lecture => Self::Lecture,
            Host::V1 => Self::V1,
            Host::V2 => Self::V2,
            Host::This => Self::This,
        }
    }
}

/// `--host` and `--map`.
#[derive(Clone, Copy, Debug, clap::Args)]
pub(super) struct HostChoice {
    /// The machine that a session starts with [default: lecture in the model, this on the real kernel]
    #[arg(long, value_enum)]
    pub(super) host: Option<Host>,
    /// Attach controllers to hierarchies as the lecture does on a host that mounts each by itself: a directory
    /// in each of theirs stands in for the new hierarchy. Goes with `--host lecture` or none
    #[arg(long)]
    pub(super) map: bool,
}

impl HostChoice {
    /// The kind of host, where nothing was said the given one.
    pub(super) fn kind(self, default: HostKind) -> Result<HostKind, HostError> {
        match (self.map, self.host) {
            (false, host) => Ok(host.map_or(default, HostKind::from)),
            (true, None | Some(Host::Lecture)) => Ok(HostKind::V1),
            (true, Some(host)) => Err(HostError::Unavailable(format!(
                "--map makes the lecture's host out of what this machine has, so it does not go with --host {}. \
                 Leave one of them out",
                HostKind::from(host).word()
            ))),
        }
    }

    /// The profile for the model. `this` and the mapping describe this machine.
    pub(super) fn for_model(self) -> Result<HostProfile, HostError> {
        match self.kind(HostKind::Lecture)? {
            HostKind::This => profile::available(HostKind::This),
            kind => Ok(HostProfile::named(kind)),
        }
    }

    /// The profile for the real kernel.
    pub(super) fn for_linux(self) -> Result<HostProfile, HostError> {
        self.for_linux_or(None)
    }

    /// The same for lines that are written for one kind of host.
    pub(super) fn for_linux_or(self, written_for: Option<HostKind>) -> Result<HostProfile, HostError> {
        profile::available(self.kind(written_for.unwrap_or(HostKind::This))?)
    }

    /// The kind of a test host.
    pub(super) fn for_test_host(self, written_for: Option<HostKind>) -> Result<HostKind, HostError> {
        if self.map {
            return Err(HostError::Unavailable(
                "a test host has the lecture's hierarchies themselves, so --map does not go with --test-host. \
                 Leave one of them out"
                    .to_owned(),
            ));
        }
        self.kind(written_for.unwrap_or(HostKind::Lecture))
    }
}

/// One of the two kernels.
pub(super) enum World {
    /// The model.
    Model(Box<Kernel>),
    /// A session on this machine, with the model beside it to name the rules behind refusals.
    Linux(Box<Companion<LinuxHost>>),
}

impl World {
    /// The model, booted with a profile.
    pub(super) fn model(profile: &HostProfile) -> Self {
        Self::Model(Box::new(Kernel::boot(profile)))
    }

    /// A session on this machine that looks like the profile.
    pub(super) fn linux(profile: &HostProfile, state: &State) -> Result<Self, HostError> {
        let options = Options { state: state.directory(), program: None };
        let host = LinuxHost::start(profile, &options)?;
        Ok(Self::Linux(Box::new(Companion::new(host, profile))))
    }

    fn kernel(&self) -> &dyn Backend {
        match self {
            Self::Model(kernel) => kernel.as_ref(),
            Self::Linux(host) => host.as_ref(),
        }
    }

    fn kernel_mut(&mut self) -> &mut dyn Backend {
        match self {
            Self::Model(kernel) => kernel.as_mut(),
            Self::Linux(host) => host.as_mut(),
        }
    }
}

impl Observe for World {
    fn observe(&self, actor: &Actor, probe: &Probe) -> Observation {
        self.kernel().observe(actor, probe)
    }

    fn pid(&self, actor: &Actor) -> Option<u32> {
        self.kernel().pid(actor)
    }

    fn pid_for(&self, viewer: &Actor, actor: &Actor) -> Option<u32> {
        self.kernel().pid_for(viewer, actor)
    }
}

impl Backend for World {
    fn perform(&mut self, step: &Step) -> Answer {
        self.kernel_mut().perform(step)
    }

    fn take_terminal(&mut self) -> String {
        self.kernel_mut().take_terminal()
    }

    fn begin_command(&mut self, text: &str) {
        self.kernel_mut().begin_command(text);
    }

    fn take_helper(&mut self) -> Option<Helper> {
        self.kernel_mut().take_helper()
    }

    fn is_model(&self) -> bool {
        self.kernel().is_model()
    }
}

/// Gives `work` the kernel, under the mapping where that was asked for.
pub(super) fn with_mapping<T>(
    world: &mut World,
    profile: &HostProfile,
    map: bool,
    work: impl FnOnce(&mut dyn Backend) -> T,
) -> T {
    if map { work(&mut Mapped::new(world, profile)) } else { work(world) }
}
