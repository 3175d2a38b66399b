//! The differences that are known, and why. A difference that is not here fails the test.

use super::record::Record;

/// A known difference.
struct Reason {
    /// The case's id; `*` at the end stands for any rest.
    id: &'static str,
    /// The start of the host's name and, behind a blank, of the kernel's; empty for all.
    at: &'static str,
    /// Why it differs.
    why: &'static str,
}

const SHARED: &str = "measured on a host that others used at the same time";
const TEARDOWN: &str =
    "Linux takes a hierarchy apart in the background and lists it meanwhile; the model does so at once";
const LSSUBSYS: &str =
    "Debian 12's lssubsys (2.0.2) forgets what is mounted; Drydock's prints what 0.41 does";
const START: &str = "the program's start counts as well, a quarter of what the limit left it";

const OTHER_KINDS: &str = "the file systems mqueue and devpts are not modelled";
const NO_CHILD: &str = "the shell performs its own commands without a child, in a command substitution too";
const OTHER_INIT: &str =
    "the shared host's pid 1 has capabilities that the tool lacked, and its links can't be read";
const NO_TIME: &str = "user-mode-linux has no time namespaces";

const REASONS: &[Reason] = &[
    Reason { id: "cpu1.not_pinned_two_cpus", at: "host-6.18", why: SHARED },
    Reason { id: "cpu1.quota_20_and_sibling", at: "host-6.18", why: SHARED },
    Reason { id: "v1.blkio.root_defaults", at: "host-6.18", why: SHARED },
    Reason {
        id: "v1.cpuacct.after_spin",
        at: "qemu-v1 5.10",
        why: "Linux counted most of the loop as system time",
    },
    Reason { id: "v2.cpu.stat_after", at: "", why: START },
    Reason {
        id: "v1.mem.rmdir_with_charges",
        at: "",
        why: "Linux counts removed groups as long as pages are charged to them; the model charges the parent at once",
    },
    Reason {
        id: "v1.freezer.fork_cannot",
        at: "",
        why: "a task that freezes itself stops in the middle of its call; in the model a call is over at once",
    },
    Reason {
        id: "v1.freezer.attach_into_frozen",
        at: "qemu-v1 5.10",
        why: "seen on 5.10 only: the moved task was still on its way into the freezer",
    },
    Reason {
        id: "v1.devices.open_fd_stays",
        at: "",
        why: "the shell has descriptors 0 to 2; a file that stays open is not modelled",
    },
    Reason { id: "v1.lssubsys_am.mounted", at: "", why: LSSUBSYS },
    Reason { id: "v1.lssubsys_m.mounted", at: "", why: LSSUBSYS },
    Reason {
        id: "ovl.exec_text",
        at: "",
        why: "the tool itself is executed from the overlay, and the model has no such program",
    },
    Reason { id: "v1.umount.named_nochildren", at: "", why: TEARDOWN },
    Reason { id: "v1.umount.right_after_rmdir", at: "", why: TEARDOWN },
    Reason { id: "v1.tree.rm_r", at: "", why: "busybox takes names in the order of the kernel's hash table" },
    Reason {
        id: "v2.stat",
        at: "host-6.18",
        why: "removed groups linger on a host that has memory to spare; the model frees them at once",
    },
    Reason {
        id: "prop.ns_rslave",
        at: "",
        why: "two scripts that wait for each other's mounts; a script in the background runs before what follows it",
    },
    Reason { id: "prop.tmpfs_size_enospc", at: "", why: "the size of a tmpfs is shown and not enforced" },
    Reason {
        id: "chroot.proc_root_link",
        at: "host-6.18",
        why: "the host's first task can't be looked into",
    },
    Reason {
        id: "v2.mem.oom_group",
        at: "",
        why: "the tool itself is killed with its group; what its shell prints about that is not replayed",
    },
    Reason { id: "ns.pid.nspid_inner_proc", at: "", why: NO_CHILD },
    Reason { id: "ns.pid.mount_proc_inside_needs_own_mnt", at: "", why: NO_CHILD },
    Reason { id: "ns.ipc.mqueue_mount", at: "", why: OTHER_KINDS },
    Reason { id: "ns.uroot.mount_mqueue", at: "", why: OTHER_KINDS },
    Reason { id: "ns.uroot.mount_devpts", at: "", why: OTHER_KINDS },
    Reason {
        id: "ns.net.sysfs_class_net",
        at: "",
        why: "links are not modelled, and neither is /sys/class/net",
    },
    Reason { id: "ns.bind_mnt_ns_loop", at: "", why: "busybox and util-linux have different words for it" },
    Reason {
        id: "chroot.hostname_shared",
        at: "",
        why: "the tool reads the host name in /proc, which that root directory has not",
    },
    Reason { id: "v2.stc.perf_event", at: "uml-v2", why: "user-mode-linux is built without perf_event" },
    Reason { id: "ns.pid.self_vs_children", at: "", why: NO_CHILD },
    Reason { id: "ns.pid.nspid_values", at: "", why: NO_CHILD },
    Reason {
        id: "ns.pid.old_proc_self",
        at: "",
        why: "pids of the two machines have another number of digits",
    },
    Reason {
        id: "ns.pid.pid1_kill_from_parent",
        at: "",
        why: "the tool does not wait for its child in the background, and so has another status",
    },
    Reason {
        id: "ns.limit.unpriv_sysctl",
        at: "",
        why: "a setting of Debian's own, which the model's /proc/sys has not",
    },
    Reason { id: "ns.init_ids", at: "host-6.18", why: OTHER_INIT },
    Reason { id: "ns.pid.setns_parent", at: "host-6.18", why: OTHER_INIT },
    Reason { id: "ns.ls", at: "uml", why: NO_TIME },
    Reason { id: "ns.init_ids", at: "uml", why: NO_TIME },
    Reason { id: "ns.link_format", at: "uml", why: NO_TIME },
    Reason { id: "ns.unshare.time", at: "uml", why: NO_TIME },
    Reason { id: "ns.unshare_user_then.time", at: "uml", why: NO_TIME },
    Reason { id: "ns.limit.time", at: "uml", why: NO_TIME },
    Reason { id: "ns.limit.default", at: "uml", why: NO_TIME },
    Reason { id: "ns.setns.time", at: "uml", why: NO_TIME },
    Reason { id: "ns.time.*", at: "uml", why: NO_TIME },
];

/// Why a case differs, if that is known.
pub fn reason(record: &Record) -> Option<&'static str> {
    let at = format!("{} {}", record.host, record.kernel);
    let fits = |reason: &&Reason| {
        let id = match reason.id.strip_suffix('*') {
            Some(start) => record.id.starts_with(start),
            None => record.id == reason.id,
        };
        id && at.starts_with(reason.at)
    };
    REASONS.iter().find(fits).map(|reason| reason.why)
}
