//! The command line, one file a subcommand.
//!
//! Messages to people go to stderr as "drydock: what, where; what to do". A reader that goes away (`| head`)
//! ends the program quietly.

mod bench;
mod clean;
mod compare;
mod doctor;
mod execute;
mod explain;
mod lines;
mod plan;
mod scenarios;
mod script;
mod serve;
mod sh;
mod state;
mod style;
mod terminal;
mod world;

use crate::host::raw::{self, Disposition};
use clap::{Parser, Subcommand};
use nix::sys::signal::Signal;
use std::process::ExitCode;

/// A kernel for containers that can be looked into: a model, and the real one, performing the same plans.
#[derive(Debug, Parser)]
#[command(name = "drydock", version, arg_required_else_help = true)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Sh(sh::Arguments),
    Plan(plan::Arguments),
    Explain(explain::Arguments),
    Execute(execute::Arguments),
    Compare(compare::Arguments),
    Doctor(doctor::Arguments),
    Clean(clean::Arguments),
    Serve(serve::Arguments),
    Bench(bench::Arguments),
}

/// What a subcommand ends with: an exit status, or a message and status 2.
type Outcome = Result<u8, Box<dyn std::error::Error>>;

/// Exit status where the command could not do its work.
const CANNOT: u8 = 2;

/// Runs the program.
pub fn run() -> ExitCode {
    let arguments = Arguments::parse();
    // A reader that goes away ends this program as it ends others, without a word. The keeper cleans up.
    raw::set_signal(Signal::SIGPIPE, Disposition::Default);
    let outcome = match arguments.command {
        Command::Sh(arguments) => sh::run(&arguments),
        Command::Plan(arguments) => plan::run(&arguments),
        Command::Explain(arguments) => explain::run(&arguments),
        Command::Execute(arguments) => execute::run(&arguments),
        Command::Compare(arguments) => compare::run(&arguments),
        Command::Doctor(arguments) => doctor::run(&arguments),
        Command::Clean(arguments) => clean::run(&arguments),
        Command::Serve(arguments) => serve::run(&arguments),
        Command::Bench(arguments) => bench::run(&arguments),
    };
    outcome.map_or_else(
        |error| {
            eprintln!("drydock: {error}");
            ExitCode::from(CANNOT)
        },
        ExitCode::from,
    )
}
