//! A program that the kernel itself starts.

use super::Actor;
use serde::Serialize;

/// A user-mode helper (kernel/umh.c): a task that the kernel has made and that is still to become its program.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Helper {
    /// The task.
    pub actor: Actor,
    /// The program's path and its arguments.
    pub argv: Vec<String>,
    /// Its environment, `NAME=value`.
    pub env: Vec<String>,
}
