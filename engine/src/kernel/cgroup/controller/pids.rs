//! pids: how many tasks a group and those below it may have. Documentation: admin-guide/cgroup-v1/pids.rst,
//! cgroup-v2.rst "PID"; kernel/cgroup/pids.c.

use super::{Controller, Rules};
use crate::kernel::cgroup::file::{DONE, FileRow, Place, Request, Unit, Version};
use crate::kernel::cgroup::{CgroupState, Effect, GroupId, parse};
use crate::plan::{Errno, Refusal, Rule};
use serde::Serialize;

#[derive(Clone, Debug, Default, Serialize)]
pub(in super::super) struct Pids {
    max: Option<u32>,
    /// Tasks here and below, zombies included.
    current: u32,
    peak: u32,
    /// Refused forks: in the group that forked (older kernels and version 1), or here and below.
    events: u64,
    /// Refused forks by this group's own limit.
    events_local: u64,
}

/// PID_MAX_LIMIT of 64-bit machines.
const MOST: i64 = 4_194_304;

pub(super) struct PidsRules;
pub(super) const RULES: PidsRules = PidsRules;

const fn row(version: Version, name: &'static str, doc: &'static str) -> FileRow {
    FileRow::new(version, "pids", name, doc).place(Place::NotOnRoot).unit(Unit::Count)
}

const MAX: &str = "pids.max";
const CURRENT: &str = "pids.current";
const PEAK: &str = "pids.peak";
const EVENTS: &str = "pids.events";

const ROWS: &[FileRow] = &[
    row(Version::V1, MAX, "file-pids-max").rw(read_max, write_max),
    row(Version::V1, CURRENT, "file-pids-current").r(|s, g| number(s, g, |pids| pids.current)),
    row(Version::V1, PEAK, "file-pids-peak").r(|s, g| number(s, g, |pids| pids.peak)).since(6, 1),
    row(Version::V1, EVENTS, "file-pids-events").r(|s, g| events(s, g, |pids| pids.events)),
    row(Version::V2, MAX, "file-pids-max").rw(read_max, write_max),
    row(Version::V2, CURRENT, "file-pids-current").r(|s, g| number(s, g, |pids| pids.current)),
    row(Version::V2, PEAK, "file-pids-peak").r(|s, g| number(s, g, |pids| pids.peak)).since(6, 1),
    row(Version::V2, EVENTS, "file-pids-events").r(|s, g| events(s, g, |pids| pids.events)),
    row(Version::V2, "pids.events.local", "file-pids-events-local")
        .r(|s, g| events(s, g, |pids| pids.events_local))
        .since(6, 11),
];

fn settings(state: &CgroupState, group: GroupId) -> Option<&Pids> {
    state.group(group)?.states.pids.as_ref()
}

fn edit(state: &mut CgroupState, group: GroupId, change: impl FnOnce(&mut Pids)) {
    if let Some(pids) = state.group_mut(group).and_then(|group| group.states.pids.as_mut()) {
        change(pids);
    }
}

/// The machine's root has no limit; all others up to it do.
fn limited(state: &CgroupState, group: GroupId) -> Vec<GroupId> {
    state.ancestry(group).filter(|id| settings(state, *id).is_some()).collect()
}

/// The group whose limit one more task would pass.
fn full(state: &CgroupState, group: GroupId) -> Option<(GroupId, u32)> {
    let over = |id: &GroupId| {
        let pids = settings(state, *id)?;
        pids.max.filter(|max| pids.current >= *max).map(|max| (*id, max))
    };
    limited(state, group).iter().find_map(over)
}

impl Rules for PidsRules {
    /// Tasks that are there already move from the group above into this one, one after the other: each is charged
    /// here and above before it is uncharged above, so those above have counted one more for a moment;
    /// pids_can_attach().
    fn online(&self, state: &mut CgroupState, group: GroupId) {
        let current = state.group(group).map_or(0, |group| group.populated);
        if current > 0 {
            for above in limited(state, group) {
                edit(state, above, |pids| pids.peak = pids.peak.max(pids.current + 1));
            }
        }
        if let Some(group) = state.group_mut(group) {
            group.states.pids = Some(Pids { current, peak: current, ..Pids::default() });
        }
    }

    /// A move is never refused, it only counts; pids_can_attach().
    fn attach(&self, state: &mut CgroupState, from: GroupId, to: GroupId) {
        self.fork(state, to);
        for id in limited(state, from) {
            Controller::uncharge_pid(state, id);
        }
    }

    fn can_fork(&self, state: &CgroupState, group: GroupId) -> Result<(), Refusal> {
        let Some((id, max)) = full(state, group) else { return Ok(()) };
        let rule = Rule::new("rule-pids-limit").with("limit", max).with("group", state.path(id));
        Err(Refusal::by(Errno::EAGAIN, "clone3", rule))
    }

    fn fork(&self, state: &mut CgroupState, group: GroupId) {
        for id in limited(state, group) {
            edit(state, id, |pids| {
                pids.current += 1;
                pids.peak = pids.peak.max(pids.current);
            });
        }
    }

    /// Where it counts: in version 1, and in version 2 before 6.11, in the group of the task that forked; later
    /// in the group whose limit it was and in those above. Groups below that one have let the task pass before it
    /// was refused, and keep that as their peak; pids_try_charge().
    fn fork_refused(&self, state: &mut CgroupState, group: GroupId) {
        let Some((over, _)) = full(state, group) else { return };
        let below: Vec<_> = limited(state, group).into_iter().take_while(|id| *id != over).collect();
        for id in below {
            edit(state, id, |pids| pids.peak = pids.peak.max(pids.current + 1));
        }
        let v2 = state.version(state.hierarchy_of(group)) == Version::V2;
        if !(v2 && state.machine.since(6, 11)) {
            return edit(state, group, |pids| pids.events += 1);
        }
        edit(state, over, |pids| pids.events_local += 1);
        for id in limited(state, over) {
            edit(state, id, |pids| pids.events += 1);
        }
    }

    fn rows(&self, _noprefix: bool) -> &'static [FileRow] {
        ROWS
    }
}

impl Controller {
    /// One task less in one group.
    pub(in super::super) fn uncharge_pid(state: &mut CgroupState, group: GroupId) {
        edit(state, group, |pids| pids.current = pids.current.saturating_sub(1));
    }
}

fn number(state: &CgroupState, group: GroupId, get: fn(&Pids) -> u32) -> Result<String, Refusal> {
    Ok(format!("{}\n", settings(state, group).map_or(0, get)))
}

fn events(state: &CgroupState, group: GroupId, get: fn(&Pids) -> u64) -> Result<String, Refusal> {
    Ok(format!("max {}\n", settings(state, group).map_or(0, get)))
}

fn read_max(state: &CgroupState, group: GroupId) -> Result<String, Refusal> {
    let max = settings(state, group).and_then(|pids| pids.max);
    Ok(max.map_or_else(|| "max\n".to_owned(), |max| format!("{max}\n")))
}

fn write_max(state: &mut CgroupState, request: &Request<'_>) -> Result<Vec<Effect>, Refusal> {
    let max = if request.stripped() == "max" {
        None
    } else {
        let number = parse::signed(request.stripped()).map_err(|error| request.number_refusal(error))?;
        if !(0..=MOST).contains(&number) {
            return request.refuse(Errno::EINVAL, "rule-pids-max-range");
        }
        u32::try_from(number).ok()
    };
    edit(state, request.group, |pids| pids.max = max);
    DONE
}
