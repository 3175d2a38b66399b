//! `cargo xtask`: everything about the project that is not the project itself, in Rust, so that a
//! machine with rustup and a C linker needs nothing else.
//!
//! * [`setup`] adds what is missing: the wasm target, a browser, the accessibility checker
//! * [`bundle`] makes the folder of static files a browser loads ([`html`] rewrites its entry page)
//! * [`binary`] builds `drydock` with that folder inside
//! * [`serve`], [`mod@test`], [`conformance`], [`check`], [`mod@truth`], [`walk`], [`containers`], [`mod@bench`] are the commands
//! * [`mod@test_host`] makes what test hosts are booted from
//! * [`in_browser`] runs a benchmark in Chromium
//! * [`cargo`], [`progress`], [`totals`], [`workspace`] serve the others

mod bench;
mod binary;
mod bundle;
mod cargo;
mod check;
mod conformance;
mod containers;
mod html;
mod in_browser;
mod progress;
mod serve;
mod setup;
mod test;
mod test_host;
mod totals;
mod truth;
mod walk;
mod workspace;

use std::process::ExitCode;

use anyhow::Result;
use clap::{Parser, Subcommand};

use crate::workspace::Workspace;

/// Builds, serves, tests and measures Drydock.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Arguments {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Build the workbench and serve it on this machine
    Serve(serve::Arguments),
    /// Build what is handed to others: the page as static files in dist/, and drydock with it inside
    Build,
    /// Set up and run all tests; the last line is the total
    Test(test::Arguments),
    /// Perform the scenarios in tests/conformance on the model and on a real Linux
    Conformance(conformance::Arguments),
    /// Make what test hosts are booted from: a stock kernel, a static drydock, qemu
    TestHost,
    /// Formatting, lints, documentation and licences
    Check,
    /// Compare the model with recorded answers of real kernels
    Truth(truth::Arguments),
    /// Compare random operations on the model and on this machine's kernel
    Walk(walk::Arguments),
    /// Make real containers by hand, kill them at random steps, and list what is left
    Containers(containers::Arguments),
    /// Run a benchmark; without a name, list them
    Bench(bench::Arguments),
}

fn main() -> ExitCode {
    progress::start();
    match run(Arguments::parse().task) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(task: Task) -> Result<()> {
    let workspace = Workspace::find()?;
    match task {
        Task::Serve(arguments) => serve::run(&workspace, &arguments),
        Task::Build => binary::release(&workspace),
        Task::Test(arguments) => test::run(&workspace, &arguments),
        Task::Conformance(arguments) => conformance::run(&workspace, &arguments),
        Task::TestHost => test_host::run(&workspace),
        Task::Check => check::run(&workspace),
        Task::Truth(arguments) => truth::run(&workspace, &arguments),
        Task::Walk(arguments) => walk::run(&workspace, &arguments),
        Task::Containers(arguments) => containers::run(&workspace, &arguments),
        Task::Bench(arguments) => bench::run(&workspace, &arguments),
    }
}
