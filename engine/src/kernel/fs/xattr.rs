//! Extended attributes of files (xattr(7)).

use super::{Node, Place};
use crate::host::KernelVersion;
use crate::kernel::limits::{XATTR_NAME_MAX, XATTR_SIZE_MAX};
use crate::kernel::refuse::{not_modelled, refuse};
use crate::kernel::user::access::Access;
use crate::kernel::user::capability::Capability;
use crate::kernel::{Kernel, Task};
use crate::plan::reply::FileKind;
use crate::plan::{Errno, Refusal, Rule};
use serde::Serialize;

/// The kernel that brought user attributes to tmpfs (mm/shmem.c, `shmem_user_xattr_handler`).
const USER_IN_TMPFS: KernelVersion = KernelVersion { major: 6, minor: 6 };
/// The kernel that keeps the attributes of an inode sorted (fs/xattr.c, `simple_xattrs` became a tree).
const SORTED: KernelVersion = KernelVersion { major: 6, minor: 2 };

/// The attributes of one inode, the oldest first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub(crate) struct Attributes(Vec<(String, String)>);

impl Attributes {
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// Sets an attribute. One that is there stays in its place (`simple_xattr_set`).
    pub(crate) fn set(&mut self, name: &str, value: &str) {
        match self.0.iter_mut().find(|(known, _)| known == name) {
            Some((_, old)) => value.clone_into(old),
            None => self.0.push((name.to_owned(), value.to_owned())),
        }
    }

    /// Takes an attribute away; false where it is not there.
    pub(crate) fn remove(&mut self, name: &str) -> bool {
        let before = self.0.len();
        self.0.retain(|(known, _)| known != name);
        self.0.len() < before
    }

    /// Names and values, the oldest first.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// The names as a kernel lists them: the last of the alphabet first, before Linux 6.2 the newest first
    /// (`simple_xattr_list` in fs/xattr.c; seen on 5.10, 6.1 and 6.18).
    fn names(&self, kernel: KernelVersion) -> Vec<String> {
        let mut names: Vec<String> = self.0.iter().rev().map(|(name, _)| name.clone()).collect();
        if kernel >= SORTED {
            names.sort_by(|a, b| b.cmp(a));
        }
        names
    }
}

impl Kernel {
    /// True where a tmpfs of this kernel has user attributes.
    pub(crate) fn has_user_attributes(&self) -> bool {
        self.profile.kernel >= USER_IN_TMPFS
    }

    /// lsetxattr(2).
    pub(crate) fn set_attribute(
        &mut self,
        task: &Task,
        place: &Place,
        (name, value): (&str, &str),
        flags: &[String],
        path: &str,
    ) -> Result<(), Refusal> {
        const AT: &str = "lsetxattr";
        let (create, replace) = xattr_flags(flags)?;
        check_name(name, AT)?;
        if value.len() > XATTR_SIZE_MAX {
            return refuse(Errno::E2BIG, AT, Rule::new("rule-xattr-too-long").with("name", name));
        }
        self.check_writable(place, AT, path)?;
        self.check_namespace(task, place, name, Access::WRITE, AT, path)?;
        let known = self.attribute(&place.node, name).is_some();
        if create && known {
            return refuse(Errno::EEXIST, AT, attribute_rule("rule-xattr-exists", name, path));
        }
        if replace && !known {
            return refuse(Errno::ENODATA, AT, attribute_rule("rule-xattr-missing", name, path));
        }
        let (tree, id) = self.writable_inode(&place.node, AT, path)?;
        let stored = self.stored_name(&place.node, name);
        if let Some(inode) = self.tree_mut(tree).and_then(|ram| ram.get_mut(id)) {
            inode.attributes.set(&stored, value);
        }
        self.note_attributes(tree, id);
        Ok(())
    }

    /// lgetxattr(2).
    pub(crate) fn read_attribute(
        &self,
        task: &Task,
        place: &Place,
        name: &str,
        path: &str,
    ) -> Result<String, Refusal> {
        const AT: &str = "lgetxattr";
        check_name(name, AT)?;
        self.check_namespace(task, place, name, Access::READ, AT, path)?;
        match self.attribute(&place.node, name) {
            Some(value) => Ok(value),
            None => refuse(Errno::ENODATA, AT, attribute_rule("rule-xattr-missing", name, path)),
        }
    }

    /// llistxattr(2). Names in `trusted` are for those who have `CAP_SYS_ADMIN` (`xattr_is_trusted` in fs/xattr.c).
    pub(crate) fn list_attributes(&self, task: &Task, place: &Place) -> Vec<String> {
        let trusted = task.credentials.can(Capability::SysAdmin);
        let Some((tree, id)) = self.attribute_inode(&place.node) else { return Vec::new() };
        let inode = self.trees.get(&tree).and_then(|ram| ram.get(id));
        let names = inode.map(|inode| inode.attributes.names(self.profile.kernel)).unwrap_or_default();
        let shown = names.into_iter().filter_map(|name| self.shown_name(&place.node, name));
        shown.filter(|name| trusted || !name.starts_with("trusted.")).collect()
    }

    /// lremovexattr(2).
    pub(crate) fn remove_attribute(
        &mut self,
        task: &Task,
        place: &Place,
        name: &str,
        path: &str,
    ) -> Result<(), Refusal> {
        const AT: &str = "lremovexattr";
        check_name(name, AT)?;
        self.check_writable(place, AT, path)?;
        self.check_namespace(task, place, name, Access::WRITE, AT, path)?;
        if self.attribute(&place.node, name).is_none() {
            return refuse(Errno::ENODATA, AT, attribute_rule("rule-xattr-missing", name, path));
        }
        let (tree, id) = self.writable_inode(&place.node, AT, path)?;
        let stored = self.stored_name(&place.node, name);
        if let Some(inode) = self.tree_mut(tree).and_then(|ram| ram.get_mut(id)) {
            inode.attributes.remove(&stored);
        }
        self.note_attributes(tree, id);
        Ok(())
    }

    fn attribute(&self, node: &Node, name: &str) -> Option<String> {
        let (tree, id) = self.attribute_inode(node)?;
        let stored = self.stored_name(node, name);
        self.trees.get(&tree)?.get(id)?.attributes.get(&stored).map(str::to_owned)
    }

    /// `xattr_permission` in fs/xattr.c, and which names the file system has at all.
    fn check_namespace(
        &self,
        task: &Task,
        place: &Place,
        name: &str,
        access: Access,
        at: &str,
        path: &str,
    ) -> Result<(), Refusal> {
        let refused = |errno, id| refuse(errno, at, attribute_rule(id, name, path));
        let missing = || refused(Errno::EOPNOTSUPP, "rule-xattr-not-supported");
        let kind = self.kind(&place.node);
        let (namespace, rest) = name.split_once('.').unwrap_or((name, ""));
        match namespace {
            "trusted" if !task.credentials.can(Capability::SysAdmin) => {
                let errno = if access == Access::READ { Errno::ENODATA } else { Errno::EPERM };
                return refused(errno, "rule-xattr-trusted");
            }
            // "Extended user attributes": only of regular files and directories.
            "user" if !matches!(kind, FileKind::Regular | FileKind::Directory) => {
                let errno = if access == Access::READ { Errno::ENODATA } else { Errno::EPERM };
                return refused(errno, "rule-xattr-user-kind");
            }
            "user" => self.permit(task, &place.node, access, at, path)?,
            "trusted" => {}
            "security" | "system" => return not_modelled(at, "attributes in security and system"),
            _ => return missing(),
        }
        if !matches!(place.node, Node::Ram(..) | Node::Overlay(..)) {
            return missing();
        }
        if namespace == "user" && !self.has_user_attributes() {
            return missing();
        }
        if rest.is_empty() {
            return refused(Errno::EINVAL, "rule-xattr-name");
        }
        if self.is_private_attribute(&place.node, name) {
            return refused(Errno::EOPNOTSUPP, "rule-xattr-overlay");
        }
        Ok(())
    }

    /// EROFS where nothing of a file can be changed.
    pub(crate) fn check_writable(&self, place: &Place, at: &str, path: &str) -> Result<(), Refusal> {
        if self.mounts.is_readonly(place.mount) {
            return crate::kernel::refuse::refuse_path(Errno::EROFS, at, "rule-read-only", path);
        }
        Ok(())
    }
}

fn attribute_rule(id: &str, name: &str, path: &str) -> Rule {
    Rule::new(id).with("name", name).with("path", path)
}

/// setxattr(2): the flags, and ERANGE for a name without length or with too much of it.
fn xattr_flags(flags: &[String]) -> Result<(bool, bool), Refusal> {
    let (mut create, mut replace) = (false, false);
    for flag in flags {
        match flag.as_str() {
            "create" => create = true,
            "replace" => replace = true,
            _ => {
                let rule = Rule::new("rule-xattr-flag").with("flag", flag);
                return refuse(Errno::EINVAL, "lsetxattr", rule);
            }
        }
    }
    Ok((create, replace))
}

fn check_name(name: &str, at: &str) -> Result<(), Refusal> {
    if name.is_empty() || name.len() > XATTR_NAME_MAX {
        return refuse(Errno::ERANGE, at, Rule::new("rule-xattr-name-length").with("length", name.len()));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::Attributes;
    use crate::host::KernelVersion;

    #[test]
    fn names_are_listed_in_the_order_of_the_kernel() {
        let mut attributes = Attributes::default();
        for name in ["user.b", "trusted.z", "user.c"] {
            attributes.set(name, "1");
        }
        attributes.set("user.b", "2");
        let old = attributes.names(KernelVersion { major: 6, minor: 1 });
        assert_eq!(old, ["user.c", "trusted.z", "user.b"]);
        let new = attributes.names(KernelVersion { major: 6, minor: 18 });
        assert_eq!(new, ["user.c", "user.b", "trusted.z"]);
        assert!(attributes.remove("user.b") && !attributes.remove("user.b"));
    }
}
