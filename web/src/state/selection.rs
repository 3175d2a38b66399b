//! What the inspector shows: a control group, a process or a namespace.

use std::fmt;

use drydock_engine::view::GroupKey;

/// A selected thing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Selection {
    /// A control group.
    Group(GroupKey),
    /// A process, by its pid.
    Task(u32),
    /// A namespace, by the number in its link.
    Namespace(u64),
}

impl Selection {
    /// Reads the form that [`fmt::Display`] writes; `None` for anything else.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        if let Some(pid) = text.strip_prefix('p') {
            return pid.parse().ok().map(Self::Task);
        }
        if let Some(inode) = text.strip_prefix('n') {
            return inode.parse().ok().map(Self::Namespace);
        }
        let (hierarchy, path) = text.strip_prefix('h')?.split_once(':')?;
        let key = GroupKey { hierarchy: hierarchy.parse().ok()?, path: path.to_owned() };
        key.path.starts_with('/').then_some(Self::Group(key))
    }
}

impl fmt::Display for Selection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Group(key) => write!(f, "h{}:{}", key.hierarchy, key.path),
            Self::Task(pid) => write!(f, "p{pid}"),
            Self::Namespace(inode) => write!(f, "n{inode}"),
        }
    }
}
