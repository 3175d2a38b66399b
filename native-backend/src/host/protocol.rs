//! What controller, keeper and agents say to each other.
//!
//! * The **controller** is the `drydock` process that a person started. It stays outside all namespaces.
//! * The **keeper** is its child, also outside: it makes the session's control groups, starts the session's
//!   first task, and removes everything when the controller is gone or says so.
//! * An **agent** is in each actor: it performs calls until execve replaces it.

use drydock_engine::host::HostProfile;
use drydock_engine::plan::{Answer, Call, Errno, Observation, Probe};
use serde::{Deserialize, Serialize};
use std::path::PathBuf;

/// The environment variable that tells the binary that it was started by itself, and as what.
pub(crate) const ROLE: &str = "DRYDOCK_ROLE";
/// Value of [`ROLE`] for the keeper.
pub(super) const KEEPER: &str = "keeper";
/// Value of [`ROLE`] for an agent.
pub(super) const AGENT: &str = "agent";

/// Value of [`ROLE`] for an agent that has executed its own program once more.
pub(super) const AGENT_AGAIN: &str = "agent-again";
/// The environment variable with what such an agent keeps.
pub(super) const KEPT: &str = "DRYDOCK_KEPT";

/// Value of [`ROLE`] for the init of a test host.
pub(crate) const TEST_HOST: &str = "test-host";

/// Controller to keeper, the first message.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Setup {
    /// What the session looks like.
    pub(super) profile: HostProfile,
    /// Where journals are.
    pub(super) state: PathBuf,
    /// The session's id.
    pub(super) id: String,
}

/// Controller to keeper, later.
#[derive(Debug, Serialize, Deserialize)]
pub(super) enum KeeperRequest {
    /// Makes the version 1 hierarchy with these mount options and holds it until `Release`.
    ///
    /// cgroup-v1.c, `cgroup1_root_to_use`: "Hierarchies may only be created in the initial cgroup namespace",
    /// and the session has one of its own; the keeper has not.
    Create(String),
    /// A hierarchy was mounted in the session that the host may not have had before.
    Note(String),
    /// A mounted hierarchy is about to get these options instead of those it has.
    Remount(String),
    /// The version 2 tree is about to be mounted in the session.
    Tree,
    /// The hierarchy of the last `Create` need not be held any longer.
    Release,
}

/// Keeper to controller.
#[derive(Debug, Serialize, Deserialize)]
pub(super) enum KeeperReply {
    /// The session is up; the agents' sockets come with it, in the order of the profile's tasks.
    Ready,
    /// The session could not be set up; nothing is left of it.
    Failed(String),
    /// The answer to a [`KeeperRequest`].
    Done(Result<(), Errno>),
}

/// Controller to agent.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Request {
    /// Comes back with the response, so that one that comes too late is known as such.
    pub(super) id: u64,
    /// What is asked.
    pub(super) work: Work,
}

/// What an agent can be asked.
#[derive(Debug, Serialize, Deserialize)]
pub(super) enum Work {
    /// A call, its references to pids resolved; the pids that a child shall have, in its own pid namespace first.
    Perform(Box<Call>, Vec<u32>),
    /// A question.
    Observe(Probe),
    /// Ends the waiting that the agent is in, if it is in one. There is no answer.
    Interrupt,
}

/// Agent to controller.
#[derive(Debug, Serialize, Deserialize)]
pub(super) enum Response {
    /// The agent is there.
    Hello,
    /// To `Perform`; a child's socket comes with it.
    Performed(u64, Answer),
    /// To `Observe`.
    Observed(u64, Observation),
}
