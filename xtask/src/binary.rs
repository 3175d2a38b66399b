//! Building `drydock` with the page inside.

use std::path::{Path, PathBuf};

use anyhow::Result;

use crate::{
    bundle::{self, Quality},
    cargo, progress,
    workspace::Workspace,
};

/// Where `native-backend/build.rs` finds the page it embeds.
pub(crate) const PAGE: &str = "DRYDOCK_PAGE";

/// How `drydock` is compiled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Profile {
    /// As the tests use it.
    Dev,
    /// As it is handed out.
    Release,
}

/// Compiles `drydock` with this page inside; answers its path.
pub(crate) fn build(workspace: &Workspace, page: &Path, profile: Profile) -> Result<PathBuf> {
    let (name, folder) = match profile {
        Profile::Dev => ("dev", "debug"),
        Profile::Release => ("release", "release"),
    };
    progress::stage(&format!("compiling drydock with the page inside (profile {name})"));
    let mut command = cargo::command();
    command.current_dir(&workspace.root).env(PAGE, page);
    cargo::run(command.args(["build", "--package", "drydock", "--bin", "drydock", "--profile", name]))?;
    Ok(workspace.target.join(folder).join("drydock"))
}

/// `cargo xtask build`.
pub(crate) fn release(workspace: &Workspace) -> Result<()> {
    let page = bundle::page(workspace, Quality::Small)?;
    let binary = build(workspace, &page, Profile::Release)?;
    progress::stage("done");
    println!("the page, for any web server: {}", page.display());
    println!("the program, with the page inside: {}", binary.display());
    Ok(())
}
