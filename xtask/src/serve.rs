//! `cargo xtask serve`.

use std::{os::unix::process::CommandExt, process::Command};

use anyhow::{Context, Result};

use crate::{
    binary::{self, Profile},
    bundle::{self, Quality},
    progress,
    workspace::Workspace,
};

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// The port on 127.0.0.1; 0 takes a free one
    #[arg(long, default_value_t = 8080)]
    port: u16,
    /// Build it as it is handed out: smaller and faster, but built in minutes instead of seconds
    #[arg(long)]
    release: bool,
}

/// Builds what is out of date, then becomes the server.
pub(crate) fn run(workspace: &Workspace, arguments: &Arguments) -> Result<()> {
    let (quality, profile) =
        if arguments.release { (Quality::Small, Profile::Release) } else { (Quality::Quick, Profile::Dev) };
    let page = bundle::page(workspace, quality)?;
    let binary = binary::build(workspace, &page, profile)?;
    progress::stage("serving; Ctrl-C ends it");
    let mut server = Command::new(&binary);
    server.arg("serve").arg("--port").arg(arguments.port.to_string());
    // In place of this process, so that Ctrl-C and a closing terminal reach the server itself.
    Err(server.exec()).with_context(|| format!("could not start {}", binary.display()))
}
