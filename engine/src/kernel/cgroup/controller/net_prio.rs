//! net_prio: the priority of a group's packets, by network device. Documentation:
//! admin-guide/cgroup-v1/net_prio.rst; net/core/netprio_cgroup.c.

use super::Rules;
use crate::kernel::cgroup::file::{DONE, FileRow, Request, Unit, Version};
use crate::kernel::cgroup::{CgroupState, Effect, GroupId, parse};
use crate::plan::{Errno, Refusal, Rule};
use serde::Serialize;
use std::collections::BTreeMap;

#[derive(Clone, Debug, Default, Serialize)]
pub(in super::super) struct NetPrio {
    /// Priorities by device, other than 0.
    map: BTreeMap<String, u32>,
    /// The number of the group among those of the controller.
    index: u32,
}

pub(super) struct NetPrioRules;
pub(super) const RULES: NetPrioRules = NetPrioRules;

const ROWS: &[FileRow] = &[
    FileRow::new(Version::V1, "net_prio", "net_prio.prioidx", "file-net_prio-prioidx")
        .r(|state, group| Ok(format!("{}\n", settings(state, group).map_or(0, |own| own.index))))
        .unit(Unit::Count)
        .partial("partial-file-net"),
    FileRow::new(Version::V1, "net_prio", "net_prio.ifpriomap", "file-net_prio-ifpriomap")
        .rw(read_map, write_map)
        .partial("partial-file-net"),
];

fn settings(state: &CgroupState, group: GroupId) -> Option<&NetPrio> {
    state.group(group)?.states.net_prio.as_ref()
}

impl Rules for NetPrioRules {
    /// A child starts with its parent's map. The index is that of the css (`css->id`), from 1 for the root; the
    /// lowest that is free.
    fn online(&self, state: &mut CgroupState, group: GroupId) {
        let inherited = state.parent(group).and_then(|parent| settings(state, parent));
        let map = inherited.map(|own| own.map.clone()).unwrap_or_default();
        let used: Vec<u32> =
            state.groups.values().filter_map(|g| Some(g.states.net_prio.as_ref()?.index)).collect();
        let index = (1..=u32::MAX).find(|index| !used.contains(index)).unwrap_or(1);
        if let Some(group) = state.group_mut(group) {
            group.states.net_prio = Some(NetPrio { map, index });
        }
    }

    fn rows(&self, _noprefix: bool) -> &'static [FileRow] {
        ROWS
    }
}

fn read_map(state: &CgroupState, group: GroupId) -> Result<String, Refusal> {
    let own = settings(state, group);
    let priority = |name: &String| own.and_then(|own| own.map.get(name)).copied().unwrap_or(0);
    Ok(state.machine.interfaces.iter().map(|name| format!("{name} {}\n", priority(name))).collect())
}

/// write_priomap(): `sscanf(text, "%15s %u")`.
fn write_map(state: &mut CgroupState, request: &Request<'_>) -> Result<Vec<Effect>, Refusal> {
    let mut words = request.text.split(parse::is_space).filter(|word| !word.is_empty());
    let (name, number) = (words.next(), words.next().and_then(parse::leading_decimal));
    let (Some(name), Some((priority, _))) = (name, number) else {
        return request.refuse(Errno::EINVAL, "rule-net_prio-form");
    };
    if !state.machine.interfaces.iter().any(|known| known == name) {
        return Err(request.refusal(Errno::ENODEV, Rule::new("rule-net_prio-no-device").with("device", name)));
    }
    let priority = u32::try_from(priority).unwrap_or(u32::MAX);
    if let Some(own) = state.group_mut(request.group).and_then(|group| group.states.net_prio.as_mut()) {
        own.map.insert(name.to_owned(), priority);
    }
    DONE
}
