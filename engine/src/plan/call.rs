//! The closed list of kernel calls. Adding one makes both backends fail to compile until they handle it.

use super::{Actor, Text};
use serde::{Deserialize, Serialize};

/// A pipe by name; `pipe2` makes it, `dup2`, `read`, `write` and `close` refer to its ends.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PipeName(pub String);

/// One end of a pipe.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PipeEnd {
    /// The end that is read from.
    Read(PipeName),
    /// The end that is written to.
    Write(PipeName),
}

/// What is read or written: a file by its path, or a pipe's end.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FileRef {
    /// A path, absolute or relative to the actor's working directory.
    Path(Text),
    /// An end of a pipe made earlier.
    Pipe(PipeEnd),
}

/// How a file is opened for writing, as the shell's redirections ask for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OpenMode {
    /// `O_RDONLY`: `< file`.
    Read,
    /// `O_WRONLY`: the file has to be there; it is not emptied.
    Write,
    /// `O_WRONLY|O_CREAT|O_TRUNC`: `> file`.
    Truncate,
    /// `O_WRONLY|O_CREAT|O_APPEND`: `>> file`.
    Append,
}

/// What becomes a task's standard input, output or error.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StdioSource {
    /// A file, opened for this.
    File {
        /// The file's path.
        path: Text,
        /// How it is opened.
        mode: OpenMode,
    },
    /// An end of a pipe made earlier.
    Pipe(PipeEnd),
    /// Another descriptor of the same task (`2>&1`).
    Descriptor(u32),
}

/// A task that is sent a signal or waited for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TaskRef {
    /// By the name it has in the plan.
    Actor(Actor),
    /// By a number that was typed. For `kill`, as kill(2) reads it: 0 and below are process groups.
    Pid(i32),
}

/// A signal by its number on Linux (x86-64 and arm64 agree on the standard ones). 0 tests for existence.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Signal(pub u8);

/// Names and numbers of the standard signals, signal(7).
const SIGNALS: [(u8, &str); 31] = [
    (1, "HUP"),
    (2, "INT"),
    (3, "QUIT"),
    (4, "ILL"),
    (5, "TRAP"),
    (6, "ABRT"),
    (7, "BUS"),
    (8, "FPE"),
    (9, "KILL"),
    (10, "USR1"),
    (11, "SEGV"),
    (12, "USR2"),
    (13, "PIPE"),
    (14, "ALRM"),
    (15, "TERM"),
    (16, "STKFLT"),
    (17, "CHLD"),
    (18, "CONT"),
    (19, "STOP"),
    (20, "TSTP"),
    (21, "TTIN"),
    (22, "TTOU"),
    (23, "URG"),
    (24, "XCPU"),
    (25, "XFSZ"),
    (26, "VTALRM"),
    (27, "PROF"),
    (28, "WINCH"),
    (29, "POLL"),
    (30, "PWR"),
    (31, "SYS"),
];

impl Signal {
    /// Interrupt from the keyboard (Ctrl-C).
    pub const INT: Self = Self(2);
    /// Kill; cannot be caught.
    pub const KILL: Self = Self(9);
    /// Termination.
    pub const TERM: Self = Self(15);
    /// Continue if stopped.
    pub const CONT: Self = Self(18);
    /// Stop; cannot be caught.
    pub const STOP: Self = Self(19);

    /// All standard signals in order of number.
    pub fn all() -> impl Iterator<Item = Self> {
        SIGNALS.iter().map(|(number, _)| Self(*number))
    }

    /// The name without `SIG` (`KILL`); a number for those that have none.
    pub fn name(self) -> String {
        let row = SIGNALS.iter().find(|(number, _)| *number == self.0);
        row.map_or_else(|| self.0.to_string(), |(_, name)| (*name).to_owned())
    }

    /// Reads `9`, `KILL` or `SIGKILL`, in either case of letters.
    pub fn parse(word: &str) -> Option<Self> {
        if let Ok(number) = word.parse::<u8>() {
            return (number <= 64).then_some(Self(number));
        }
        let upper = word.to_ascii_uppercase();
        let name = upper.strip_prefix("SIG").unwrap_or(&upper);
        SIGNALS.iter().find(|(_, known)| *known == name).map(|(number, _)| Self(*number))
    }
}

/// One kernel call. Names are Linux's, so that each has a manual page in section 2.
///
/// `read` and `write` on a path stand for open, the operation, and close: three system calls that always go
/// together here. A refusal says which of them refused ([`super::Refusal::at`]).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Call {
    /// mkdir(2).
    Mkdir {
        /// The directory to make.
        path: Text,
        /// Permission bits, octal as in `0o755`, before the umask of 022.
        mode: u32,
    },
    /// rmdir(2).
    Rmdir {
        /// The directory to remove.
        path: Text,
    },
    /// unlink(2).
    Unlink {
        /// The name to remove.
        path: Text,
    },
    /// open(2) and close(2): the file is made or emptied as the mode says, or the opening is refused.
    Open {
        /// The file.
        path: Text,
        /// How it is opened.
        mode: OpenMode,
    },
    /// read(2) to the end of the file.
    Read {
        /// What is read.
        file: FileRef,
    },
    /// write(2) of all of `data` in one call.
    Write {
        /// What is written to.
        file: FileRef,
        /// The content.
        data: Text,
        /// How a path is opened; of no meaning for a pipe.
        mode: OpenMode,
    },
    /// getdents64(2): the entries of a directory, without `.` and `..`, sorted by name.
    Getdents64 {
        /// The directory.
        path: Text,
    },
    /// stat(2).
    Stat {
        /// The path; symbolic links are followed.
        path: Text,
    },
    /// chdir(2).
    Chdir {
        /// The actor's next working directory.
        path: Text,
    },
    /// mount(2).
    Mount {
        /// The source as it shows in /proc/mounts.
        source: Text,
        /// The mount point.
        target: Text,
        /// The kind of file system (`cgroup`, `cgroup2`, `tmpfs`, `proc`).
        fstype: String,
        /// Flags by name without `MS_`, in lower case (`remount`, `rdonly`, `nosuid`).
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        flags: Vec<String>,
        /// The file system's own options (`cpu,cpuset`).
        #[serde(default)]
        data: Text,
    },
    /// umount2(2).
    Umount2 {
        /// The mount point.
        target: Text,
        /// Flags by name without `MNT_`, in lower case (`detach`, `force`).
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        flags: Vec<String>,
    },
    /// pipe2(2) with `O_CLOEXEC`: both ends belong to the actor, and are closed in a child at `execve`.
    Pipe2 {
        /// The pipe's name in this plan.
        name: PipeName,
    },
    /// dup2(2), with open(2) before it where a file is named: sets descriptor 0, 1 or 2 of the actor.
    Dup2 {
        /// What the descriptor shall be.
        from: StdioSource,
        /// 0, 1 or 2.
        to: u32,
    },
    /// close(2) of a pipe's end.
    Close {
        /// Which end.
        end: PipeEnd,
    },
    /// clone3(2): a child of the actor, in the same control groups, named `child`.
    Clone3 {
        /// The child's name from here on.
        child: Actor,
    },
    /// execve(2): the actor becomes another program and takes no more calls.
    Execve {
        /// The program's path.
        path: Text,
        /// Its arguments, the program's own name first.
        argv: Vec<Text>,
        /// Its environment, `NAME=value`.
        env: Vec<Text>,
    },
    /// `exit_group(2)`.
    ExitGroup {
        /// The status, 0 to 255.
        status: u8,
    },
    /// wait4(2) for one child, for as long as the person at the terminal waits.
    Wait4 {
        /// The child.
        task: TaskRef,
        /// Milliseconds after which the answer is [`super::WaitStatus::Running`]; simulated ones in the
        /// model. 0 does not wait (`WNOHANG`).
        patience_ms: u64,
    },
    /// kill(2).
    Kill {
        /// Who gets the signal.
        task: TaskRef,
        /// The signal.
        signal: Signal,
    },
    /// `clock_nanosleep(2)` of the monotonic clock: the caller waits, and time passes for everybody.
    ClockNanosleep {
        /// How long. Simulated milliseconds in the model, real ones on Linux.
        milliseconds: u64,
    },
}
