//! freezer of version 1: stops and continues all tasks of a group and of those below it. Documentation:
//! admin-guide/cgroup-v1/freezer-subsystem.rst; kernel/cgroup/legacy_freezer.c.

use super::Rules;
use crate::kernel::cgroup::file::{DONE, FileRow, Place, Request, Unit, Version};
use crate::kernel::cgroup::{CgroupState, Effect, GroupId};
use crate::plan::{Errno, Refusal};
use serde::Serialize;

#[derive(Clone, Debug, Default, Serialize)]
pub(in super::super) struct Freezer {
    /// FROZEN was written here.
    own: bool,
}

pub(super) struct FreezerRules;
pub(super) const RULES: FreezerRules = FreezerRules;

const fn row(name: &'static str, doc: &'static str) -> FileRow {
    FileRow::new(Version::V1, "freezer", name, doc).place(Place::NotOnRoot)
}

const ROWS: &[FileRow] = &[
    row("freezer.state", "file-freezer-state").rw(read_state, write_state),
    row("freezer.self_freezing", "file-freezer-self_freezing")
        .r(|state, group| Ok(format!("{}\n", u8::from(state.frozen_itself(group)))))
        .unit(Unit::Flag),
    row("freezer.parent_freezing", "file-freezer-parent_freezing")
        .r(|state, group| {
            let above = state.parent(group).is_some_and(|parent| state.frozen_v1(parent));
            Ok(format!("{}\n", u8::from(above)))
        })
        .unit(Unit::Flag),
];

impl Rules for FreezerRules {
    fn online(&self, state: &mut CgroupState, group: GroupId) {
        if let Some(group) = state.group_mut(group) {
            group.states.freezer = Some(Freezer::default());
        }
    }

    fn rows(&self, _noprefix: bool) -> &'static [FileRow] {
        ROWS
    }
}

impl CgroupState {
    fn frozen_itself(&self, group: GroupId) -> bool {
        self.group(group).and_then(|group| group.states.freezer.as_ref()).is_some_and(|freezer| freezer.own)
    }

    /// True if the group or one above it was frozen by `freezer.state`. Freezing takes no time here, so
    /// `FREEZING` is never seen.
    pub(in super::super) fn frozen_v1(&self, group: GroupId) -> bool {
        self.ancestry(group).any(|group| self.frozen_itself(group))
    }
}

fn read_state(state: &CgroupState, group: GroupId) -> Result<String, Refusal> {
    Ok(if state.frozen_v1(group) { "FROZEN\n" } else { "THAWED\n" }.to_owned())
}

fn write_state(state: &mut CgroupState, request: &Request<'_>) -> Result<Vec<Effect>, Refusal> {
    let own = match request.stripped() {
        "FROZEN" => true,
        "THAWED" => false,
        _ => return request.refuse(Errno::EINVAL, "rule-freezer-state"),
    };
    if let Some(group) = state.group_mut(request.group) {
        group.states.freezer = Some(Freezer { own });
    }
    DONE
}
