//! The commands: one file each (a few share one), one table entry each.
//!
//! A command that the shell performs by kernel calls has a planner: it is given the arguments and a kernel to
//! look at, and returns a plan and what to do with the answers. It performs nothing itself.

mod accounts;
mod cat;
mod cgcreate;
mod cgcreate_rights;
mod cgdelete;
mod cgexec;
mod cgget;
mod cgset;
mod cgtop;
mod chmod;
mod chown;
mod chroot;
mod copy_tree;
mod cp;
mod cut;
mod dates;
mod df;
mod du;
mod echo;
pub(super) mod escape;
mod file_mode;
mod find;
mod find_expression;
mod findmnt;
mod flow;
mod grep;
mod head;
mod help;
mod help_file;
mod hostname;
mod id;
mod input;
mod ipcs;
mod jobs;
mod kill;
mod libcgroup;
mod ln;
mod ls;
mod ls_render;
mod lscgroup;
mod lsns;
mod lssubsys;
mod mkdir;
mod mknod;
mod mount;
mod mount_options;
mod mount_refused;
mod mount_table;
mod mountpoint;
mod mv;
mod names;
mod nice;
mod nproc;
mod nsenter;
pub mod options;
mod place;
mod printf;
mod ps;
mod ps_format;
mod ps_options;
mod ps_time;
mod pstree;
mod readlink;
mod request;
mod rm;
mod rmdir;
mod seq;
mod setpriv;
pub(super) mod sh;
mod sizes;
mod sort;
mod stat;
mod sys;
mod taskset;
mod tee;
mod test;
mod tick;
mod top;
mod top_format;
mod touch;
mod tree;
mod truncate;
mod ulimit;
mod umount;
mod uname;
mod unshare;
mod variables;
mod wc;
mod work;

pub use super::complete::{Completion, complete};

use super::interpret::{Flow, Interpreter};
pub(super) use super::launch::{Act, Launch, Launched, Launcher, Refused, Setup};
use super::wording;
use crate::plan::{Fidelity, Text};
pub(super) use accounts::{Identity, identity};
use options::Opt;
pub(super) use request::{Answers, Copy, Enough, Output, Planned, Request};

/// Looks and plans.
pub(super) type Planner = fn(&Request<'_>) -> Planned;

/// How a command is performed.
#[derive(Clone, Copy)]
pub(super) enum Action {
    /// By kernel calls that a planner gives.
    Plan(Planner),
    /// By setting something up and becoming the command behind it.
    Launch(Launcher),
    /// By a change of the shell itself.
    Shell(fn(&mut Interpreter<'_>, &[Text]) -> Flow),
    /// By a task of its own that becomes the program.
    Program,
}

/// What the words behind a command are, for completion.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Completes {
    /// Files and directories.
    Paths,
    /// Directories.
    Directories,
    /// Names of control group controllers.
    Controllers,
    /// Names of commands.
    Commands,
    /// Names of kernel calls.
    Calls,
    /// Names of variables.
    Variables,
    /// Mount points.
    MountPoints,
    /// Nothing that could be listed.
    Nothing,
}

/// A command's row in the table.
pub struct Command {
    /// What is typed.
    pub name: &'static str,
    /// What may follow.
    pub usage: &'static str,
    /// Its options; what they do is said by the message `command-NAME.option-X`.
    pub options: &'static [Opt],
    /// How true it is to the real tool.
    pub fidelity: Fidelity,
    /// What its arguments are.
    pub completes: Completes,
    /// True for what is part of every shell; its messages start with `sh: `.
    pub builtin: bool,
    /// True where it makes no kernel call but the writing of what it prints.
    pub only_prints: bool,
    /// `$?` after wrong usage.
    pub usage_status: u8,
    pub(super) action: Action,
}

/// A row to start from: a tool as coreutils has them.
pub(super) const TOOL: Command = Command {
    name: "",
    usage: "",
    options: &[],
    fidelity: Fidelity::Exact,
    completes: Completes::Paths,
    builtin: false,
    only_prints: false,
    usage_status: 1,
    action: Action::Program,
};

/// A row to start from: a command that is part of the shell.
pub(super) const BUILTIN: Command =
    Command { builtin: true, only_prints: true, completes: Completes::Nothing, usage_status: 2, ..TOOL };

/// All commands, sorted by name.
pub static ALL: [&Command; 109] = [
    &flow::COLON,
    &flow::DOT,
    &test::BRACKET,
    &names::BASENAME,
    &jobs::BG,
    &flow::BREAK,
    &BZIP2,
    &cat::CAT,
    &place::CD,
    &cgexec::CGCLASSIFY,
    &cgcreate::CGCREATE,
    &cgdelete::CGDELETE,
    &cgexec::CGEXEC,
    &cgget::CGGET,
    &cgset::CGSET,
    &cgtop::CGTOP,
    &chown::CHGRP,
    &chmod::CHMOD,
    &chown::CHOWN,
    &chroot::CHROOT,
    &names::COMMAND,
    &flow::CONTINUE,
    &cp::CP,
    &cut::CUT,
    &DD,
    &df::DF,
    &names::DIRNAME,
    &hostname::DOMAINNAME,
    &du::DU,
    &echo::ECHO,
    &variables::ENV,
    &flow::EVAL,
    &flow::EXEC,
    &flow::EXIT,
    &variables::EXPORT,
    &flow::FALSE,
    &jobs::FG,
    &findmnt::FINDMNT,
    &find::FIND,
    &grep::GREP,
    &head::HEAD,
    &help::HELP,
    &hostname::HOSTNAME,
    &id::ID,
    &ipcs::IPCMK,
    &ipcs::IPCRM,
    &ipcs::IPCS,
    &jobs::JOBS,
    &kill::KILL,
    &ln::LN,
    &variables::LOCAL,
    &ls::LS,
    &lscgroup::LSCGROUP,
    &lsns::LSNS,
    &lssubsys::LSSUBSYS,
    &MEMHOG,
    &mkdir::MKDIR,
    &mknod::MKFIFO,
    &mknod::MKNOD,
    &mount::MOUNT,
    &mountpoint::MOUNTPOINT,
    &mv::MV,
    &nice::NICE,
    &nproc::NPROC,
    &nsenter::NSENTER,
    &chroot::PIVOT_ROOT,
    &printf::PRINTF,
    &ps::PS,
    &pstree::PSTREE,
    &place::PWD,
    &variables::READ,
    &readlink::READLINK,
    &variables::READONLY,
    &nice::RENICE,
    &flow::RETURN,
    &rm::RM,
    &rmdir::RMDIR,
    &seq::SEQ,
    &variables::SET,
    &setpriv::SETPRIV,
    &sh::SH,
    &flow::SHIFT,
    &SLEEP,
    &sort::SORT,
    &stat::STAT,
    &STRESS,
    &sys::SYS,
    &head::TAIL,
    &taskset::TASKSET,
    &tee::TEE,
    &test::TEST,
    &tick::TICK,
    &top::TOP,
    &touch::TOUCH,
    &cut::TR,
    &tree::TREE,
    &flow::TRUE,
    &truncate::TRUNCATE,
    &names::TYPE,
    &ulimit::ULIMIT,
    &umount::UMOUNT,
    &uname::UNAME,
    &sort::UNIQ,
    &variables::UNSET,
    &unshare::UNSHARE,
    &jobs::WAIT,
    &wc::WC,
    &id::WHOAMI,
    &YES,
];

const BZIP2: Command = Command {
    name: "bzip2",
    usage: "[-1 … -9] [-cdkz] [FILE…]",
    fidelity: Fidelity::Partial("partial-command-bzip2"),
    ..TOOL
};

const DD: Command = Command {
    name: "dd",
    usage: "[if=FILE] [of=FILE] [bs=BYTES] [count=N]",
    fidelity: Fidelity::Partial("partial-command-dd"),
    ..TOOL
};

const MEMHOG: Command = Command {
    name: "memhog",
    usage: "[-rNUM] SIZE[kmg]",
    fidelity: Fidelity::Partial("partial-command-memhog"),
    completes: Completes::Nothing,
    ..TOOL
};

const STRESS: Command = Command {
    name: "stress",
    usage: "[-c N] [-m N] [--vm-bytes BYTES] [--vm-hang N] [--vm-keep] [-t N] [-q]",
    fidelity: Fidelity::Partial("partial-command-stress"),
    completes: Completes::Nothing,
    ..TOOL
};

const YES: Command = Command {
    name: "yes",
    usage: "[STRING]…",
    fidelity: Fidelity::Partial("partial-command-yes"),
    completes: Completes::Nothing,
    ..TOOL
};

const SLEEP: Command = Command { name: "sleep", usage: "SECONDS", completes: Completes::Nothing, ..TOOL };

/// Well-known tools that the model does not have. On Linux they are run as programs.
pub(super) const NOT_MODELLED: &[&str] = &[
    "apt",
    "apt-get",
    "awk",
    "bash",
    "brctl",
    "busybox",
    "capsh",
    "chrt",
    "curl",
    "date",
    "diff",
    "dmesg",
    "docker",
    "free",
    "gcc",
    "gdb",
    "getpcaps",
    "htop",
    "ifconfig",
    "ionice",
    "iotop",
    "ip",
    "iptables",
    "killall",
    "less",
    "lsblk",
    "lscpu",
    "lsof",
    "lxc-start",
    "man",
    "more",
    "nano",
    "nohup",
    "perl",
    "pgrep",
    "pidof",
    "pkill",
    "podman",
    "prlimit",
    "python3",
    "sed",
    "strace",
    "sudo",
    "systemctl",
    "systemd-cgls",
    "systemd-cgtop",
    "systemd-run",
    "timeout",
    "uptime",
    "vi",
    "vmstat",
    "watch",
    "which",
    "xargs",
];

/// Commands that are part of other shells.
pub(super) const NOT_IN_THIS_SHELL: &[&str] = &[
    "alias", "declare", "disown", "fc", "getopts", "hash", "history", "let", "pushd", "popd", "source",
    "suspend", "time", "times", "trap", "umask", "unalias",
];

/// Finds a command by its name.
pub fn find(name: &str) -> Option<&'static Command> {
    ALL.iter().find(|command| command.name == name).copied()
}

/// What a command does, in a sentence.
pub fn summary(name: &str) -> &'static str {
    wording::sentence(&message_id(name), None).unwrap_or("")
}

/// The name of the message about a command.
pub fn message_id(name: &str) -> String {
    let name = match name {
        ":" => "colon",
        "." => "dot",
        "[" => "bracket",
        other => other,
    };
    format!("command-{name}")
}

/// What an option does, in a sentence.
pub(super) fn option_summary(command: &Command, option: &Opt) -> &'static str {
    wording::sentence(&message_id(command.name), Some(&format!("option-{}", option.id()))).unwrap_or("")
}

/// A command line as the job table shows it, on one line. The syntax tree prints lists with newlines, and
/// `a |b` for a pipe.
pub(super) fn command_text(text: &str) -> String {
    let mut line = String::new();
    for part in text.lines().map(str::trim).filter(|part| !part.is_empty()) {
        let opens = ["do", "then", "else", "{", "(", ";", "&", "in"].iter().any(|end| line.ends_with(end));
        let closes = part.starts_with(')');
        let gap = if line.is_empty() {
            ""
        } else if opens || closes {
            " "
        } else {
            "; "
        };
        line.push_str(gap);
        line.push_str(part);
    }
    line.replace(" |", " | ").replace("| |", "||").split_whitespace().collect::<Vec<_>>().join(" ")
}

/// What is said where a command that sets something up is given none to become.
fn wording_error(request: &Request<'_>, message: &str) -> Output {
    let only = wording::sentence(message, Some("needs-command")).unwrap_or_default();
    Output::error(request.message(only), 1)
}

/// Joins a directory and a name.
pub(super) fn join(directory: &Text, name: &str) -> Text {
    let mut path = directory.clone();
    let ends = directory.pieces().last();
    if !matches!(ends, Some(crate::plan::Piece::Literal(literal)) if literal.ends_with('/')) {
        path.push_str("/");
    }
    path.push_str(name);
    path
}

pub(super) use mount::FSTYPES;

/// The words of `mount -o` that every file system knows.
pub(super) fn mount_words() -> impl Iterator<Item = &'static str> {
    mount_options::words()
}

/// The columns of `ps -o`.
pub(super) fn ps_columns() -> impl Iterator<Item = &'static str> {
    ps::column_names()
}
