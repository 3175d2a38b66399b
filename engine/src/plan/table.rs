//! One row a call: what it is called, how it is typed after `sys`, where it is documented, how faithful the
//! model is.

use super::Call;
use serde::Serialize;

/// How true the model is to Linux in one call, file or command.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Fidelity {
    /// As Linux, as far as a program can tell.
    Exact,
    /// As Linux in what is said here; the message of this name tells what is missing.
    Partial(&'static str),
}

/// A call's row.
#[derive(Clone, Copy, Debug)]
pub struct CallRow {
    /// Linux's name.
    pub name: &'static str,
    /// The words after `sys NAME`.
    pub usage: &'static str,
    /// The manual page, such as `mkdir(2)`.
    pub manual: &'static str,
    /// How true the model is.
    pub fidelity: Fidelity,
}

const fn row(name: &'static str, usage: &'static str, manual: &'static str, fidelity: Fidelity) -> CallRow {
    CallRow { name, usage, manual, fidelity }
}

use Fidelity::{Exact, Partial};

/// All calls, in the order of the enum.
pub const CALLS: [CallRow; 61] = [
    row("mkdir", "PATH [MODE]", "mkdir(2)", Exact),
    row("rmdir", "PATH", "rmdir(2)", Exact),
    row("unlink", "PATH", "unlink(2)", Exact),
    row("open", "PATH [read|write|truncate|append|readwrite|exclusive]", "open(2)", Partial("partial-open")),
    row("read", "PATH [BYTES]", "read(2)", Partial("partial-read")),
    row("write", "PATH DATA [write|truncate|append]", "write(2)", Exact),
    row("getdents64", "PATH", "getdents(2)", Exact),
    row("stat", "PATH", "stat(2)", Partial("partial-stat")),
    row("chdir", "PATH", "chdir(2)", Exact),
    row("mount", "FSTYPE SOURCE TARGET [FLAGS] [DATA]", "mount(2)", Partial("partial-mount")),
    row("umount2", "TARGET [FLAGS]", "umount(2)", Partial("partial-umount")),
    row("pipe2", "NAME", "pipe(2)", Exact),
    row("dup2", "PATH|PIPE:read|PIPE:write|N TO [read|truncate|append]", "dup(2)", Exact),
    row("close", "PIPE:read|PIPE:write", "close(2)", Exact),
    row("clone3", "CHILD [thread|uts|pid,…]", "clone(2)", Partial("partial-clone")),
    row("execve", "PATH [ARG…]", "execve(2)", Partial("partial-execve")),
    row("exit_group", "STATUS", "exit_group(2)", Exact),
    row("wait4", "PID [MILLISECONDS]", "wait4(2)", Partial("partial-wait")),
    row("kill", "PID SIGNAL", "kill(2)", Partial("partial-kill")),
    row("clock_nanosleep", "MILLISECONDS", "clock_nanosleep(2)", Partial("partial-clock-nanosleep")),
    row("exit", "STATUS", "_exit(2)", Exact),
    row("sched_setaffinity", "PID CPUS", "sched_setaffinity(2)", Exact),
    row("sched_getaffinity", "PID", "sched_getaffinity(2)", Exact),
    row("setpriority", "[pgrp|user] PID NICE", "setpriority(2)", Exact),
    row("getpriority", "[pgrp|user] PID", "getpriority(2)", Exact),
    row("rename", "FROM TO", "rename(2)", Exact),
    row("symlink", "TARGET PATH", "symlink(2)", Exact),
    row("link", "FROM TO", "link(2)", Exact),
    row("mknod", "PATH regular|fifo|character|block [MAJOR MINOR]", "mknod(2)", Partial("partial-mknod")),
    row("statfs", "PATH", "statfs(2)", Partial("partial-statfs")),
    row("setresuid", "REAL EFFECTIVE SAVED", "setresuid(2)", Exact),
    row("setresgid", "REAL EFFECTIVE SAVED", "setresuid(2)", Exact),
    row("setgroups", "[GROUP…]", "setgroups(2)", Exact),
    row("fchmodat", "PATH MODE", "chmod(2)", Partial("partial-fchmodat")),
    row("fchownat", "PATH OWNER GROUP [nofollow]", "chown(2)", Partial("partial-fchownat")),
    row("prlimit64", "PID RESOURCE [SOFT HARD]", "getrlimit(2)", Partial("partial-prlimit64")),
    row("readlink", "PATH", "readlink(2)", Exact),
    row("unshare", "mnt|uts|ipc|net|pid|user|cgroup|time,…", "unshare(2)", Partial("partial-unshare")),
    row("setns", "PATH|PID [mnt|uts|ipc|net|pid|user|cgroup|time,…]", "setns(2)", Partial("partial-setns")),
    row("sethostname", "NAME", "sethostname(2)", Exact),
    row("setdomainname", "NAME", "setdomainname(2)", Exact),
    row("chroot", "PATH", "chroot(2)", Exact),
    row("pivot_root", "NEW_ROOT PUT_OLD", "pivot_root(2)", Exact),
    row("renameat2", "FROM TO [noreplace|exchange|whiteout]", "rename(2)", Exact),
    row("truncate", "PATH LENGTH", "truncate(2)", Exact),
    row("lsetxattr", "PATH NAME VALUE [create|replace]", "setxattr(2)", Partial("partial-xattr")),
    row("lgetxattr", "PATH NAME", "getxattr(2)", Partial("partial-xattr")),
    row("llistxattr", "PATH", "listxattr(2)", Partial("partial-xattr")),
    row("lremovexattr", "PATH NAME", "removexattr(2)", Partial("partial-xattr")),
    row("utimensat", "PATH [ACCESS MODIFY [nofollow]]", "utimensat(2)", Partial("partial-utimensat")),
    row("statx", "PATH [nofollow]", "statx(2)", Partial("partial-statx")),
    row("copy_file_range", "FROM TO [MODE]", "copy_file_range(2)", Partial("partial-copy-file-range")),
    row("execveat", "ARG…", "execveat(2)", Partial("partial-execveat")),
    row("shmget", "KEY BYTES [create,excl,MODE]", "shmget(2)", Partial("partial-ipc")),
    row("msgget", "KEY [create,excl,MODE]", "msgget(2)", Partial("partial-ipc")),
    row("semget", "KEY NUMBER [create,excl,MODE]", "semget(2)", Partial("partial-ipc")),
    row("shmctl", "ID rmid", "shmctl(2)", Partial("partial-ipc-control")),
    row("msgctl", "ID rmid", "msgctl(2)", Partial("partial-ipc-control")),
    row("semctl", "ID rmid", "semctl(2)", Partial("partial-ipc-control")),
    row("capset", "EFFECTIVE PERMITTED INHERITABLE", "capset(2)", Partial("partial-capset")),
    row("prctl", "OPTION [CAPABILITY|VALUE]", "prctl(2)", Partial("partial-prctl")),
];

impl Call {
    /// The call's row.
    pub fn row(&self) -> &'static CallRow {
        let index = match self {
            Self::Mkdir { .. } => 0,
            Self::Rmdir { .. } => 1,
            Self::Unlink { .. } => 2,
            Self::Open { .. } => 3,
            Self::Read { .. } => 4,
            Self::Write { .. } => 5,
            Self::Getdents64 { .. } => 6,
            Self::Stat { .. } => 7,
            Self::Chdir { .. } => 8,
            Self::Mount { .. } => 9,
            Self::Umount2 { .. } => 10,
            Self::Pipe2 { .. } => 11,
            Self::Dup2 { .. } => 12,
            Self::Close { .. } => 13,
            Self::Clone3 { .. } => 14,
            Self::Execve { .. } => 15,
            Self::ExitGroup { .. } => 16,
            Self::Wait4 { .. } => 17,
            Self::Kill { .. } => 18,
            Self::ClockNanosleep { .. } => 19,
            Self::Exit { .. } => 20,
            Self::SchedSetaffinity { .. } => 21,
            Self::SchedGetaffinity { .. } => 22,
            Self::Setpriority { .. } => 23,
            Self::Getpriority { .. } => 24,
            Self::Rename { .. } => 25,
            Self::Symlink { .. } => 26,
            Self::Link { .. } => 27,
            Self::Mknod { .. } => 28,
            Self::Statfs { .. } => 29,
            Self::Setresuid { .. } => 30,
            Self::Setresgid { .. } => 31,
            Self::Setgroups { .. } => 32,
            Self::Fchmodat { .. } => 33,
            Self::Fchownat { .. } => 34,
            Self::Prlimit64 { .. } => 35,
            Self::Readlink { .. } => 36,
            Self::Unshare { .. } => 37,
            Self::Setns { .. } => 38,
            Self::Sethostname { .. } => 39,
            Self::Setdomainname { .. } => 40,
            Self::Chroot { .. } => 41,
            Self::PivotRoot { .. } => 42,
            Self::Renameat2 { .. } => 43,
            Self::Truncate { .. } => 44,
            Self::Lsetxattr { .. } => 45,
            Self::Lgetxattr { .. } => 46,
            Self::Llistxattr { .. } => 47,
            Self::Lremovexattr { .. } => 48,
            Self::Utimensat { .. } => 49,
            Self::Statx { .. } => 50,
            Self::CopyFileRange { .. } => 51,
            Self::Execveat { .. } => 52,
            Self::Shmget { .. } => 53,
            Self::Msgget { .. } => 54,
            Self::Semget { .. } => 55,
            Self::Shmctl { .. } => 56,
            Self::Msgctl { .. } => 57,
            Self::Semctl { .. } => 58,
            Self::Capset { .. } => 59,
            Self::Prctl { .. } => 60,
        };
        &CALLS[index]
    }

    /// Linux's name for the call.
    pub fn name(&self) -> &'static str {
        self.row().name
    }
}
