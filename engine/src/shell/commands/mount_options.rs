//! The words behind `mount -o`: which are flags of mount(2), and which are the file system's own.

/// What a word does to the flags.
enum Effect {
    /// Sets a flag.
    Set(&'static str),
    /// Clears a flag.
    Clear(&'static str),
    /// A kind of propagation, which takes a call of its own.
    Kind(&'static str),
    /// Nothing that the kernel hears of.
    Nothing,
}

/// Options in the words of mount(8), and flags in those of mount(2).
const OPTIONS: [(&str, Effect); 39] = [
    ("remount", Effect::Set("remount")),
    ("ro", Effect::Set("rdonly")),
    ("rw", Effect::Clear("rdonly")),
    ("nosuid", Effect::Set("nosuid")),
    ("suid", Effect::Clear("nosuid")),
    ("nodev", Effect::Set("nodev")),
    ("dev", Effect::Clear("nodev")),
    ("noexec", Effect::Set("noexec")),
    ("exec", Effect::Clear("noexec")),
    ("sync", Effect::Set("synchronous")),
    ("async", Effect::Clear("synchronous")),
    ("dirsync", Effect::Set("dirsync")),
    ("noatime", Effect::Set("noatime")),
    ("atime", Effect::Clear("noatime")),
    ("nodiratime", Effect::Set("nodiratime")),
    ("diratime", Effect::Clear("nodiratime")),
    ("relatime", Effect::Set("relatime")),
    ("norelatime", Effect::Clear("relatime")),
    ("strictatime", Effect::Set("strictatime")),
    ("silent", Effect::Set("silent")),
    ("loud", Effect::Clear("silent")),
    ("bind", Effect::Set("bind")),
    ("rbind", Effect::Set("bind,rec")),
    ("private", Effect::Kind("private")),
    ("rprivate", Effect::Kind("private,rec")),
    ("shared", Effect::Kind("shared")),
    ("rshared", Effect::Kind("shared,rec")),
    ("slave", Effect::Kind("slave")),
    ("rslave", Effect::Kind("slave,rec")),
    ("unbindable", Effect::Kind("unbindable")),
    ("runbindable", Effect::Kind("unbindable,rec")),
    ("move", Effect::Set("move")),
    ("defaults", Effect::Nothing),
    ("auto", Effect::Nothing),
    ("noauto", Effect::Nothing),
    ("nofail", Effect::Nothing),
    ("user", Effect::Nothing),
    ("nouser", Effect::Nothing),
    ("_netdev", Effect::Nothing),
];

/// Flags and data of a mount.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct MountOptions {
    /// Flags by name, in the order in which they were set.
    pub(super) flags: Vec<String>,
    /// The file system's own options.
    pub(super) data: Vec<String>,
    /// Kinds of propagation to be set afterwards, each with the flags of its call.
    pub(super) kinds: Vec<String>,
}

impl MountOptions {
    /// Adds a list of words with commas between them.
    pub(super) fn add(&mut self, words: &str) {
        for word in words.split(',').filter(|word| !word.is_empty()) {
            match OPTIONS.iter().find(|(known, _)| *known == word) {
                Some((_, Effect::Set(flags))) => {
                    for flag in flags.split(',') {
                        if !self.has(flag) {
                            self.flags.push(flag.to_owned());
                        }
                    }
                }
                Some((_, Effect::Clear(flag))) => self.flags.retain(|set| set != flag),
                Some((_, Effect::Kind(kind))) => self.kinds.push((*kind).to_owned()),
                Some((_, Effect::Nothing)) => {}
                None => self.data.push(word.to_owned()),
            }
        }
    }

    /// True where nothing is asked for but kinds of propagation.
    pub(super) fn is_only_kinds(&self) -> bool {
        !self.kinds.is_empty() && self.flags.is_empty() && self.data.is_empty()
    }

    /// True where the flag is set.
    pub(super) fn has(&self, flag: &str) -> bool {
        self.flags.iter().any(|set| set == flag)
    }
}

/// The words of mount(8), for completion and for did-you-mean.
pub(in crate::shell) fn words() -> impl Iterator<Item = &'static str> {
    OPTIONS.iter().map(|(word, _)| *word)
}
