//! Users: who a task is, and what it may do for that (credentials(7), capabilities(7)).
//!
//! | module | what it holds |
//! |---|---|
//! | [`capability`] | sets of capabilities |
//! | [`credentials`] | ids and capabilities of a task, and how they change |
//! | [`access`] | owner, group and the others: may it read, write, search? |
//! | `attributes` | chmod(2) and chown(2) |

pub(crate) mod access;
mod attributes;
pub mod capability;
mod change;
pub mod credentials;
