//! A session's past: what was typed, each step with its answer, and the kernel after each step.
//!
//! Going back loads an older frame; nothing is undone. Frames share their unchanged parts, so thousands of
//! them stay small, and reaching any of them costs the same.

pub mod companion;
pub mod compare;
pub mod neutral;
pub mod recorder;
pub mod saved;
pub mod session;
mod side_by_side;

pub use companion::Companion;
pub use compare::{Difference, Observed, RunLine, compare_lines, run_lines};
pub use neutral::Neutral;
pub use recorder::{Record, Recorder};
pub use session::{Frame, LineRecord, Session};
