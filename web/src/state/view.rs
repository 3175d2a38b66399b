//! Which picture of the host is shown.

/// A picture.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum View {
    /// Control groups and the processes in them.
    #[default]
    Groups,
    /// Processes against the kinds of namespace.
    Namespaces,
    /// Mounts, and overlays layer by layer.
    Mounts,
}

impl View {
    /// All, in the order of the tabs.
    pub(crate) const ALL: [Self; 3] = [Self::Groups, Self::Namespaces, Self::Mounts];

    /// The word for ids, messages and links.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Groups => "cgroups",
            Self::Namespaces => "namespaces",
            Self::Mounts => "mounts",
        }
    }

    /// The picture of this word.
    pub(crate) fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|view| view.word() == word)
    }
}
