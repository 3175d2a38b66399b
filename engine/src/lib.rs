//! The Drydock engine: a deterministic model of the Linux kernel's containers, and the plans that both the
//! model and a real kernel perform.
//!
//! A module may use those above it in this list, never those below it.
//!
//! | module | what it is |
//! |---|---|
//! | [`plan`] | the contract: calls, steps, plans, replies, refusals, probes, and what a kernel has to offer |
//! | [`host`] | profiles of machines: what both kernels start from |
//! | [`kernel`] | the model kernel: state and rules |
//! | [`shell`] | from a line of text to plans: grammar, expansion, and one file a command |
//! | [`explain`] | from names of messages to sentences: all wording for people |
//! | [`mapping`] | the lecture's hierarchies on a host whose controllers are taken |
//! | [`history`] | a session: lines, frames, going to any step, saving and loading |
//! | [`lesson`] | the lesson format |
//! | [`scenario`] | the conformance scenarios' format |
//! | [`view`] | plain structs in the words of the screen |
//!
//! The engine reaches no file system, clock, environment, random source or thread: `clippy.toml` forbids them.

pub mod explain;
pub mod history;
pub mod host;
pub mod kernel;
pub mod lesson;
pub mod mapping;
pub mod plan;
pub mod scenario;
pub mod shell;
pub mod view;
