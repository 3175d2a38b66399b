//! chmod(2) and chown(2).

use super::capability::Capability;
use super::credentials::Credentials;
use crate::kernel::fs::procfs::ProcNode;
use crate::kernel::fs::{Node, Place};
use crate::kernel::refuse::{not_modelled, refuse, refuse_path};
use crate::kernel::{Kernel, Task};
use crate::plan::reply::{FileKind, Stat};
use crate::plan::{Errno, Refusal, Rule};

impl Kernel {
    /// chmod(2): the owner's, or of who has `CAP_FOWNER` (`setattr_prepare` in fs/attr.c).
    pub(crate) fn change_mode(
        &mut self,
        task: &Task,
        place: &Place,
        mode: u32,
        at: &'static str,
        path: &str,
    ) -> Result<(), Refusal> {
        let mut file = self.check_changeable(place, at, path)?;
        // fs/proc/base.c, `proc_setattr`; fs/proc/proc_sysctl.c, `proc_sys_setattr`.
        if matches!(place.node, Node::Proc(..)) && !is_plain_proc(&place.node) {
            return refuse_path(Errno::EPERM, at, "rule-proc-mode", path);
        }
        let who = &task.credentials;
        let known = self.knows_owner(who, &file);
        if who.uid.fs != file.uid && !(known && who.has(Capability::Fowner)) {
            return refuse(Errno::EPERM, at, not_owner("rule-chmod-owner", path, &file, who));
        }
        file.mode = mode & 0o7777;
        // "If the calling process is not privileged and the group of the file does not match": no set-group-ID.
        let keeps = who.in_group(file.gid) || (known && who.has(Capability::Fsetid));
        if !keeps {
            file.mode &= !0o2000;
        }
        self.set_attributes(&place.node, &file, at, path)
    }

    /// chown(2): root's; the owner may give the file to a group of its own (`chown_ok`, `chgrp_ok` in fs/attr.c).
    pub(crate) fn change_owner(
        &mut self,
        task: &Task,
        place: &Place,
        uid: Option<u32>,
        gid: Option<u32>,
        path: &str,
    ) -> Result<(), Refusal> {
        const AT: &str = "fchownat";
        let mut file = self.check_changeable(place, AT, path)?;
        let who = &task.credentials;
        let capable = who.has(Capability::Chown) && self.knows_owner(who, &file);
        let owns = who.uid.fs == file.uid;
        let stays = uid.is_none_or(|uid| owns && uid == file.uid);
        let own_group = gid.is_none_or(|gid| owns && (gid == file.gid || who.in_group(gid)));
        if !capable && !stays {
            return refuse(Errno::EPERM, AT, not_owner("rule-chown-user", path, &file, who));
        }
        if !capable && !own_group {
            return refuse(Errno::EPERM, AT, not_owner("rule-chown-group", path, &file, who));
        }
        if matches!(place.node, Node::Proc(..)) && !is_plain_proc(&place.node) {
            return not_modelled(AT, "the owner of files in /proc");
        }
        file.uid = uid.unwrap_or(file.uid);
        file.gid = gid.unwrap_or(file.gid);
        // chown(2): set-user-ID and, with group execute, set-group-ID are cleared, for root too.
        if file.kind != FileKind::Directory {
            file.mode &= if file.mode & 0o010 != 0 { !0o6000 } else { !0o4000 };
        }
        self.set_attributes(&place.node, &file, AT, path)
    }

    /// What is there, if its file system lets anything be changed.
    fn check_changeable(&self, place: &Place, at: &str, path: &str) -> Result<Stat, Refusal> {
        if self.mounts.is_readonly(place.mount) {
            return refuse_path(Errno::EROFS, at, "rule-read-only", path);
        }
        Ok(self.stat(&place.node))
    }

    fn set_attributes(&mut self, node: &Node, file: &Stat, at: &str, path: &str) -> Result<(), Refusal> {
        match node {
            Node::Ram(..) | Node::Overlay(..) => {
                let (tree, id) = self.writable_inode(node, at, path)?;
                if let Some(inode) = self.tree_mut(tree).and_then(|ram| ram.get_mut(id)) {
                    (inode.mode, inode.uid, inode.gid) = (file.mode, file.uid, file.gid);
                }
                self.note_attributes(tree, id);
                Ok(())
            }
            Node::Group(group) => {
                self.cgroups.set_directory(*group, file.mode, (file.uid, file.gid));
                Ok(())
            }
            Node::ControlFile(group, name) => {
                self.cgroups.set_file(*group, name, file.mode, (file.uid, file.gid));
                Ok(())
            }
            Node::Proc(..) | Node::Sys(_) | Node::Namespace(_) | Node::Removed(_) => {
                not_modelled(at, "mode and owner of files in /proc and /sys, and of removed directories")
            }
        }
    }
}

/// Files of /proc itself; those of tasks and of /proc/sys have their own rules.
fn is_plain_proc(node: &Node) -> bool {
    match node {
        Node::Proc(_, node @ ProcNode::File(_)) => !node.is_setting(),
        Node::Proc(_, ProcNode::Root | ProcNode::SelfLink | ProcNode::MountsLink) => true,
        _ => false,
    }
}

fn not_owner(id: &str, path: &str, file: &Stat, who: &Credentials) -> Rule {
    Rule::new(id).with("path", path).with("owner", file.uid).with("uid", who.uid.fs)
}
