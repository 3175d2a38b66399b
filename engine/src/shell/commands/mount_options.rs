//! The words behind `mount -o`: which are flags of mount(2), and which are the file system's own.

/// What a word does to the flags.
enum Effect {
    /// Sets a flag.
    Set(&'static str),
    /// Clears a flag.
    Clear(&'static str),
    /// Nothing that the kernel hears of.
    Nothing,
}

/// Options in the words of mount(8), and flags in those of mount(2).
const OPTIONS: [(&str, Effect); 37] = [
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
    ("private", Effect::Set("private")),
    ("rprivate", Effect::Set("private,rec")),
    ("shared", Effect::Set("shared")),
    ("rshared", Effect::Set("shared,rec")),
    ("slave", Effect::Set("slave")),
    ("rslave", Effect::Set("slave,rec")),
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
                Some((_, Effect::Nothing)) => {}
                None => self.data.push(word.to_owned()),
            }
        }
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
