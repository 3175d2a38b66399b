//! `cargo xtask conformance`: the scenarios in `tests/conformance/`, on the model and on a real Linux.

use std::{env, process::Command};

use anyhow::{Context, Result, bail};
use clap::ValueEnum;

use crate::{cargo, progress, test_host, workspace::Workspace};

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// On which kind of host; without it, on each
    #[arg(long, value_enum, default_value_t = Host::All)]
    host: Host,
    /// Scenarios with this in their names (file/title-with-dashes); without it, all
    name: Option<String>,
}

/// A kind of host.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Host {
    /// This machine, with the hierarchies that it has mounted
    This,
    /// Each version 1 controller mounted by itself, on this machine
    V1,
    /// Version 1 controllers, none of them mounted, in a test host
    Lecture,
    /// The version 2 tree, in a test host
    V2,
    /// All of these
    All,
}

impl Host {
    /// True where a kernel is booted for it.
    fn is_test_host(self) -> bool {
        matches!(self, Self::Lecture | Self::V2)
    }
}

/// Performs the scenarios; `UPDATE=linux` writes what Linux shows into their files.
pub(crate) fn run(workspace: &Workspace, arguments: &Arguments) -> Result<()> {
    let record = record()?;
    progress::stage("compiling drydock");
    let mut build = cargo::command();
    cargo::run(build.current_dir(&workspace.root).args([
        "build",
        "--package",
        "drydock",
        "--bin",
        "drydock",
    ]))?;
    let binary = workspace.target.join("debug/drydock");
    let hosts = match arguments.host {
        Host::All => vec![Host::This, Host::V1, Host::Lecture, Host::V2],
        host => vec![host],
    };
    let needs_test_host = hosts.iter().any(|host| host.is_test_host());
    let folder = if needs_test_host { test_host::environment(workspace) } else { None };
    let mut wrong = Vec::new();
    for host in hosts {
        let value = host.to_possible_value().context("a kind of host without a name")?;
        let word = value.get_name();
        progress::stage(&format!("scenarios for host {word}"));
        let mut compare = Command::new(&binary);
        compare.current_dir(&workspace.root).args(["compare", "--host", word]);
        compare.args(host.is_test_host().then_some("--test-host")).envs(folder.clone());
        compare.args(record.then_some("--record"));
        compare.args(arguments.name.iter().flat_map(|name| ["--only", name]));
        let status = compare.arg("tests/conformance").status().context("could not start drydock")?;
        match status.code() {
            Some(0) => {}
            // Where this machine cannot, drydock has said why.
            Some(2) if env::var_os("CI").is_none() => {}
            _ => wrong.push(word.to_owned()),
        }
    }
    progress::stage("done");
    if !wrong.is_empty() {
        bail!("not the same, or not performed: {}", wrong.join(", "));
    }
    Ok(())
}

fn record() -> Result<bool> {
    match env::var("UPDATE").as_deref() {
        Err(_) | Ok("") => Ok(false),
        Ok("linux") => Ok(true),
        Ok(other) => bail!("UPDATE={other}: only UPDATE=linux is known; it records what Linux answers"),
    }
}
