//! The closed list of kernel calls. Adding one makes both backends fail to compile until they handle it.

use super::limit::{Limits, Resource};
use super::reply::FileKind;
use super::{Actor, Signal, Text};
use serde::{Deserialize, Serialize};
use std::fmt;

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
    /// `O_RDWR`: the file has to be there.
    ReadWrite,
    /// `O_WRONLY|O_CREAT|O_EXCL`: the file must not be there.
    Exclusive,
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

impl fmt::Display for TaskRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Actor(actor) => actor.fmt(f),
            Self::Pid(pid) => pid.fmt(f),
        }
    }
}

/// Namespaces that setns(2) is to enter.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NamespaceRef {
    /// A file that stands for one: `/proc/PID/ns/uts`, or a bind mount of it.
    File(Text),
    /// Those of a task, by its pidfd.
    Task(TaskRef),
}

/// What shmget(2), msgget(2) and semget(2) are asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IpcFlags {
    /// `IPC_CREAT`: an object is made where the key has none.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub create: bool,
    /// `IPC_EXCL`: only then.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub exclusive: bool,
    /// Permission bits, octal as in `0o600`.
    #[serde(default)]
    pub mode: u32,
}

/// Whom setpriority(2) and getpriority(2) mean by a number.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PriorityWhich {
    /// `PRIO_PROCESS`: one thread.
    #[default]
    Process,
    /// `PRIO_PGRP`: all threads of a process group.
    Pgrp,
    /// `PRIO_USER`: all threads of a user.
    User,
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
    /// read(2) to the end of the file, or until so many bytes have come.
    Read {
        /// What is read.
        file: FileRef,
        /// The count of read(2), in bytes; `None` is all that there is.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        at_most: Option<u64>,
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
        /// Flags by name without `CLONE_`, in lower case. `thread` stands for all that a thread library asks
        /// for: `CLONE_VM|CLONE_FS|CLONE_FILES|CLONE_SIGHAND|CLONE_THREAD`.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        flags: Vec<String>,
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
    /// exit(2), the system call: ends one thread. The process goes on while it has another.
    Exit {
        /// The status, 0 to 255. The process's is that of its last thread.
        status: u8,
    },
    /// `sched_setaffinity(2)`: the CPUs on which one thread may run.
    SchedSetaffinity {
        /// The thread; pid 0 is the caller.
        task: TaskRef,
        /// Numbers of CPUs. Those that the machine does not have are ignored, as by Linux.
        cpus: Vec<u32>,
    },
    /// `sched_getaffinity(2)`.
    SchedGetaffinity {
        /// The thread; pid 0 is the caller.
        task: TaskRef,
    },
    /// setpriority(2): nice values.
    Setpriority {
        /// What kind of number `task` is.
        #[serde(default)]
        which: PriorityWhich,
        /// Whose; 0 is the caller, its group, its user.
        task: TaskRef,
        /// The nice value. What is below -20 or above 19 counts as these.
        nice: i32,
    },
    /// getpriority(2): the nice value, or the lowest where several are meant.
    Getpriority {
        /// What kind of number `task` is.
        #[serde(default)]
        which: PriorityWhich,
        /// Whose; 0 is the caller, its group, its user.
        task: TaskRef,
    },
    /// rename(2).
    Rename {
        /// The name that is given up.
        from: Text,
        /// The name that is taken.
        to: Text,
    },
    /// symlink(2).
    Symlink {
        /// Where the link points.
        target: Text,
        /// The link.
        path: Text,
    },
    /// link(2).
    Link {
        /// The file.
        from: Text,
        /// Its second name.
        to: Text,
    },
    /// mknod(2).
    Mknod {
        /// The name to make.
        path: Text,
        /// What kind of file: regular, fifo, character or block.
        kind: FileKind,
        /// Permission bits, before the umask of 022.
        mode: u32,
        /// Of a device.
        major: u32,
        /// Of a device.
        minor: u32,
    },
    /// statfs(2).
    Statfs {
        /// A path in the file system.
        path: Text,
    },
    /// setresuid(2), the system call: one thread's user ids. `None` is -1: stay as it is.
    Setresuid {
        /// Real.
        ruid: Option<u32>,
        /// Effective.
        euid: Option<u32>,
        /// Saved.
        suid: Option<u32>,
    },
    /// setresgid(2), the system call: one thread's group ids.
    Setresgid {
        /// Real.
        rgid: Option<u32>,
        /// Effective.
        egid: Option<u32>,
        /// Saved.
        sgid: Option<u32>,
    },
    /// setgroups(2), the system call: one thread's supplementary groups.
    Setgroups {
        /// The groups.
        groups: Vec<u32>,
    },
    /// fchmodat(2), from the working directory: chmod(2).
    Fchmodat {
        /// The file; symbolic links are followed.
        path: Text,
        /// Permission bits, octal as in `0o755`.
        mode: u32,
    },
    /// fchownat(2), from the working directory: chown(2), lchown(2).
    Fchownat {
        /// The file.
        path: Text,
        /// The new owner; `None` is -1: stay as it is.
        uid: Option<u32>,
        /// The new group.
        gid: Option<u32>,
        /// `AT_SYMLINK_NOFOLLOW`: of a symbolic link itself.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        nofollow: bool,
    },
    /// prlimit64(2), the system call behind getrlimit(2) and setrlimit(2): a process's limits of one resource.
    Prlimit64 {
        /// Whose; pid 0 is the caller.
        task: TaskRef,
        /// What is limited.
        resource: Resource,
        /// The new limits; without them it is a question.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        new: Option<Limits>,
    },
    /// readlink(2).
    Readlink {
        /// The symbolic link.
        path: Text,
    },
    /// unshare(2): the caller leaves namespaces for new ones.
    Unshare {
        /// Flags by name without `CLONE_`, in lower case (`newns`, `newuts`, `newuser`).
        flags: Vec<String>,
    },
    /// setns(2), with open(2) or `pidfd_open(2)` before it: the caller enters namespaces of others.
    Setns {
        /// Which.
        from: NamespaceRef,
        /// Flags by name as of `unshare`: what kind the file has to be, or which of the task's are meant.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        nstype: Vec<String>,
    },
    /// sethostname(2).
    Sethostname {
        /// The name.
        name: Text,
    },
    /// setdomainname(2).
    Setdomainname {
        /// The name.
        name: Text,
    },
    /// chroot(2).
    Chroot {
        /// The directory that `/` stands for from here on.
        path: Text,
    },
    /// `pivot_root(2)`.
    PivotRoot {
        /// The mount that becomes the root.
        new_root: Text,
        /// Where the old root is put.
        put_old: Text,
    },
    /// renameat2(2), from the working directory.
    Renameat2 {
        /// The name that is given up.
        from: Text,
        /// The name that is taken.
        to: Text,
        /// Flags by name without `RENAME_`, in lower case (`noreplace`, `exchange`, `whiteout`).
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        flags: Vec<String>,
    },
    /// truncate(2).
    Truncate {
        /// The file.
        path: Text,
        /// Its new size in bytes.
        length: u64,
    },
    /// lsetxattr(2).
    Lsetxattr {
        /// The file; of a symbolic link itself.
        path: Text,
        /// The attribute, such as `user.author`.
        name: String,
        /// Its value.
        value: Text,
        /// Flags by name without `XATTR_`, in lower case (`create`, `replace`).
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        flags: Vec<String>,
    },
    /// lgetxattr(2).
    Lgetxattr {
        /// The file.
        path: Text,
        /// The attribute.
        name: String,
    },
    /// llistxattr(2).
    Llistxattr {
        /// The file.
        path: Text,
    },
    /// lremovexattr(2).
    Lremovexattr {
        /// The file.
        path: Text,
        /// The attribute.
        name: String,
    },
    /// utimensat(2), from the working directory.
    Utimensat {
        /// The file.
        path: Text,
        /// The time of the last access.
        access: SetTime,
        /// The time of the last change of its content.
        modify: SetTime,
        /// `AT_SYMLINK_NOFOLLOW`: of a symbolic link itself.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        nofollow: bool,
    },
    /// statx(2), from the working directory.
    Statx {
        /// The file.
        path: Text,
        /// `AT_SYMLINK_NOFOLLOW`: of a symbolic link itself.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        nofollow: bool,
    },
    /// open(2) of two files, `copy_file_range(2)` of all that the first holds, close(2). Where file systems can't do it
    /// between them, read(2) and write(2), as cp(1) does.
    CopyFileRange {
        /// What is copied.
        from: Text,
        /// Where to.
        to: Text,
        /// With permission bits, the file is made and must not be there (`O_CREAT|O_EXCL`); without, it is emptied first
        /// and has to be there (`O_TRUNC`).
        #[serde(default, skip_serializing_if = "Option::is_none")]
        create: Option<u32>,
    },
    /// execveat(2) of the program that performs the actor's calls: what execve(2) does to a task happens (its name,
    /// its capabilities), and it takes calls on. For commands that the shell performs itself.
    Execveat {
        /// The arguments, the program's name first.
        argv: Vec<Text>,
    },
    /// shmget(2): a segment of shared memory. Answered by its id.
    Shmget {
        /// The key; 0 is `IPC_PRIVATE`.
        key: i32,
        /// Bytes.
        size: u64,
        /// What is asked for.
        flags: IpcFlags,
    },
    /// msgget(2): a queue of messages. Answered by its id.
    Msgget {
        /// The key; 0 is `IPC_PRIVATE`.
        key: i32,
        /// What is asked for.
        flags: IpcFlags,
    },
    /// semget(2): a set of semaphores. Answered by its id.
    Semget {
        /// The key; 0 is `IPC_PRIVATE`.
        key: i32,
        /// How many.
        nsems: u64,
        /// What is asked for.
        flags: IpcFlags,
    },
    /// shmctl(2) with `IPC_RMID`: removes a segment.
    Shmctl {
        /// Its id.
        id: i32,
    },
    /// msgctl(2) with `IPC_RMID`: removes a queue.
    Msgctl {
        /// Its id.
        id: i32,
    },
    /// semctl(2) with `IPC_RMID`: removes a set.
    Semctl {
        /// Its id.
        id: i32,
    },
    /// capset(2) of the caller: its three sets, a bit each.
    Capset {
        /// What the kernel looks at.
        effective: u64,
        /// What may be made effective.
        permitted: u64,
        /// What execve(2) can keep.
        inheritable: u64,
    },
    /// prctl(2).
    Prctl {
        /// What is asked for.
        option: super::capability::Prctl,
    },
}

/// A time as utimensat(2) is given one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SetTime {
    /// `UTIME_NOW`.
    Now,
    /// `UTIME_OMIT`: stay as it is.
    Omit,
    /// This time.
    At(super::reply::Time),
}
