//! Namespaces: one table of the eight kinds, namespaces(7).
//!
//! A namespace is an instance of a resource that is global to its members. Each task is in one of each kind
//! ([`NamespaceSet`]); children are in those of their parents. What a namespace holds is in the file of its kind.
//!
//! | module | what it holds |
//! |---|---|
//! | `kind`, `set`, `table` | the kinds; which namespaces a task is in; which there are, and how many there may be |
//! | `content` | what is in a namespace, by its kind |
//! | `uts` | host name and domain name |
//! | `user` | ids seen through maps, who has a capability where; `maps` reads what is written to uid_map |
//! | `pid` | numbers of processes in nested namespaces; `reaper` is what their first process means |
//! | `ipc` | System V IPC objects |
//! | `cgroup` | roots of control groups |
//! | `time` | offsets of clocks |
//! | `make` | unshare(2), and the flags of clone3(2) |
//! | `enter` | setns(2) |
//! | `links` | /proc/PID/ns |
//! | `facts` | what is in one, for whoever looks at it |
//! | `limits` | /proc/sys/user |

mod cgroup;
mod content;
mod enter;
mod facts;
mod ipc;
mod kind;
mod limits;
mod links;
mod make;
mod maps;
mod pid;
mod reaper;
mod set;
mod table;
mod time;
mod user;
mod uts;

pub(crate) use cgroup::{ControlRoots, path_from};
pub use facts::NamespaceFact;
pub(crate) use ipc::{IpcKind, IpcObjects, Wanted as IpcWanted};
pub use kind::NamespaceKind;
pub(crate) use links::NsLink;
pub(crate) use make::{Flags, Membership};
pub(crate) use maps::MapFile;
pub(crate) use pid::PidNumbers;
pub use set::NamespaceSet;
pub(crate) use table::{FIRST_PIDS, FIRST_USERS};
pub use table::{Namespace, NamespaceId, Namespaces};
pub(crate) use time::{Clock, Offsets};
pub(crate) use user::{IdKind, OVERFLOW, UserNamespace};
pub(crate) use uts::{UtsName, UtsNames};
