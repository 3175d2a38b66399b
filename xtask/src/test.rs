//! `cargo xtask test`: sets up, runs everything, counts.

use std::{ffi::OsString, fs, process::Command};

use anyhow::{Context, Result};
use clap::ValueEnum;

use crate::{
    binary::{self, Profile},
    bundle::{self, Quality},
    cargo, progress, setup, test_host,
    totals::Totals,
    workspace::Workspace,
};

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Run one suite instead of all
    #[arg(long)]
    only: Option<Suite>,
    /// Test the page as `serve` builds it, not the small one; its sizes and times say nothing
    #[arg(long)]
    quick: bool,
    /// Passed on to the tests, e.g. a part of a name
    #[arg(last = true)]
    rest: Vec<OsString>,
}

/// Tests that need the same things.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Suite {
    /// The tests inside the crates, examples in the documentation, and xtask's own
    Unit,
    /// What runs on the model and on this machine's kernel
    Native,
    /// The page, in a real browser
    Browser,
}

impl Suite {
    const ALL: [Self; 3] = [Self::Unit, Self::Native, Self::Browser];
}

/// Runs the suites; the last line printed is the total.
pub(crate) fn run(workspace: &Workspace, arguments: &Arguments) -> Result<()> {
    let suites = arguments.only.map_or(Suite::ALL.to_vec(), |suite| vec![suite]);
    let environment = set_up(workspace, &suites, arguments.quick)?;
    let mut totals = Totals::default();
    let mut failed = Vec::new();
    for suite in suites {
        for line in lines(workspace, suite)? {
            progress::stage(&format!("testing: cargo {line}"));
            let mut command = cargo::command();
            command.current_dir(&workspace.root).args(line.split(' ')).args(["--no-fail-fast", "--"]);
            command.args(&arguments.rest).envs(environment.iter().map(|(name, value)| (name, value)));
            let counted = count(&mut command)?;
            if counted.failed > 0 {
                failed.push(line);
            }
            totals += counted;
        }
    }
    for line in &failed {
        println!("failed: cargo {line}");
    }
    progress::stage("done");
    println!("{totals}");
    if failed.is_empty() { Ok(()) } else { std::process::exit(1) }
}

/// Makes what the suites need; answers the variables that tell the tests where it is.
fn set_up(workspace: &Workspace, suites: &[Suite], quick: bool) -> Result<Vec<(&'static str, OsString)>> {
    let mut environment = Vec::new();
    if suites.contains(&Suite::Browser) {
        setup::browser();
        if let Some(script) = setup::accessibility_checker(workspace) {
            environment.push(("DRYDOCK_AXE", script.into_os_string()));
        }
    }
    if suites.contains(&Suite::Native) {
        environment.extend(test_host::environment(workspace));
    }
    let page = bundle::page(workspace, if quick { Quality::Quick } else { Quality::Small })?;
    let binary = binary::build(workspace, &page, Profile::Dev)?;
    environment.push((binary::PAGE, page.into_os_string()));
    environment.push(("DRYDOCK_BIN", binary.into_os_string()));
    Ok(environment)
}

/// The `cargo test` lines of a suite.
///
/// xtask is tested alone: together with the others, cargo would build all that they share once more.
fn lines(workspace: &Workspace, suite: Suite) -> Result<Vec<String>> {
    Ok(match suite {
        Suite::Unit => vec![
            "test --workspace --exclude drydock-web --exclude drydock-tests --exclude xtask".to_owned(),
            "test --package xtask".to_owned(),
        ],
        Suite::Native => vec![native(workspace)?],
        Suite::Browser => vec!["test --package drydock-tests --test browser".to_owned()],
    })
}

/// Everything in the package `drydock-tests` but the browser tests; cargo has no way to leave one out.
fn native(workspace: &Workspace) -> Result<String> {
    let folder = workspace.root.join("tests/tests");
    let entries = fs::read_dir(&folder).with_context(|| format!("could not list {}", folder.display()))?;
    let mut names = Vec::new();
    for entry in entries {
        let path = entry?.path();
        let is_test = path.extension().is_some_and(|extension| extension == "rs");
        names.extend(
            path.file_stem().filter(|name| is_test && *name != "browser").map(|name| name.to_owned()),
        );
    }
    names.sort();
    let targets = names.iter().map(|name| format!(" --test {}", name.to_string_lossy()));
    Ok(format!("test --package drydock-tests --lib{}", targets.collect::<String>()))
}

/// Runs tests and counts them. What could not even be compiled counts as one failure.
fn count(command: &mut Command) -> Result<Totals> {
    let mut totals = Totals::default();
    let succeeded = cargo::run_watching(command, |line| totals += Totals::of_line(line).unwrap_or_default())?;
    if !succeeded && totals.failed == 0 {
        totals.failed = 1;
    }
    Ok(totals)
}
