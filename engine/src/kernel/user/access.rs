//! Owner, group and the others: may a task read, write or search? path_resolution(7), "Permissions".

use super::capability::Capability;
use super::credentials::Credentials;
use crate::kernel::fs::Node;
use crate::kernel::refuse::refuse;
use crate::kernel::{Kernel, Task};
use crate::plan::reply::{FileKind, Stat};
use crate::plan::{Errno, Refusal, Rule};

/// What is asked for, with the values of the mode's bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Access(u32);

impl Access {
    pub(crate) const READ: Self = Self(4);
    pub(crate) const WRITE: Self = Self(2);
    pub(crate) const READ_WRITE: Self = Self(6);
    /// To execute a file, to search a directory.
    pub(crate) const SEARCH: Self = Self(1);
    /// To make and remove names in a directory.
    pub(crate) const CHANGE: Self = Self(3);

    fn within(self, bits: u32) -> bool {
        self.0 & !bits == 0
    }

    fn wants(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    /// The letters of what is asked for, as ls(1) has them.
    fn letters(self) -> String {
        [(4, 'r'), (2, 'w'), (1, 'x')].iter().filter(|(bit, _)| self.0 & bit != 0).map(|(_, c)| *c).collect()
    }
}

/// `generic_permission` in fs/namei.c: the bits of the one class that the task is in, or a capability, which counts over
/// files whose owner and group are `known` in the task's user namespace.
pub(crate) fn is_allowed(who: &Credentials, file: &Stat, access: Access, known: bool) -> bool {
    if access.within(bits_for(who, file)) {
        return true;
    }
    if !known {
        return false;
    }
    if file.kind == FileKind::Directory {
        return who.has(Capability::DacOverride)
            || (!access.wants(Access::WRITE) && who.has(Capability::DacReadSearch));
    }
    let executable = !access.wants(Access::SEARCH) || file.mode & 0o111 != 0;
    (executable && who.has(Capability::DacOverride))
        || (access == Access::READ && who.has(Capability::DacReadSearch))
}

/// The three bits of the class that a task is in for a file. Only one class counts: an owner who may not, may not.
fn bits_for(who: &Credentials, file: &Stat) -> u32 {
    let shift = if who.uid.fs == file.uid {
        6
    } else if who.in_group(file.gid) {
        3
    } else {
        0
    };
    file.mode >> shift & 7
}

impl Kernel {
    /// EACCES where a task may not do that with a file.
    pub(crate) fn permit(
        &self,
        task: &Task,
        node: &Node,
        access: Access,
        at: &str,
        path: &str,
    ) -> Result<(), Refusal> {
        let file = self.stat_of_rights(node);
        if self.special_case(task, node, &file, access).unwrap_or_else(|| {
            let known = self.knows_owner(&task.credentials, &file);
            is_allowed(&task.credentials, &file, access, known)
        }) {
            return Ok(());
        }
        let kind = if file.kind == FileKind::Directory { "directory" } else { "file" };
        let id = match (kind, access) {
            ("directory", Access::SEARCH) => "rule-no-search",
            ("directory", Access::CHANGE) => "rule-no-change",
            _ => "rule-no-access",
        };
        let rule = Rule::new(id).with("path", path).with("access", access.letters());
        let rule = rule.with("mode", format!("{:04o}", file.mode)).with("owner", file.uid);
        refuse(Errno::EACCES, at, rule.with("uid", task.credentials.uid.fs).with("group", file.gid))
    }

    /// Files whose file system has its own mind about who may.
    fn special_case(&self, task: &Task, node: &Node, file: &Stat, access: Access) -> Option<bool> {
        use crate::kernel::fs::procfs::{PidFile, ProcNode};
        match node {
            // `proc_tid_comm_permission` in fs/proc/base.c: threads of one process may always.
            Node::Proc(_, ProcNode::PidFile(pid, PidFile::Comm))
                if self.process_of(*pid) == Some(task.tgid) =>
            {
                Some(true)
            }
            // fs/proc/proc_sysctl.c, `test_perm`: by the effective ids, and no capability helps.
            Node::Proc(_, ProcNode::Limit(_)) if self.may_set_limits(task) => {
                Some(access.within(file.mode >> 6 & 7))
            }
            Node::Proc(_, ProcNode::Limit(_)) => Some(access.within(file.mode & 7)),
            Node::Proc(_, node) if node.is_setting() || node.is_settings() => {
                let shift = if task.credentials.uid.effective == 0 { 6 } else { 0 };
                Some(access.within(file.mode >> shift & 7))
            }
            _ => None,
        }
    }

    /// EPERM where a sticky directory keeps a name from being taken away by who owns neither of the two
    /// (`check_sticky` in include/linux/fs.h).
    pub(crate) fn check_sticky(
        &self,
        task: &Task,
        directory: &Node,
        victim: &Node,
        at: &str,
        path: &str,
    ) -> Result<(), Refusal> {
        let (directory, victim) = (self.stat(directory), self.stat(victim));
        let who = &task.credentials;
        let owns = [directory.uid, victim.uid].contains(&who.uid.fs);
        let capable = who.has(Capability::Fowner) && self.knows_owner(who, &victim);
        if directory.mode & 0o1000 == 0 || owns || capable {
            return Ok(());
        }
        let rule = Rule::new("rule-sticky").with("path", path).with("owner", victim.uid);
        refuse(Errno::EPERM, at, rule.with("uid", who.uid.fs))
    }

    /// ptrace(2), "Ptrace access mode checking", as /proc asks: the same user and group in all ids, or root.
    pub(crate) fn may_look_into(&self, reader: &Task, target: &Task) -> bool {
        let (who, whose) = (&reader.credentials, &target.credentials);
        let users = [whose.uid.real, whose.uid.effective, whose.uid.saved];
        let groups = [whose.gid.real, whose.gid.effective, whose.gid.saved];
        let same = users.iter().all(|uid| *uid == who.uid.fs) && groups.iter().all(|gid| *gid == who.gid.fs);
        reader.tgid == target.tgid || same || self.has_capability(who, whose.users, Capability::SysPtrace)
    }
}

#[cfg(test)]
mod tests {
    use super::{Access, is_allowed};
    use crate::kernel::user::credentials::Credentials;
    use crate::plan::reply::{FileKind, Stat};

    #[test]
    fn one_class_counts_and_root_may_all_but_execute_what_nobody_can() {
        let mut user = Credentials::root();
        user.set_group([Some(100); 3]).expect("root may");
        user.set_groups(&[50]).expect("root may");
        user.set_user([Some(1000); 3], Some(0)).expect("root may");
        let root = Credentials::root();
        let file = |kind, mode, uid, gid| Stat { kind, mode, nlink: 1, uid, gid, size: 0 };
        let (regular, directory) = (FileKind::Regular, FileKind::Directory);
        let cases = [
            (&user, file(regular, 0o077, 1000, 0), Access::READ, false),
            (&user, file(regular, 0o604, 0, 50), Access::READ, false),
            (&user, file(regular, 0o604, 0, 0), Access::READ, true),
            (&user, file(regular, 0o060, 0, 100), Access::READ_WRITE, true),
            (&user, file(directory, 0o700, 0, 0), Access::SEARCH, false),
            (&root, file(regular, 0, 1000, 0), Access::READ_WRITE, true),
            (&root, file(regular, 0o644, 0, 0), Access::SEARCH, false),
            (&root, file(regular, 0o010, 1000, 5), Access::SEARCH, true),
            (&root, file(directory, 0, 1000, 0), Access::CHANGE, true),
        ];
        for (index, (who, stat, access, expected)) in cases.into_iter().enumerate() {
            assert_eq!(is_allowed(who, &stat, access, true), expected, "case {index}");
        }
    }
}
