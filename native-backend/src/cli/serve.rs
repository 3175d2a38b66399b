//! `drydock serve`

use super::Outcome;
use crate::serve;

/// Serve the workbench to browsers on this machine
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// The port on 127.0.0.1; 0 takes a free one
    #[arg(long, default_value_t = 8080)]
    port: u16,
}

pub(super) fn run(arguments: &Arguments) -> Outcome {
    serve::run(&serve::Options { port: arguments.port })?;
    Ok(0)
}
