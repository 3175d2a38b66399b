//! The model against recorded answers of real kernels.
//!
//! The records are a folder of case scripts and of what each case printed on each host and kernel. Here the
//! scripts are run once more, by Drydock's own shell on the model of that host and kernel, and what they print
//! is compared. Cases of a script build on each other, so a script is run as a whole.
//!
//! | module | what it does |
//! |---|---|
//! | [`record`] | reads the records |
//! | [`host`] | the machine that a record was made on, as a host profile |
//! | [`script`] | a script's text, made fit for the shell |
//! | [`replay`] | runs a script on a host |
//! | `kit` | the tools of the scripts: `k`, and the few programs that the shell does not have |
//! | [`neutral`] | takes out what differs from boot to boot |
//! | [`reasons`] | the differences that are known, and why |
//! | [`report`] | compares and counts |
//!
//! A case is one record: a case id on one host and kernel.

pub mod host;
mod kit;
pub mod neutral;
pub mod reasons;
pub mod record;
pub mod replay;
pub mod report;
pub mod script;

/// The scripts that are about control groups, tasks, resources and namespaces.
pub const SCRIPTS: [&str; 9] = ["v1mount", "v1tree", "v1ctl", "v1new", "v2", "cpu1", "cpu2", "ns", "cgns"];
