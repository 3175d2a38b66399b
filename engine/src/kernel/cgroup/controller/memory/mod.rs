//! memory: usage and limits. Documentation: admin-guide/cgroup-v1/memory.rst, cgroup-v2.rst "Memory";
//! mm/memcontrol.c and memcontrol-v1.c.
//!
//! The settings are here, the table of files is in `rows`, what is written in `limits` and `switches`, what is counted
//! in `stat`. Who is charged what, and what a limit does, is in `charging`.

mod limits;
mod rows;
mod stat;
mod switches;

use super::Rules;
use crate::kernel::cgroup::charging::Amounts;
use crate::kernel::cgroup::file::{FileRow, Version};
use crate::kernel::cgroup::{CgroupState, GroupId};
use serde::Serialize;

/// PAGE_COUNTER_MAX in bytes: no limit.
pub(in super::super) const MAX: u64 = 9_223_372_036_854_771_712;

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(in super::super) struct Memory {
    /// `memory.limit_in_bytes`, `memory.max`.
    pub(in super::super) max: u64,
    /// `memory.memsw.limit_in_bytes`.
    memsw: u64,
    soft: u64,
    tcp: u64,
    pub(in super::super) high: u64,
    pub(in super::super) low: u64,
    pub(in super::super) min: u64,
    swap_max: u64,
    swap_high: u64,
    swappiness: u64,
    kmem: u64,
    /// Version 1 before 5.11: what is below counts here, too.
    use_hierarchy: bool,
    zswap_max: u64,
    zswap_writeback: bool,
    pub(in super::super) oom_kill_disable: bool,
    pub(in super::super) oom_group: bool,
    move_charge: u64,
    /// Bytes charged here and below.
    pub(in super::super) usage: u64,
    /// What is charged to this group itself.
    pub(in super::super) own: Amounts,
    pub(in super::super) peak: u64,
    /// How often this group's limit was in the way.
    pub(in super::super) failcnt: u64,
    /// What happened to this group itself, and here and below.
    pub(in super::super) local_events: Events,
    pub(in super::super) events: Events,
}

/// What `memory.events` counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) enum Event {
    Low,
    High,
    Max,
    Oom,
    OomKill,
    OomGroupKill,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub(in super::super) struct Events {
    low: u64,
    high: u64,
    max: u64,
    oom: u64,
    oom_kill: u64,
    oom_group_kill: u64,
}

impl Events {
    pub(in super::super) fn add(&mut self, event: Event) {
        let count = match event {
            Event::Low => &mut self.low,
            Event::High => &mut self.high,
            Event::Max => &mut self.max,
            Event::Oom => &mut self.oom,
            Event::OomKill => &mut self.oom_kill,
            Event::OomGroupKill => &mut self.oom_group_kill,
        };
        *count += 1;
    }
}

impl Default for Memory {
    fn default() -> Self {
        Self {
            max: MAX,
            memsw: MAX,
            soft: MAX,
            tcp: MAX,
            high: MAX,
            low: 0,
            min: 0,
            swap_max: MAX,
            swap_high: MAX,
            swappiness: 60,
            kmem: MAX,
            use_hierarchy: false,
            zswap_max: MAX,
            zswap_writeback: true,
            oom_kill_disable: false,
            oom_group: false,
            move_charge: 0,
            usage: 0,
            own: Amounts::default(),
            peak: 0,
            failcnt: 0,
            local_events: Events::default(),
            events: Events::default(),
        }
    }
}

impl Memory {
    /// The first bit of `memory.move_charge_at_immigrate`: tasks that come bring their anonymous memory.
    pub(in super::super) fn moves_anon(&self) -> bool {
        self.move_charge & 1 == 1
    }
}

pub(super) struct MemoryRules;
pub(super) const RULES: MemoryRules = MemoryRules;

impl Rules for MemoryRules {
    /// Two settings are the parent's at first; mem_cgroup_css_alloc().
    fn online(&self, state: &mut CgroupState, id: GroupId) {
        let new = state.parent(id).and_then(|parent| settings(state, parent)).map(|parent| Memory {
            swappiness: parent.swappiness,
            use_hierarchy: parent.use_hierarchy,
            oom_kill_disable: parent.oom_kill_disable,
            ..Memory::default()
        });
        if let Some(group) = state.group_mut(id) {
            group.states.memory = Some(new.unwrap_or_default());
        }
    }

    fn rows(&self, _noprefix: bool) -> &'static [FileRow] {
        rows::ROWS
    }
}

pub(in super::super) fn settings(state: &CgroupState, group: GroupId) -> Option<&Memory> {
    state.group(group)?.states.memory.as_ref()
}

pub(in super::super) fn edit(state: &mut CgroupState, group: GroupId, change: impl FnOnce(&mut Memory)) {
    if let Some(memory) = state.group_mut(group).and_then(|group| group.states.memory.as_mut()) {
        change(memory);
    }
}

/// Up to which group limits act on a group: all above it, or before 5.11 only those that count what is below.
pub(in super::super) fn limiting(state: &CgroupState, group: GroupId) -> impl Iterator<Item = GroupId> + '_ {
    let always = state.machine.since(5, 11) || state.version(state.hierarchy_of(group)) == Version::V2;
    let counts = move |id: &GroupId| {
        *id == group || always || settings(state, *id).is_some_and(|memory| memory.use_hierarchy)
    };
    state.ancestry(group).take_while(counts)
}
