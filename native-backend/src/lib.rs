//! The `drydock` program: the command line, and the engine's plans on the real Linux kernel.
//!
//! | module | what it is |
//! |---|---|
//! | [`cli`] | the command line, one file a subcommand |
//! | [`host`] | a session on the real kernel: namespaces, agents, calls, probes |
//! | [`mod@bench`] | what the model predicts, held against what this machine does |
//! | [`journal`] | what a session makes on the machine is written down first |
//! | [`clean`] | and removed, by its keeper, the next session or `drydock clean` |
//! | [`conformance`] | scenarios, performed on the model and on a real Linux |
//! | [`doctor`] | what this machine can do, and what to do about what it cannot |
//! | [`workload`] | stress and memhog, where the machine has none |
//! | [`test_host`] | a stock kernel in an emulator, for hosts that this machine is not |
//! | [`serve`] | the workbench for browsers on this machine |

pub mod bench;
pub mod clean;
pub mod cli;
pub mod conformance;
pub mod doctor;
pub mod host;
pub mod journal;
pub mod serve;
pub mod test_host;
pub mod workload;
