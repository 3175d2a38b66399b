//! Sizes of files: truncate(2), and copies of whole files.

use super::overlay::Need;
use super::ramfs::{Content, pages, size};
use super::{Node, Place};
use crate::kernel::limits::{PAGE, READ_MAX, UMASK};
use crate::kernel::refuse::{not_modelled, refuse, refuse_path};
use crate::kernel::user::access::Access;
use crate::kernel::{Kernel, Task};
use crate::plan::reply::FileKind;
use crate::plan::{Errno, OpenMode, Refusal, Rule};

impl Kernel {
    /// truncate(2): what is behind the length is cut off, what is missing reads as zero bytes.
    pub(crate) fn truncate(
        &mut self,
        task: &Task,
        place: &Place,
        length: u64,
        path: &str,
    ) -> Result<(), Refusal> {
        const AT: &str = "truncate";
        match self.kind(&place.node) {
            FileKind::Directory => return refuse_path(Errno::EISDIR, AT, "rule-open-directory", path),
            FileKind::Regular => {}
            _ => return refuse_path(Errno::EINVAL, AT, "rule-truncate-kind", path),
        }
        self.check_writable(place, AT, path)?;
        self.permit(task, &place.node, Access::WRITE, AT, path)?;
        let (tree, id) = match &place.node {
            Node::Ram(tree, id) => (*tree, *id),
            Node::Overlay(id, inside) => self.copy_up(*id, inside, Need::Content, AT, path)?,
            // kernfs takes any size and keeps none (`kernfs_iop_setattr`).
            Node::ControlFile(..) => return Ok(()),
            _ => return not_modelled(AT, "files outside of tmpfs and overlayfs"),
        };
        let Some(inode) = self.tree_mut(tree).and_then(|ram| ram.get_mut(id)) else { return Ok(()) };
        match truncated(&inode.content, length) {
            Some(content) => inode.content = content,
            None => return not_modelled(AT, "the bytes of programs and of what workloads write"),
        }
        self.note_change(tree, id);
        Ok(())
    }

    /// open(2) of both, and a copy of all that the first holds. Gives the bytes that were copied.
    pub(crate) fn copy_file(
        &mut self,
        task: &Task,
        from: &str,
        to: &str,
        create: Option<u32>,
    ) -> Result<u64, Refusal> {
        const AT: &str = "copy_file_range";
        let source = self.open_to_read(task, from)?;
        if self.kind(&source.node) == FileKind::Directory {
            return refuse_path(Errno::EISDIR, "read", "rule-read-directory", from);
        }
        let content = self.copied_content(task, &source, from)?;
        self.note_access(&source);
        // Without O_CREAT the file has to be there.
        let mode = if create.is_some() { OpenMode::Exclusive } else { OpenMode::Write };
        let target = self.open(task, to, mode)?;
        let Some((tree, id)) = self.content_inode(&target.node) else {
            return not_modelled(AT, "copies to files outside of tmpfs and overlayfs");
        };
        let count = size(&content);
        let limit = self.trees.get(&tree).and_then(|ram| ram.size_limit(id));
        // As much is copied as fits.
        let cut = limit.filter(|limit| pages(&content) * PAGE > *limit);
        let content = cut.and_then(|limit| truncated(&content, limit)).unwrap_or(content);
        if let Some(inode) = self.tree_mut(tree).and_then(|ram| ram.get_mut(id)) {
            if let Some(mode) = create {
                inode.mode = mode & 0o7777 & !UMASK;
            }
            if matches!(inode.content, Content::Character(..)) {
                return Ok(count);
            }
            inode.content = content;
        }
        self.note_change(tree, id);
        if cut.is_some() {
            return refuse(Errno::ENOSPC, AT, Rule::new("rule-tmpfs-full"));
        }
        Ok(count)
    }

    /// What a copy holds.
    fn copied_content(&self, task: &Task, source: &Place, path: &str) -> Result<Content, Refusal> {
        let inode = self.content_inode(&source.node);
        let inode = inode.and_then(|(tree, id)| self.trees.get(&tree).and_then(|ram| ram.get(id)));
        match inode.map(|inode| &inode.content) {
            Some(content @ (Content::Text(_) | Content::Opaque(_) | Content::Hole(_) | Content::Program)) => {
                Ok(content.clone())
            }
            _ => self.read_place(task, source, path).map(Content::Text),
        }
    }
}

/// A content with another size; `None` where its bytes are not known.
fn truncated(content: &Content, length: u64) -> Option<Content> {
    let old = size(content);
    match content {
        _ if length == 0 => Some(Content::Text(String::new())),
        Content::Text(text) if length <= old => {
            let kept = text.as_bytes().get(..usize::try_from(length).ok()?)?;
            Some(Content::Text(String::from_utf8_lossy(kept).into_owned()))
        }
        Content::Text(text) if length <= READ_MAX && !text.is_empty() => {
            Some(Content::Text(format!("{text}{}", "\0".repeat(usize::try_from(length - old).ok()?))))
        }
        Content::Text(text) if text.is_empty() => Some(Content::Hole(length)),
        Content::Text(_) => Some(Content::Opaque(length)),
        Content::Hole(_) => Some(Content::Hole(length)),
        Content::Opaque(_) => Some(Content::Opaque(length)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::{Content, truncated};

    #[test]
    fn a_text_is_cut_and_an_empty_file_grows_without_taking_room() {
        let text = |text: &str| Content::Text(text.to_owned());
        assert!(matches!(truncated(&text("abc"), 2), Some(Content::Text(kept)) if kept == "ab"));
        assert!(matches!(truncated(&text("a"), 3), Some(Content::Text(kept)) if kept == "a\0\0"));
        assert!(matches!(truncated(&text(""), 1 << 40), Some(Content::Hole(size)) if size == 1 << 40));
        assert!(truncated(&Content::Program, 1).is_none());
    }
}
