//! Resource limits: getrlimit(2), include/uapi/asm-generic/resource.h.

use serde::{Deserialize, Serialize};

/// What is limited. The numbers are those of most machines.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Resource {
    /// Seconds of CPU time.
    Cpu = 0,
    /// Bytes of a file that is written.
    Fsize = 1,
    /// Bytes of data.
    Data = 2,
    /// Bytes of stack.
    Stack = 3,
    /// Bytes of a core dump.
    Core = 4,
    /// Bytes of memory; nothing looks at it.
    Rss = 5,
    /// Threads of the user.
    Nproc = 6,
    /// One more than the highest file descriptor.
    Nofile = 7,
    /// Bytes of locked memory.
    Memlock = 8,
    /// Bytes of address space.
    As = 9,
    /// Locks on files.
    Locks = 10,
    /// Signals that wait.
    Sigpending = 11,
    /// Bytes in message queues.
    Msgqueue = 12,
    /// How far the nice value may be lowered.
    Nice = 13,
    /// The highest realtime priority.
    Rtprio = 14,
    /// Microseconds of realtime work at a stretch.
    Rttime = 15,
}

/// A soft and a hard limit; `None` is `RLIM_INFINITY`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Limits {
    /// What holds.
    pub soft: Option<u64>,
    /// How far it may be raised.
    pub hard: Option<u64>,
}

impl Resource {
    /// All, by number.
    pub const ALL: [Self; 16] = [
        Self::Cpu,
        Self::Fsize,
        Self::Data,
        Self::Stack,
        Self::Core,
        Self::Rss,
        Self::Nproc,
        Self::Nofile,
        Self::Memlock,
        Self::As,
        Self::Locks,
        Self::Sigpending,
        Self::Msgqueue,
        Self::Nice,
        Self::Rtprio,
        Self::Rttime,
    ];

    /// In lower case, without `RLIMIT_`: `nofile`, as prlimit(1) calls it.
    pub fn word(self) -> &'static str {
        const WORDS: [&str; 16] = [
            "cpu",
            "fsize",
            "data",
            "stack",
            "core",
            "rss",
            "nproc",
            "nofile",
            "memlock",
            "as",
            "locks",
            "sigpending",
            "msgqueue",
            "nice",
            "rtprio",
            "rttime",
        ];
        WORDS[self as usize]
    }

    /// Finds a resource by its word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|resource| resource.word() == word)
    }
}

/// A limit as people write it.
pub fn limit_word(limit: Option<u64>) -> String {
    limit.map_or_else(|| "unlimited".to_owned(), |limit| limit.to_string())
}
