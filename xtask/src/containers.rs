//! `cargo xtask containers`: real containers, killed at random steps, and what is left of them.

use std::ffi::OsString;

use anyhow::Result;

use crate::{cargo, workspace::Workspace};

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// `--count N`, `--seed N`, `--at-once N`; see `cargo xtask containers -- --help`
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    rest: Vec<OsString>,
}

/// Builds and runs the program that makes them.
pub(crate) fn run(workspace: &Workspace, arguments: &Arguments) -> Result<()> {
    let mut command = cargo::command();
    let start = "run --quiet --package drydock-tests --bin containers --";
    cargo::run(command.current_dir(&workspace.root).args(start.split(' ')).args(&arguments.rest))
}
