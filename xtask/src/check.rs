//! `cargo xtask check`: what a reviewer should not have to say.

use std::process::Command;

use anyhow::{Result, bail};

use crate::{cargo, progress, setup, workspace::Workspace};

/// Runs every check, also after one has failed, so that one run tells all.
pub(crate) fn run(workspace: &Workspace) -> Result<()> {
    setup::wasm_target()?;
    let mut failed = Vec::new();
    for (name, mut command) in checks() {
        progress::stage(name);
        if let Err(error) = cargo::run(command.current_dir(&workspace.root)) {
            eprintln!("{error:#}");
            failed.push(name);
        }
    }
    if !failed.is_empty() {
        bail!("{} failed", failed.join(", "));
    }
    progress::stage("all checks passed");
    Ok(())
}

fn checks() -> Vec<(&'static str, Command)> {
    let mut checks = vec![
        ("formatting", arguments("fmt --all --check")),
        // `web` is compiled for wasm32 only, and `engine` for both.
        ("lints", arguments("clippy --workspace --exclude drydock-web --all-targets -- -D warnings")),
        (
            "lints, wasm32",
            arguments(
                "clippy -p drydock-engine -p drydock-web --target wasm32-unknown-unknown -- -D warnings",
            ),
        ),
        ("documentation", documentation("doc --workspace --exclude drydock-web --no-deps")),
        (
            "documentation, wasm32",
            documentation("doc -p drydock-web --target wasm32-unknown-unknown --no-deps"),
        ),
    ];
    if cargo::is_there("cargo-deny") {
        checks.push(("licences and advisories", arguments("deny --log-level warn check")));
    } else {
        progress::stage("licences and advisories: not checked (`cargo install cargo-deny` adds that)");
    }
    checks
}

fn arguments(line: &str) -> Command {
    let mut command = cargo::command();
    command.args(line.split(' '));
    command
}

fn documentation(line: &str) -> Command {
    let mut command = arguments(line);
    command.env("RUSTDOCFLAGS", "-D warnings");
    command
}
