//! net_cls: marks the packets of a group's tasks. Documentation: admin-guide/cgroup-v1/net_cls.rst.

use super::Rules;
use crate::kernel::cgroup::file::{DONE, FileRow, Unit, Version};
use crate::kernel::cgroup::{CgroupState, GroupId};
use serde::Serialize;

#[derive(Clone, Debug, Default, Serialize)]
pub(in super::super) struct NetCls {
    classid: u32,
}

pub(super) struct NetClsRules;
pub(super) const RULES: NetClsRules = NetClsRules;

const ROWS: &[FileRow] = &[FileRow::new(Version::V1, "net_cls", "net_cls.classid", "file-net_cls-classid")
    .rw(
        |state, group| {
            let classid = settings(state, group).map_or(0, |net_cls| net_cls.classid);
            Ok(format!("{classid}\n"))
        },
        |state, request| {
            // net/core/netclassid_cgroup.c, write_classid(): the high bits are dropped.
            let classid = request.unsigned()? & u64::from(u32::MAX);
            let classid = u32::try_from(classid).unwrap_or(u32::MAX);
            if let Some(group) = state.group_mut(request.group) {
                group.states.net_cls = Some(NetCls { classid });
            }
            DONE
        },
    )
    .unit(Unit::Count)];

fn settings(state: &CgroupState, group: GroupId) -> Option<&NetCls> {
    state.group(group)?.states.net_cls.as_ref()
}

impl Rules for NetClsRules {
    /// A child starts with its parent's class.
    fn online(&self, state: &mut CgroupState, group: GroupId) {
        let inherited = state.parent(group).and_then(|parent| settings(state, parent)).cloned();
        if let Some(group) = state.group_mut(group) {
            group.states.net_cls = Some(inherited.unwrap_or_default());
        }
    }

    fn rows(&self, _noprefix: bool) -> &'static [FileRow] {
        ROWS
    }
}
