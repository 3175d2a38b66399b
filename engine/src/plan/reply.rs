//! What a kernel answers: a reply, or a refusal that is a value like any other.

use super::limit::Limits;
use super::{Errno, Signal};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The answer to one step.
pub type Answer = Result<Reply, Refusal>;

/// What a call gave.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reply {
    /// Done; the call returned 0.
    Done,
    /// The number of bytes written.
    Count(u64),
    /// What was read. Bytes that are not UTF-8 are shown as U+FFFD.
    Data(String),
    /// A directory's entries, sorted by name.
    Entries(Vec<Entry>),
    /// A file's attributes.
    Stat(Stat),
    /// The pid of the new child, in the pid namespace of its parent.
    Pid(u32),
    /// The id of an IPC object.
    Object(i32),
    /// What kind of file system it is, and how much room it has.
    Statfs(Box<Statfs>),
    /// How a child is or has ended.
    Wait(WaitStatus),
    /// CPUs by number, sorted.
    Cpus(Vec<u32>),
    /// A nice value, -20 to 19.
    Nice(i32),
    /// Limits, as they were before.
    Limits(Limits),
    /// Names of extended attributes, in the kernel's order.
    Names(Vec<String>),
    /// All attributes of a file.
    Statx(Box<Statx>),
}

/// What kind of file a name stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FileKind {
    /// A regular file.
    Regular,
    /// A directory.
    Directory,
    /// A symbolic link.
    Symlink,
    /// A character device.
    Character,
    /// A block device.
    Block,
    /// A named pipe.
    Fifo,
    /// A socket.
    Socket,
}

/// One name in a directory.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// The name.
    pub name: String,
    /// What it stands for.
    pub kind: FileKind,
}

/// What stat(2) tells, as far as both kernels can be compared on it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stat {
    /// What it is.
    pub kind: FileKind,
    /// Permission bits, 0 to 0o7777.
    pub mode: u32,
    /// Number of hard links.
    pub nlink: u64,
    /// Owner.
    pub uid: u32,
    /// Group.
    pub gid: u32,
    /// Size in bytes; 0 for files whose content is made when it is read.
    pub size: u64,
}

/// What statfs(2) tells.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Statfs {
    /// The number of its kind (`f_type`).
    pub kind: u64,
    /// The size of a block in bytes.
    pub block: u64,
    /// All blocks; 0 where it holds no data of its own.
    pub blocks: u64,
    /// Blocks that are free.
    pub free: u64,
    /// Blocks that are free for everybody.
    pub available: u64,
}

/// A moment: seconds since 1970, and nanoseconds of the second.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Time {
    /// Seconds since the start of 1970 (UTC); before that, less than 0.
    pub seconds: i64,
    /// Nanoseconds, 0 to 999,999,999.
    pub nanoseconds: u32,
}

/// What statx(2) tells.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Statx {
    /// What stat(2) tells as well.
    pub stat: Stat,
    /// The inode's number.
    pub inode: u64,
    /// The numbers of the device that the file is on.
    pub device: (u32, u32),
    /// The numbers of the device that the file is.
    pub represents: (u32, u32),
    /// Blocks of 512 bytes that it takes.
    pub blocks: u64,
    /// When it was made, where the file system knows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub born: Option<Time>,
    /// The last access.
    pub accessed: Time,
    /// The last change of its content.
    pub modified: Time,
    /// The last change of its content or attributes.
    pub changed: Time,
}

/// How a child stands, as wait4(2) tells it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WaitStatus {
    /// It ended by itself with this status.
    Exited(u8),
    /// A signal ended it.
    Signaled(Signal),
    /// It has not ended yet, and the waiting has.
    Running,
}

impl WaitStatus {
    /// What the shell puts into `$?`: the exit status, or 128 and the signal's number.
    pub fn shell_status(self) -> u8 {
        match self {
            Self::Exited(status) => status,
            Self::Signaled(signal) => 128_u8.wrapping_add(signal.0),
            Self::Running => 0,
        }
    }
}

/// A call that the kernel did not perform. The state is as it was before.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refusal {
    /// The error number.
    pub errno: Errno,
    /// Which system call refused, where a step stands for several: `open` or `write`.
    pub at: String,
    /// The kernel's rule behind it. The model names it; Linux gives only the number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rule: Option<Rule>,
}

/// A rule of the kernel, with the facts of this case.
pub type Rule = Message;

/// Something to say, by its name in the message catalogue.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Message {
    /// Its name, such as `rule-cgroup1-controller-busy` or `hint-did-you-mean`.
    pub id: String,
    /// What its placeholders stand for.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub facts: BTreeMap<String, String>,
}

impl Message {
    /// A message without facts.
    pub fn new(id: &str) -> Self {
        Self { id: id.to_owned(), facts: BTreeMap::new() }
    }

    /// Adds a fact that the message shows.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl ToString) -> Self {
        self.facts.insert(name.to_owned(), value.to_string());
        self
    }
}

impl Refusal {
    /// A refusal without a rule, as a real kernel gives it.
    pub fn bare(errno: Errno, at: &str) -> Self {
        Self { errno, at: at.to_owned(), rule: None }
    }

    /// A refusal that names its rule, as the model gives it.
    pub fn by(errno: Errno, at: &str, rule: Rule) -> Self {
        Self { errno, at: at.to_owned(), rule: Some(rule) }
    }
}
