//! Why a session on the real kernel could not be had; each says what to do.

use std::io;
use std::path::PathBuf;

/// Why there is no session.
#[derive(Debug, thiserror::Error)]
pub enum HostError {
    /// Namespaces and control groups need root.
    #[error(
        "the real kernel needs root: mount and pid namespaces and version 1 control groups are made here. \
         Run it with sudo, or leave out --real (or use --on model) for the model"
    )]
    NotRoot,
    /// The state directory cannot be used.
    #[error("the state directory {}: {source}. Choose another with --state DIR or DRYDOCK_STATE", .path.display())]
    State {
        /// The directory.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The program could not start itself as the session's keeper.
    #[error("could not start the session's keeper: {0}")]
    Keeper(#[source] io::Error),
    /// The keeper said what did not work.
    #[error("the session could not be set up: {0}. `drydock doctor` says what this machine lacks")]
    Setup(String),
    /// The machine cannot be the host that was asked for.
    #[error("{0}")]
    Unavailable(String),
}
