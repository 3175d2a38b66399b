//! devices: which device nodes may be opened and made. Documentation: admin-guide/cgroup-v1/devices.rst;
//! security/device_cgroup.c, whose functions the methods here are named after.

use super::{Controller, Rules};
use crate::kernel::cgroup::file::{DONE, FileRow, Request, Version};
use crate::kernel::cgroup::{CgroupState, Effect, GroupId, parse};
use crate::plan::{Errno, Refusal};
use serde::Serialize;

const READ: u8 = 1;
const WRITE: u8 = 2;
const MKNOD: u8 = 4;
const LETTERS: [(char, u8); 3] = [('r', READ), ('w', WRITE), ('m', MKNOD)];

/// What is allowed or denied against the group's default.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
struct Exception {
    /// `b` or `c`.
    kind: char,
    /// `None` is `*`.
    major: Option<u32>,
    minor: Option<u32>,
    access: u8,
}

#[derive(Clone, Debug, Serialize)]
pub(in super::super) struct Devices {
    /// What is not listed is allowed.
    allow: bool,
    exceptions: Vec<Exception>,
}

impl Default for Devices {
    fn default() -> Self {
        Self { allow: true, exceptions: Vec::new() }
    }
}

impl Exception {
    fn same_devices(&self, other: &Self) -> bool {
        (self.kind, self.major, self.minor) == (other.kind, other.major, other.minor)
    }

    /// match_exception(): all that is asked is in this.
    fn contains(&self, asked: &Self) -> bool {
        self.kind == asked.kind
            && (self.major.is_none() || self.major == asked.major)
            && (self.minor.is_none() || self.minor == asked.minor)
            && asked.access & !self.access == 0
    }

    /// match_exception_partial(): some of what is asked is in this.
    fn touches(&self, asked: &Self) -> bool {
        let meets = |a: Option<u32>, b: Option<u32>| a.is_none() || b.is_none() || a == b;
        self.kind == asked.kind
            && meets(self.major, asked.major)
            && meets(self.minor, asked.minor)
            && asked.access & self.access != 0
    }
}

impl Devices {
    /// dev_exception_add().
    fn add(&mut self, new: &Exception) {
        match self.exceptions.iter_mut().find(|old| old.same_devices(new)) {
            Some(old) => old.access |= new.access,
            None => self.exceptions.push(new.clone()),
        }
    }

    /// dev_exception_rm().
    fn remove(&mut self, gone: &Exception) {
        for old in self.exceptions.iter_mut().filter(|old| old.same_devices(gone)) {
            old.access &= !gone.access;
        }
        self.exceptions.retain(|exception| exception.access != 0);
    }

    /// verify_new_ex(): may a child, which allows by default or not, have this exception?
    fn permits(&self, child_allows: bool, new: &Exception) -> bool {
        match (self.allow, child_allows) {
            (true, true) => true,
            (true, false) => !self.exceptions.iter().any(|own| own.touches(new)),
            (false, _) => self.exceptions.iter().any(|own| own.contains(new)),
        }
    }
}

pub(super) struct DevicesRules;
pub(super) const RULES: DevicesRules = DevicesRules;

const fn row(name: &'static str, doc: &'static str) -> FileRow {
    FileRow::new(Version::V1, "devices", name, doc)
}

const ROWS: &[FileRow] = &[
    row("devices.allow", "file-devices-allow").w(|state, request| update(state, request, true)),
    row("devices.deny", "file-devices-deny").w(|state, request| update(state, request, false)),
    row("devices.list", "file-devices-list").r(read_list),
];

impl Rules for DevicesRules {
    /// A child starts as its parent is.
    fn online(&self, state: &mut CgroupState, group: GroupId) {
        let inherited = state.parent(group).and_then(|parent| settings(state, parent)).cloned();
        if let Some(group) = state.group_mut(group) {
            group.states.devices = Some(inherited.unwrap_or_default());
        }
    }

    fn rows(&self, _noprefix: bool) -> &'static [FileRow] {
        ROWS
    }
}

fn settings(state: &CgroupState, group: GroupId) -> Option<&Devices> {
    state.group(group)?.states.devices.as_ref()
}

fn edit(state: &mut CgroupState, group: GroupId, change: impl FnOnce(&mut Devices)) {
    if let Some(devices) = state.group_mut(group).and_then(|group| group.states.devices.as_mut()) {
        change(devices);
    }
}

fn read_list(state: &CgroupState, group: GroupId) -> Result<String, Refusal> {
    let Some(devices) = settings(state, group) else { return Ok(String::new()) };
    if devices.allow {
        return Ok("a *:* rwm\n".to_owned());
    }
    let number = |value: Option<u32>| value.map_or_else(|| "*".to_owned(), |value| value.to_string());
    let line = |ex: &Exception| {
        let access = LETTERS.iter().filter(|(_, bit)| ex.access & bit != 0).map(|(letter, _)| *letter);
        let access: String = access.collect();
        format!("{} {}:{} {access}\n", ex.kind, number(ex.major), number(ex.minor))
    };
    Ok(devices.exceptions.iter().map(line).collect())
}

/// `c 1:3 rw`, `b 7:* r`, as devcgroup_update_access() reads it. `None` if it does not.
fn parse_exception(text: &str) -> Option<Exception> {
    let kind = text.chars().next().filter(|kind| matches!(kind, 'b' | 'c'))?;
    let (major, rest) = device_number(text.get(1..)?.strip_prefix(parse::is_space)?)?;
    let (minor, rest) = device_number(rest.strip_prefix(':')?)?;
    let mut access = 0;
    for letter in rest.strip_prefix(parse::is_space)?.chars().take(3) {
        if letter == '\n' {
            break;
        }
        access |= LETTERS.iter().find(|(known, _)| *known == letter)?.1;
    }
    Some(Exception { kind, major, minor, access })
}

fn device_number(text: &str) -> Option<(Option<u32>, &str)> {
    if let Some(rest) = text.strip_prefix('*') {
        return Some((None, rest));
    }
    let (number, rest) = parse::leading_decimal(text)?;
    Some((Some(u32::try_from(number).ok()?), rest))
}

/// devcgroup_update_access().
fn update(state: &mut CgroupState, request: &Request<'_>, allow: bool) -> Result<Vec<Effect>, Refusal> {
    request.context.require_root(request, "rule-devices-needs-root")?;
    let text = request.stripped();
    if text.starts_with('a') {
        return update_all(state, request, allow);
    }
    let Some(exception) = parse_exception(text) else {
        return request.refuse(Errno::EINVAL, "rule-devices-form");
    };
    let id = request.group;
    let Some(own) = settings(state, id) else { return DONE };
    let parent = state.parent(id).and_then(|parent| settings(state, parent));
    if !allow {
        let allows = own.allow;
        edit(state, id, |own| if allows { own.add(&exception) } else { own.remove(&exception) });
        propagate(state, id, allows, &exception);
        return DONE;
    }
    if own.allow {
        // parent_allows_removal(): what the parent denies stays denied.
        if parent.is_some_and(|p| p.allow && p.exceptions.iter().any(|denied| denied.touches(&exception))) {
            return request.refuse(Errno::EPERM, "rule-devices-parent");
        }
        edit(state, id, |own| own.remove(&exception));
    } else {
        if parent.is_some_and(|parent| !parent.permits(false, &exception)) {
            return request.refuse(Errno::EPERM, "rule-devices-parent");
        }
        edit(state, id, |own| own.add(&exception));
    }
    DONE
}

/// A write that begins with `a`: everything.
fn update_all(state: &mut CgroupState, request: &Request<'_>, allow: bool) -> Result<Vec<Effect>, Refusal> {
    let id = request.group;
    if state.group(id).is_some_and(|group| !group.children.is_empty()) {
        return request.refuse(Errno::EINVAL, "rule-devices-children");
    }
    if !allow {
        edit(state, id, |own| *own = Devices { allow: false, exceptions: Vec::new() });
        return DONE;
    }
    let parent = state.parent(id).and_then(|parent| settings(state, parent)).cloned();
    if parent.as_ref().is_some_and(|parent| !parent.allow) {
        return request.refuse(Errno::EPERM, "rule-devices-parent");
    }
    edit(state, id, |own| *own = parent.unwrap_or_default());
    DONE
}

/// propagate_exception() and revalidate_active_exceptions(): a new restriction reaches all groups below.
fn propagate(state: &mut CgroupState, root: GroupId, root_allows: bool, exception: &Exception) {
    for id in state.subtree(root).into_iter().skip(1) {
        let parent = state.parent(id).and_then(|parent| settings(state, parent)).cloned();
        edit(state, id, |own| {
            if root_allows && own.allow {
                own.add(exception);
            } else {
                own.remove(exception);
            }
            let allow = own.allow;
            own.exceptions.retain(|ex| parent.as_ref().is_none_or(|parent| parent.permits(allow, ex)));
        });
    }
}

impl CgroupState {
    /// May the task open (`r`, `w`) or make (`m`) this device? Asked at open, not at read or write:
    /// devcgroup_check_permission().
    pub fn device_allowed(&self, pid: u32, kind: char, major: u32, minor: u32, access: &str) -> bool {
        let group = self.effective_of(Controller::Devices, pid);
        let Some(devices) = group.and_then(|group| settings(self, group)) else { return true };
        let letters = LETTERS.iter().filter(|(letter, _)| access.contains(*letter));
        let access = letters.fold(0, |bits, (_, bit)| bits | bit);
        let asked = Exception { kind, major: Some(major), minor: Some(minor), access };
        if devices.allow {
            !devices.exceptions.iter().any(|denied| denied.touches(&asked))
        } else {
            devices.exceptions.iter().any(|allowed| allowed.contains(&asked))
        }
    }
}
