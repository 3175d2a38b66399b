//! `cargo xtask walk`: random operations on control groups, on the model and on this machine's kernel, or on one that is booted for it.

use std::ffi::OsString;

use anyhow::Result;

use crate::{cargo, test_host, workspace::Workspace};

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// `--seed N`, `--seeds COUNT`, `--steps COUNT`, `--host KIND`, `--test-host`, `--overlay`, `--mounts`; see `cargo xtask walk -- --help`
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    rest: Vec<OsString>,
}

/// Builds and runs the program that walks.
pub(crate) fn run(workspace: &Workspace, arguments: &Arguments) -> Result<()> {
    let mut command = cargo::command();
    if arguments.rest.iter().any(|word| word == "--test-host") {
        command.envs(test_host::environment(workspace));
    }
    let start = "run --quiet --package drydock-tests --bin walk --";
    cargo::run(command.current_dir(&workspace.root).args(start.split(' ')).args(&arguments.rest))
}
