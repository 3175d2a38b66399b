//! Where things are.

use std::path::PathBuf;

use anyhow::{Context, Result, anyhow};

use crate::cargo;

/// The folders a task works in.
pub(crate) struct Workspace {
    /// The repository's root.
    pub(crate) root: PathBuf,
    /// Cargo's target folder; everything that can be made again is below it.
    pub(crate) target: PathBuf,
}

impl Workspace {
    /// Asks cargo, because a person may have moved the target folder.
    pub(crate) fn find() -> Result<Self> {
        let output = cargo::command()
            .args(["metadata", "--no-deps", "--format-version", "1"])
            .output()
            .context("could not run `cargo metadata`")?;
        let metadata: serde_json::Value = serde_json::from_slice(&output.stdout).with_context(|| {
            format!("`cargo metadata` failed: {}", String::from_utf8_lossy(&output.stderr))
        })?;
        let folder = |key: &str| {
            let path = metadata[key].as_str().map(PathBuf::from);
            path.ok_or_else(|| anyhow!("`cargo metadata` names no {key}"))
        };
        Ok(Self { root: folder("workspace_root")?, target: folder("target_directory")? })
    }
}
