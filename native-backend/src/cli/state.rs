//! `--state DIR`: where sessions on the real kernel write down what they make.

use std::path::PathBuf;

/// The option, for the subcommands that have to do with the real kernel.
#[derive(Clone, Debug, clap::Args)]
pub(super) struct State {
    /// Where sessions on the real kernel write down what they make [default: /run/drydock, or drydock below
    /// XDG_RUNTIME_DIR for others than root]
    #[arg(long, value_name = "DIR", env = "DRYDOCK_STATE")]
    state: Option<PathBuf>,
}

impl State {
    /// The directory.
    pub(super) fn directory(&self) -> PathBuf {
        if let Some(directory) = &self.state {
            return directory.clone();
        }
        let runtime = std::env::var_os("XDG_RUNTIME_DIR").filter(|_| !nix::unistd::geteuid().is_root());
        runtime.map_or_else(|| PathBuf::from("/run"), PathBuf::from).join("drydock")
    }
}
