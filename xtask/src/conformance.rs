//! `cargo xtask conformance`: the scenarios of `tests/conformance`, on the model and on real kernels.

use anyhow::{Result, bail};
use clap::ValueEnum;

use crate::{
    binary::{self, Profile},
    cargo, progress,
    totals::Totals,
    workspace::Workspace,
};

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Where they are performed
    #[arg(long, value_enum, default_value_t = Place::All)]
    host: Place,
    /// A file's name, or FILE/SCENARIO; without it, all
    name: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Place {
    /// The model alone
    Model,
    /// This machine's kernel, beside the model
    This,
    /// Everywhere
    All,
}

/// Performs the scenarios and counts them. `UPDATE=linux` writes what Linux answers into the files.
pub(crate) fn run(workspace: &Workspace, arguments: &Arguments) -> Result<()> {
    let binary = binary::build(workspace, None, Profile::Dev)?;
    let places: &[&str] = match arguments.host {
        Place::Model => &["model"],
        Place::This => &["this"],
        Place::All => &["model", "this"],
    };
    let mut totals = Totals::default();
    for place in places {
        progress::stage(&format!("conformance: {place}"));
        let mut command = cargo::command();
        command.current_dir(&workspace.root).env("DRYDOCK_BIN", &binary);
        command.args(["test", "--package", "drydock-tests", "--test", "conformance", "--"]);
        command.arg(format!("{place}/{}", arguments.name.as_deref().unwrap_or_default()));
        let mut counted = Totals::default();
        let succeeded =
            cargo::run_watching(&mut command, |line| counted += Totals::of_line(line).unwrap_or_default())?;
        if !succeeded && counted.failed == 0 {
            bail!("the scenarios could not be performed");
        }
        totals += counted;
    }
    println!("{totals}");
    if totals.failed > 0 { std::process::exit(1) } else { Ok(()) }
}
