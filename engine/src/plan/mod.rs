//! The contract: what one kernel is asked to do, and what it answers.
//!
//! A command line becomes a [`Plan`]: a list of [`Step`]s, each of them one kernel call by one actor. Two
//! backends perform the same plan: the model kernel in [`crate::kernel`] and a real Linux kernel in the
//! `drydock` binary. Everything here can be written to a file and read back; `VERSION` says which form.
//!
//! | module | what it holds |
//! |---|---|
//! | [`text`] | words and paths that may contain `pid of ACTOR` |
//! | [`call`] | the closed list of kernel calls |
//! | [`limit`] | resources that are limited |
//! | [`signal`] | signals by number and name |
//! | [`table`] | one row a call: name, usage, manual page, fidelity |
//! | [`strace`] | a call's text form, printed as strace prints it |
//! | [`sys`] | the same read from the words of `sys CALL ARGS…` |
//! | [`sys_namespaces`] | its part for namespaces, and the kinds by name |
//! | [`reply`] | replies and refusals |
//! | [`errno`] | the error numbers, with Linux's names and texts |
//! | [`probe`] | read-only questions, the same to both kernels |
//! | [`backend`] | the two traits that a kernel implements |
//! | [`helper`] | a program that the kernel itself starts |
//! | [`mod@file`] | plan files: reading them without trusting them |

pub mod backend;
pub mod call;
pub mod capability;
pub mod errno;
pub mod file;
pub mod helper;
pub mod limit;
pub mod probe;
pub mod reply;
pub mod signal;
pub mod strace;
pub mod sys;
mod sys_capabilities;
mod sys_files;
mod sys_ipc;
pub mod sys_namespaces;
mod sys_users;
pub mod table;
pub mod text;

pub use backend::{Backend, Observe};
pub use call::{
    Call, FileRef, IpcFlags, NamespaceRef, OpenMode, PipeEnd, PipeName, PriorityWhich, SetTime, StdioSource,
    TaskRef,
};
pub use errno::Errno;
pub use helper::Helper;
pub use limit::{Limits, Resource};
pub use probe::{Observation, Probe};
pub use reply::{Answer, Message, Refusal, Reply, Rule, WaitStatus};
pub use signal::Signal;
pub use table::Fidelity;
pub use text::{Piece, Text};

use serde::{Deserialize, Serialize};
use smol_str::SmolStr;
use std::fmt;

/// The version of the contract's written form. A plan file of another version is refused.
pub const VERSION: u32 = 1;

/// A task with a name: who performs a step (`shell`, `sleep.1`, later `runtime` or `web.init`).
///
/// The name stands for the task in plans, since a pid is known only once a kernel has given it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Actor(SmolStr);

impl Actor {
    /// The shell that a session starts with.
    pub const SHELL: &'static str = "shell";

    /// Names an actor.
    pub fn new(name: impl Into<SmolStr>) -> Self {
        Self(name.into())
    }

    /// The shell that a session starts with.
    pub fn shell() -> Self {
        Self::new(Self::SHELL)
    }

    /// The name as text.
    pub fn name(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Actor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// One kernel call by one actor, and why it is made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// Who makes the call.
    pub actor: Actor,
    /// What is asked of the kernel.
    pub call: Call,
    /// The reason: the name of a message in the catalogue (`why-redirect-open`), or empty where the call
    /// itself is what was asked for.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub why: String,
}

impl Step {
    /// A step whose call is itself what the person asked for.
    pub fn new(actor: &Actor, call: Call) -> Self {
        Self { actor: actor.clone(), call, why: String::new() }
    }

    /// A step with a reason from the message catalogue.
    pub fn because(actor: &Actor, call: Call, why: &str) -> Self {
        Self { actor: actor.clone(), call, why: why.to_owned() }
    }
}

/// What happens to the rest of a plan when one step is refused.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OnRefusal {
    /// The rest is performed all the same: the steps are independent (`mkdir a b`).
    #[default]
    Continue,
    /// The rest is left out: each step needs the one before it (`clone3`, `execve`).
    Stop,
}

/// Steps in the order in which they are performed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Plan {
    /// The steps.
    pub steps: Vec<Step>,
    /// What a refused step means for those behind it.
    #[serde(default)]
    pub on_refusal: OnRefusal,
}

impl Plan {
    /// A plan of independent steps.
    pub fn independent(steps: Vec<Step>) -> Self {
        Self { steps, on_refusal: OnRefusal::Continue }
    }

    /// A plan in which each step needs the one before it.
    pub fn sequence(steps: Vec<Step>) -> Self {
        Self { steps, on_refusal: OnRefusal::Stop }
    }

    /// Performs the steps one by one and gives the answers, one a step performed.
    pub fn perform(&self, backend: &mut dyn Backend) -> Vec<Answer> {
        let mut answers = Vec::with_capacity(self.steps.len());
        for step in &self.steps {
            let answer = backend.perform(step);
            let stop = answer.is_err() && self.on_refusal == OnRefusal::Stop;
            answers.push(answer);
            if stop {
                break;
            }
        }
        answers
    }
}
