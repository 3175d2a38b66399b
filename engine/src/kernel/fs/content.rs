//! Reading and writing what is in a file.

use super::device::Device;
use super::ramfs::Content;
use super::{Node, Place, proc_text, procfs, ramfs, sysfs};
use crate::kernel::cgroup::{Effect, WriteContext};
use crate::kernel::namespace::{NamespaceKind, UtsName};
use crate::kernel::refuse::{not_modelled, refuse, refuse_path};
use crate::kernel::task::comm_of;
use crate::kernel::{Kernel, Task, limits};
use crate::plan::reply::FileKind;
use crate::plan::{Errno, OpenMode, Refusal, Rule};
use procfs::{PidFile, ProcNode, RootFile};

impl Kernel {
    /// read(2) to the end of an open file.
    pub(crate) fn read_place(&self, task: &Task, place: &Place, path: &str) -> Result<String, Refusal> {
        if self.kind(&place.node) == FileKind::Directory {
            return refuse_path(Errno::EISDIR, "read", "rule-read-directory", path);
        }
        match &place.node {
            Node::Ram(..) | Node::Overlay(..) => self.read_ram(&place.node, path),
            Node::Proc(view, node) => Ok(proc_text::read(self, *view, node, task)),
            Node::Namespace(_) => refuse_path(Errno::EINVAL, "read", "rule-namespace-file", path),
            Node::Sys(_) => Ok(sysfs::read(self.profile.cpus)),
            Node::ControlFile(group, name) => {
                let text = self.cgroups.read(*group, name)?;
                Ok(if is_pid_list(name) { self.numbers_for(task, &text) } else { text })
            }
            Node::Group(_) | Node::Removed(_) => Ok(String::new()),
        }
    }

    /// read(2) of an open file, of so many bytes at most: a device without an end gives just these.
    pub(crate) fn read_part(
        &self,
        task: &Task,
        place: &Place,
        path: &str,
        at_most: Option<u64>,
    ) -> Result<String, Refusal> {
        let Some(count) = at_most else { return self.read_place(task, place, path) };
        if count <= limits::READ_MAX
            && let Some(device) = self.device_of(&place.node)
        {
            return match device {
                Device::Null => Ok(String::new()),
                Device::Zero | Device::Full => Ok("\0".repeat(usize::try_from(count).unwrap_or(0))),
                Device::Random => not_modelled("read", "the bytes of a random device"),
            };
        }
        let mut text = self.read_place(task, place, path)?;
        let part = cut(&mut text, count);
        Ok(part)
    }

    fn read_ram(&self, node: &Node, path: &str) -> Result<String, Refusal> {
        let inode = self.content_inode(node);
        let inode = inode.and_then(|(tree, id)| self.trees.get(&tree).and_then(|ram| ram.get(id)));
        let content = inode.map(|inode| &inode.content);
        match content {
            Some(Content::Text(text)) => Ok(text.clone()),
            Some(Content::Hole(size)) => zeros(*size, path),
            Some(Content::Opaque(_) | Content::Program) => {
                not_modelled("read", "the bytes of programs and of what workloads write")
            }
            Some(Content::Character(..)) => match self.device_of(node) {
                Some(device) if device.is_endless() => {
                    refuse_path(Errno::EFBIG, "read", "rule-device-endless", path)
                }
                _ => Ok(String::new()),
            },
            Some(Content::Directory { .. } | Content::Symlink(_) | Content::Block(..) | Content::Fifo)
            | None => Ok(String::new()),
        }
    }

    /// write(2) of all data to an open file. Gives the bytes written and what is to happen to tasks.
    pub(crate) fn write_place(
        &mut self,
        task: &Task,
        place: &Place,
        mode: OpenMode,
        data: &str,
    ) -> Result<Vec<Effect>, Refusal> {
        match &place.node {
            Node::Ram(..) | Node::Overlay(..) => self.write_ram(&place.node, mode, data).map(|()| Vec::new()),
            Node::Proc(_, node) => self.write_proc(task, *node, data).map(|()| Vec::new()),
            Node::ControlFile(group, name) => {
                let number = if is_pid_list(name) { self.number_from(task, data) } else { None };
                let data = number.as_deref().unwrap_or(data);
                self.vet_delegation(task, *group, name, data)?;
                let context = WriteContext::of(task, &self.tasks);
                self.cgroups.write(*group, name, data, &context)
            }
            Node::Sys(_) | Node::Group(_) | Node::Namespace(_) | Node::Removed(_) => {
                refuse(Errno::EBADF, "write", Rule::new("rule-not-writable"))
            }
        }
    }

    fn write_ram(&mut self, node: &Node, mode: OpenMode, data: &str) -> Result<(), Refusal> {
        if self.device_of(node) == Some(Device::Full) && !data.is_empty() {
            return refuse(Errno::ENOSPC, "write", Rule::new("rule-device-full"));
        }
        let Some((tree, id)) = self.content_inode(node) else { return Ok(()) };
        let limit = self.trees.get(&tree).and_then(|ram| ram.size_limit(id));
        let Some(inode) = self.tree_mut(tree).and_then(|ram| ram.get_mut(id)) else { return Ok(()) };
        let before = match mode {
            OpenMode::Append => ramfs::size(&inode.content),
            _ => 0,
        };
        // As much is written as fits; a second write(2) of the rest is refused.
        let room = limit.map_or(u64::MAX, |limit| limit.saturating_sub(before));
        let fits = usize::try_from(room).unwrap_or(usize::MAX).min(data.len());
        let (whole, data) = (data.len(), data.get(..fits).unwrap_or_default());
        match (&mut inode.content, mode) {
            (Content::Text(text), OpenMode::Append) => text.push_str(data),
            (Content::Text(text), _) => overwrite(text, data),
            (Content::Opaque(size), OpenMode::Append) => *size = size.saturating_add(data.len() as u64),
            (Content::Opaque(size), _) => *size = (*size).max(data.len() as u64),
            (Content::Program, _) => {
                return refuse(Errno::ETXTBSY, "write", Rule::new("rule-program-busy"));
            }
            (Content::Hole(size), _) => {
                let end = if mode == OpenMode::Append { *size } else { 0 } + data.len() as u64;
                inode.content = Content::Opaque((*size).max(end));
            }
            (
                Content::Character(..)
                | Content::Block(..)
                | Content::Fifo
                | Content::Directory { .. }
                | Content::Symlink(_),
                _,
            ) => return Ok(()),
        }
        self.note_change(tree, id);
        if fits < whole {
            return refuse(Errno::ENOSPC, "write", Rule::new("rule-tmpfs-full"));
        }
        Ok(())
    }

    /// The content of a file as text, as far as it is known.
    pub(crate) fn text_of(&self, node: &Node) -> String {
        match node {
            Node::ControlFile(group, name) => self.cgroups.read(*group, name).unwrap_or_default(),
            Node::Sys(_) => sysfs::read(self.profile.cpus),
            _ => String::new(),
        }
    }

    /// Root opens any file of /proc; a file without a write handler answers EIO or EINVAL (Linux 6.18).
    fn write_proc(&mut self, task: &Task, node: ProcNode, data: &str) -> Result<(), Refusal> {
        let refused = |errno| refuse(errno, "write", Rule::new("rule-proc-not-writable"));
        match node {
            ProcNode::PidFile(pid, PidFile::Comm) if self.process_of(pid) == Some(task.tgid) => {
                let comm = comm_of(&data.replace('/', "\u{1}")).replace('\u{1}', "/");
                if let Some(mut task) = self.task_mut(pid) {
                    task.comm = comm;
                }
                Ok(())
            }
            ProcNode::PidFile(_, PidFile::Comm) => {
                refuse(Errno::EINVAL, "write", Rule::new("rule-comm-of-another"))
            }
            ProcNode::PidFile(pid, PidFile::OomScoreAdj) => self.set_oom_score_adj(task, pid, data),
            ProcNode::PidFile(pid, PidFile::Map(file)) => self.write_map(task, pid, file, data),
            ProcNode::PidFile(pid, PidFile::TimensOffsets) => self.write_offsets(task, pid, data),
            ProcNode::Limit(kind) => self.write_limit(task, kind, data),
            ProcNode::File(RootFile::Hostname) => {
                self.write_uts_name(task, UtsName::Host, data);
                Ok(())
            }
            ProcNode::File(RootFile::Domainname) => {
                self.write_uts_name(task, UtsName::Domain, data);
                Ok(())
            }
            ProcNode::File(RootFile::PidMax | RootFile::Overflowuid | RootFile::Overflowgid) => {
                not_modelled("write", "a change of a setting in /proc/sys")
            }
            ProcNode::PidFile(_, PidFile::OomScore) | ProcNode::File(_) => refused(Errno::EIO),
            _ => refused(Errno::EINVAL),
        }
    }
}

/// What a file without content reads as; too much of it is refused.
fn zeros(size: u64, path: &str) -> Result<String, Refusal> {
    match usize::try_from(size) {
        Ok(count) if size <= limits::READ_MAX => Ok("\0".repeat(count)),
        _ => refuse_path(Errno::EFBIG, "read", "rule-device-endless", path),
    }
}

impl Kernel {
    /// A list of pids as a task in a nested pid namespace reads it: version 1 leaves out whom it can't see.
    fn numbers_for(&self, task: &Task, text: &str) -> String {
        let view = task.namespaces.get(NamespaceKind::Pid);
        if view.is_initial() {
            return text.to_owned();
        }
        let numbers = text.lines().filter_map(|line| line.parse().ok()).map(|pid| self.number_of(pid, view));
        numbers.filter(|number| *number != 0).map(|number| format!("{number}\n")).collect()
    }

    /// The pid that a task in a nested pid namespace means, as the control groups know it; nobody has the highest.
    fn number_from(&self, task: &Task, data: &str) -> Option<String> {
        let view = task.namespaces.get(NamespaceKind::Pid);
        let number = data.trim().parse::<u32>().ok().filter(|number| *number != 0 && !view.is_initial())?;
        Some(self.numbered(view, number).unwrap_or(i32::MAX as u32).to_string())
    }
}

/// Control files whose lines are pids.
fn is_pid_list(name: &str) -> bool {
    ["tasks", "cgroup.procs", "cgroup.threads"].contains(&name)
}

/// Takes so many bytes from the start of a text. A character that is cut becomes U+FFFD.
pub(crate) fn cut(text: &mut String, count: u64) -> String {
    let Some(count) = usize::try_from(count).ok().filter(|count| *count < text.len()) else {
        return std::mem::take(text);
    };
    let rest = String::from_utf8_lossy(text.as_bytes().get(count..).unwrap_or_default()).into_owned();
    let part = String::from_utf8_lossy(text.as_bytes().get(..count).unwrap_or_default()).into_owned();
    *text = rest;
    part
}

/// Writes at the start of a file and leaves what is behind. A character that is cut becomes U+FFFD.
fn overwrite(text: &mut String, data: &str) {
    if data.len() >= text.len() {
        data.clone_into(text);
        return;
    }
    let rest = text.as_bytes().get(data.len()..).unwrap_or_default();
    let rest = String::from_utf8_lossy(rest).into_owned();
    *text = format!("{data}{rest}");
}

#[cfg(test)]
mod tests {
    use super::{cut, overwrite};

    #[test]
    fn what_is_read_is_taken_from_the_start() {
        let mut text = "y\ny\n".to_owned();
        assert_eq!((cut(&mut text, 3), text.as_str()), ("y\ny".to_owned(), "\n"));
        assert_eq!((cut(&mut text, 3), text.as_str()), ("\n".to_owned(), ""));
        let mut text = "äb".to_owned();
        assert_eq!((cut(&mut text, 1), text.as_str()), ("\u{fffd}".to_owned(), "\u{fffd}b"));
    }

    #[test]
    fn writing_at_the_start_leaves_the_rest() {
        for (before, data, after) in
            [("abcdef", "XY", "XYcdef"), ("ab", "XYZ", "XYZ"), ("", "a", "a"), ("äb", "X", "X\u{fffd}b")]
        {
            let mut text = before.to_owned();
            overwrite(&mut text, data);
            assert_eq!(text, after);
        }
    }
}
