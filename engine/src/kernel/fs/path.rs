//! From a path to a place, as path_resolution(7) tells it.

use super::procfs::ProcNode;
use super::{Node, Place};
use crate::kernel::limits::{MAXSYMLINKS, NAME_MAX, PATH_MAX};
use crate::kernel::namespace::NsLink;
use crate::kernel::refuse::{refuse, refuse_path};
use crate::kernel::user::access::Access;
use crate::kernel::{Kernel, Task};
use crate::plan::reply::FileKind;
use crate::plan::{Errno, Refusal, Rule};
use std::borrow::Cow;

/// The last part of a path that is to be made or removed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Last {
    /// A name.
    Name(String),
    /// `.`
    Dot,
    /// `..`
    DotDot,
    /// There is none: the path is `/`.
    Root,
}

/// A directory and a name in it.
#[derive(Clone, Debug)]
pub(crate) struct Parent {
    pub(crate) directory: Place,
    pub(crate) last: Last,
    /// The path ends with a slash: only a directory will do.
    pub(crate) slash: bool,
}

/// A resolution under way: it counts the symbolic links it meets.
pub(crate) struct Walker<'k> {
    kernel: &'k Kernel,
    /// Who asks: what it may search, and /proc/self, depend on it.
    task: &'k Task,
    at: &'k str,
    path: String,
    links: u32,
}

/// How far to go.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Goal {
    Place,
    Parent,
}

impl<'k> Walker<'k> {
    /// A resolution for a task, in the system call `at`.
    pub(crate) fn new(kernel: &'k Kernel, task: &'k Task, at: &'k str) -> Self {
        Self { kernel, task, at, path: String::new(), links: 0 }
    }

    /// The place of a path; a symbolic link at its end is followed.
    pub(crate) fn place(&mut self, start: &Place, path: &str) -> Result<Place, Refusal> {
        self.walk(start, path, Goal::Place).map(|(place, _, _)| place)
    }

    /// The place of a path; a symbolic link at its end is itself meant.
    pub(crate) fn link(&mut self, start: &Place, path: &str) -> Result<Place, Refusal> {
        match self.parent(start, path)? {
            Parent { directory, last: Last::Name(name), slash: false } => self.child(&directory, &name),
            _ => self.place(start, path),
        }
    }

    /// The directory of a path's last name, which itself is not looked at.
    pub(crate) fn parent(&mut self, start: &Place, path: &str) -> Result<Parent, Refusal> {
        let (directory, last, slash) = self.walk(start, path, Goal::Parent)?;
        Ok(Parent { directory, last, slash })
    }

    fn walk(&mut self, start: &Place, path: &str, goal: Goal) -> Result<(Place, Last, bool), Refusal> {
        self.check_whole(path)?;
        path.clone_into(&mut self.path);
        let mut place = if path.starts_with('/') { self.task.root.clone() } else { start.clone() };
        let mut rest: Rest<'_> = parts(path).map(Cow::Borrowed).collect();
        let mut slash = path.ends_with('/');
        while let Some(part) = rest.pop() {
            self.check_directory(&place)?;
            self.kernel.permit(self.task, &place.node, Access::SEARCH, self.at, &self.path)?;
            if goal == Goal::Parent && rest.is_empty() {
                return Ok((place, last(&part), slash));
            }
            match &*part {
                "." => {}
                ".." => place = self.above(&place)?,
                name => {
                    let next = self.child(&place, name)?;
                    self.check_link(&next)?;
                    if let Some(jump) = self.jump_target(&next)? {
                        place = jump;
                        continue;
                    }
                    match self.link_target(&next) {
                        Some(target) => {
                            slash |= rest.is_empty() && target.ends_with('/');
                            place = self.enter_link(place, &target, &mut rest)?;
                        }
                        None => place = next,
                    }
                }
            }
        }
        if slash {
            self.check_directory(&place)?;
        }
        Ok((place, Last::Root, slash))
    }

    /// Puts the parts of a link's target before the rest of the path.
    fn enter_link(&mut self, place: Place, target: &str, rest: &mut Rest<'_>) -> Result<Place, Refusal> {
        self.count_link()?;
        if self.kernel.mounts.get(place.mount).is_some_and(|mount| mount.flags.nosymfollow) {
            return refuse_path(Errno::ELOOP, self.at, "rule-nosymfollow", &self.path);
        }
        rest.extend(parts(target).map(|part| Cow::Owned(part.to_owned())));
        Ok(if target.starts_with('/') { self.task.root.clone() } else { place })
    }

    /// The links of a task in /proc lead only those who may look into it (`proc_pid_get_link`), and nowhere once it
    /// has ended.
    fn check_link(&self, link: &Place) -> Result<(), Refusal> {
        let Node::Proc(_, ProcNode::PidLink(pid, _) | ProcNode::NsLink(pid, _)) = &link.node else {
            return Ok(());
        };
        match self.kernel.task(*pid) {
            Some(target) if !self.kernel.may_look_into(self.task, target) => {
                refuse_path(Errno::EACCES, self.at, "rule-proc-of-another", &self.path)
            }
            Some(target)
                if !target.is_alive() && matches!(link.node, Node::Proc(_, ProcNode::PidLink(..))) =>
            {
                refuse_path(Errno::ENOENT, self.at, "rule-proc-of-ended", &self.path)
            }
            _ => Ok(()),
        }
    }

    /// `..`: out of a mount at its root; the root directory is its own parent (`follow_dotdot` in fs/namei.c). What is
    /// mounted there counts, even on the root directory itself.
    fn above(&self, place: &Place) -> Result<Place, Refusal> {
        let (kernel, root) = (self.kernel, &self.task.root);
        let mut at = place.clone();
        if at == *root {
            return Ok(kernel.top(at));
        }
        while kernel.mounts.is_root_of_mount(&at) {
            match kernel.mounts.mount_point(at.mount) {
                Some(below) if below == *root => return Ok(kernel.top(place.clone())),
                Some(below) => at = below,
                None => return Ok(kernel.top(place.clone())),
            }
        }
        let node = kernel.parent_node(&at.node);
        // `path_connected`: a directory that was moved out of what a bind mount shows has no way up.
        if kernel.mounts.get(at.mount).is_some_and(|mount| !kernel.is_below(&node, &mount.root)) {
            return refuse_path(Errno::ENOENT, self.at, "rule-path-moved-out", &self.path);
        }
        Ok(kernel.top(Place { mount: at.mount, node }))
    }

    /// Where a link of /proc/PID leads: not to what its text says but to the very place (`proc_pid_get_link`), one in
    /// /proc/PID/ns to the namespace itself.
    fn jump_target(&mut self, link: &Place) -> Result<Option<Place>, Refusal> {
        let behind = match &link.node {
            Node::Proc(_, ProcNode::NsLink(pid, which)) => Some(self.namespace(link, *pid, *which)?),
            node => self.kernel.place_behind(node),
        };
        let Some(place) = behind else { return Ok(None) };
        self.count_link()?;
        if self.kernel.mounts.get(link.mount).is_some_and(|mount| mount.flags.nosymfollow) {
            return refuse_path(Errno::ELOOP, self.at, "rule-nosymfollow", &self.path);
        }
        Ok(Some(place))
    }

    /// A link in /proc/PID/ns leads to the namespace itself, whatever its text is.
    fn namespace(&self, link: &Place, pid: u32, which: NsLink) -> Result<Place, Refusal> {
        match self.kernel.namespace_behind(pid, which) {
            Some(id) => Ok(Place { mount: link.mount, node: Node::Namespace(id) }),
            None => refuse_path(Errno::ENOENT, self.at, "rule-namespace-link-empty", &self.path),
        }
    }

    /// EACCES where the links of a task don't lead who asks.
    pub(crate) fn check_readable(&self, link: &Place) -> Result<(), Refusal> {
        self.check_link(link)
    }

    /// One more symbolic link: 40 are followed, the 41st is ELOOP.
    pub(crate) fn count_link(&mut self) -> Result<(), Refusal> {
        self.links += 1;
        if self.links > MAXSYMLINKS {
            return refuse_path(Errno::ELOOP, self.at, "rule-path-loop", &self.path);
        }
        Ok(())
    }

    /// Where a symbolic link points; `None` for anything else.
    pub(crate) fn link_target(&self, place: &Place) -> Option<String> {
        self.kernel.link_target(&place.node, self.task.pid)
    }

    /// The place of a name in a directory, mounts on it included.
    pub(crate) fn child(&self, directory: &Place, name: &str) -> Result<Place, Refusal> {
        let place = self.kernel.lookup(directory, name, self.task.pid, self.at)?;
        match place {
            Some(place) => Ok(self.kernel.top(place)),
            None => refuse_path(Errno::ENOENT, self.at, "rule-path-missing", &self.path),
        }
    }

    /// PATH_MAX counts the final zero byte; the empty path is nothing (path_resolution(7), "Empty pathname").
    fn check_whole(&self, path: &str) -> Result<(), Refusal> {
        if path.is_empty() {
            return refuse(Errno::ENOENT, self.at, Rule::new("rule-path-empty"));
        }
        if path.len() >= PATH_MAX {
            let rule = Rule::new("rule-path-too-long").with("length", path.len());
            return refuse(Errno::ENAMETOOLONG, self.at, rule);
        }
        Ok(())
    }

    fn check_directory(&self, place: &Place) -> Result<(), Refusal> {
        if self.kernel.kind(&place.node) == FileKind::Directory {
            return Ok(());
        }
        refuse_path(Errno::ENOTDIR, self.at, "rule-path-not-directory", &self.path)
    }
}

/// The parts that are still to be walked, the next one at the end.
type Rest<'a> = Vec<Cow<'a, str>>;

/// The parts of a path, from its end.
fn parts(path: &str) -> impl Iterator<Item = &str> {
    path.rsplit('/').filter(|part| !part.is_empty())
}

fn last(part: &str) -> Last {
    match part {
        "." => Last::Dot,
        ".." => Last::DotDot,
        name => Last::Name(name.to_owned()),
    }
}

impl Kernel {
    /// The place of a name as the directory's own file system knows it, without mounts on it.
    pub(crate) fn lookup(
        &self,
        directory: &Place,
        name: &str,
        pid: u32,
        at: &str,
    ) -> Result<Option<Place>, Refusal> {
        if matches!(directory.node, Node::Ram(..)) && name.len() > NAME_MAX {
            // Only tmpfs counts here: kernfs and proc have no NAME_MAX (seen on Linux 6.1 and 6.18).
            let rule = Rule::new("rule-name-too-long").with("name", name).with("length", name.len());
            return refuse(Errno::ENAMETOOLONG, at, rule);
        }
        if let Node::Overlay(id, path) = &directory.node {
            let node = self.overlay_lookup(*id, path, name, at)?;
            return Ok(node.map(|node| Place { mount: directory.mount, node }));
        }
        let node = self.child_node(&directory.node, name, pid);
        Ok(node.map(|node| Place { mount: directory.mount, node }))
    }
}
