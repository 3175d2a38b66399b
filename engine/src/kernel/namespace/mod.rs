//! Namespaces: one table of the eight kinds, namespaces(7).
//!
//! A namespace is an instance of a resource that is global to its members. Each task is in one of each kind
//! ([`NamespaceSet`]); children are in those of their parents. What is in a namespace is kept by the part of the
//! kernel that the kind is about; here is which there are and who owns them.

mod kind;
mod set;
mod table;

pub use kind::NamespaceKind;
pub use set::NamespaceSet;
pub use table::{Namespace, NamespaceId, Namespaces};
