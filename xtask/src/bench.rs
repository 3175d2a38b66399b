//! `cargo xtask bench`: one row a benchmark.

use std::ffi::OsString;

use anyhow::{Context, Result};

use crate::{
    binary::{self, Profile},
    bundle::{self, Quality},
    cargo, in_browser, progress,
    workspace::Workspace,
};

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Which one; without it, all are listed
    name: Option<String>,
    /// Passed on to it
    #[arg(last = true)]
    rest: Vec<OsString>,
}

/// A program that measures, of the package `drydock-tests`.
struct Benchmark {
    name: &'static str,
    about: &'static str,
    /// The cargo arguments that start it; none for the one in a browser.
    start: Option<&'static str>,
    /// What its program is told first.
    arguments: &'static [&'static str],
    /// Whether it is given `DRYDOCK_BIN`, with the page inside, as it is handed out.
    needs_binary: bool,
}

const BENCHMARKS: &[Benchmark] = &[
    Benchmark {
        name: "steps",
        about: "10,000 steps: memory and time a step, and the cost of moving at the end against the start",
        start: Some("run --release --package drydock-tests --bin bench-steps"),
        arguments: &[],
        needs_binary: false,
    },
    Benchmark {
        name: "shares",
        about: "who gets how much CPU: what the model predicts beside what this machine does (needs root)",
        start: Some("run --package drydock --bin drydock"),
        arguments: &["bench", "shares"],
        needs_binary: false,
    },
    Benchmark {
        name: "scale",
        about: "simple steps: what they cost with 10 groups and tasks, and with 10,000; steps a second",
        start: Some("run --release --package drydock-tests --bin bench-scale"),
        arguments: &[],
        needs_binary: false,
    },
    Benchmark {
        name: "browser",
        about: "the same as `scale`, by the page's engine in Chromium",
        start: None,
        arguments: &[],
        needs_binary: false,
    },
    Benchmark {
        name: "page",
        about: "what a first visit transfers, and how long until the page answers",
        start: Some("test --package drydock-tests --test browser"),
        arguments: &["speed"],
        needs_binary: true,
    },
];

/// Runs the named benchmark, or lists them all.
pub(crate) fn run(workspace: &Workspace, arguments: &Arguments) -> Result<()> {
    let Some(name) = &arguments.name else {
        for benchmark in BENCHMARKS {
            println!("{:8} {}", benchmark.name, benchmark.about);
        }
        return Ok(());
    };
    let benchmark = BENCHMARKS.iter().find(|benchmark| benchmark.name == name);
    let benchmark =
        benchmark.with_context(|| format!("no benchmark {name}; `cargo xtask bench` lists them"))?;
    let Some(start) = benchmark.start else { return in_browser::run(workspace) };
    let mut command = cargo::command();
    command.current_dir(&workspace.root).args(start.split(' '));
    if benchmark.needs_binary {
        let page = bundle::page(workspace, Quality::Small)?;
        command.env("DRYDOCK_BIN", binary::build(workspace, &page, Profile::Release)?);
    }
    progress::stage(benchmark.name);
    cargo::run(command.arg("--").args(benchmark.arguments).args(&arguments.rest))
}
