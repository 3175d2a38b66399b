//! `cargo xtask truth`: replays recorded answers of real kernels on the model.

use std::path::PathBuf;

use anyhow::{Result, bail};

use crate::{cargo, progress, workspace::Workspace};

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// The folder with kernel.jsonl and cases/; without it, ../shared/truth/kernel beside the repository
    #[arg(long)]
    from: Option<PathBuf>,
    /// Print one case by its id: what Linux said, and what the model says
    #[arg(long)]
    show: Option<String>,
    /// Which scripts; without it, all that are about control groups, tasks and resources
    script: Vec<String>,
}

/// Prints the cases that differ or are out of reach, and their number.
pub(crate) fn run(workspace: &Workspace, arguments: &Arguments) -> Result<()> {
    let usual = workspace.root.join("../shared/truth/kernel");
    let folder = arguments.from.as_ref().unwrap_or(&usual);
    if !folder.join("kernel.jsonl").is_file() {
        bail!("{} has no kernel.jsonl; name the folder with the records by --from", folder.display());
    }
    progress::stage("truth");
    let mut command = cargo::command();
    command.current_dir(&workspace.root);
    command.args(["run", "--quiet", "--package", "drydock-tests", "--bin", "truth", "--", "--from"]);
    command.arg(std::path::absolute(folder)?);
    if let Some(id) = &arguments.show {
        command.args(["--show", id]);
    }
    cargo::run(command.args(&arguments.script))
}
