//! Pressure stall information: `cpu.pressure`, `memory.pressure`, `io.pressure` of version 2. Documentation:
//! accounting/psi.rst, cgroup-v2.rst; kernel/sched/psi.c.
//!
//! Linux looks at each CPU by itself. The model knows shares of time: tasks that get less than they could use wait the
//! rest of the time, two of them on one CPU in turn. Whoever waits for memory or a disk is counted for the whole
//! machine.

use super::file::{DONE, FileRow, Request, Unit, Version};
use super::stall::{Resource, Stall, Waiting};
use super::{CgroupState, Effect, GroupId, Shared, V2, parse};
use crate::host::Feature;
use crate::kernel::resources::{CPU, Claim};
use crate::plan::{Errno, Refusal};
use std::collections::{BTreeMap, BTreeSet};

const fn row(name: &'static str, doc: &'static str) -> FileRow {
    FileRow::new(Version::V2, "", name, doc).needs(Feature::Psi)
}

/// In the order of the kernel's table.
pub(super) const ROWS: &[FileRow] = &[
    row("io.pressure", "file-io-pressure")
        .measured()
        .rw(|s, g| read(s, g, Resource::Io), write)
        .partial("partial-file-pressure"),
    row("memory.pressure", "file-memory-pressure")
        .measured()
        .rw(|s, g| read(s, g, Resource::Memory), write)
        .partial("partial-file-pressure"),
    row("cpu.pressure", "file-cpu-pressure")
        .measured()
        .rw(|s, g| read(s, g, Resource::Cpu), write)
        .partial("partial-file-pressure"),
    row("cgroup.pressure", "file-cgroup-pressure").rw(read_switch, write_switch).since(6, 1).unit(Unit::Flag),
];

fn read(state: &CgroupState, group: GroupId, resource: Resource) -> Result<String, Refusal> {
    let stall = state.stalls.get(&group).map(|stall| (**stall).clone()).unwrap_or_default();
    // "CPU full is undefined at the system level": psi_show() writes zeros.
    let none = resource == Resource::Cpu && state.is_machine_root(group);
    let full = if none { Stall::default().full(resource) } else { stall.full(resource) };
    // The second line of CPU pressure came with 5.13.
    let both = resource != Resource::Cpu || state.machine.since(5, 13);
    Ok(stall.some(resource) + if both { &full } else { "" })
}

/// Who waited while some time passed.
#[derive(Clone, Copy, Debug)]
pub(in crate::kernel) struct Load<'a> {
    /// What tasks asked of the scheduler, and what they got, in millionths of a CPU.
    pub(in crate::kernel) claims: &'a [Claim],
    pub(in crate::kernel) given: &'a BTreeMap<u32, u64>,
    /// Tasks that waited for memory all the time.
    pub(in crate::kernel) short_of_memory: &'a [u32],
    /// Tasks that waited for a disk all the time, and what it did for them.
    pub(in crate::kernel) waiting_for_disk: &'a BTreeMap<u32, u64>,
}

/// The tasks in and below a group.
#[derive(Clone, Debug, Default)]
struct Tally {
    cpus: BTreeSet<u32>,
    /// Tasks that got less than they could use, and what they got.
    starving: u64,
    got: u64,
    /// Tasks that got what they asked for, and how much that was.
    content: u64,
    used: u64,
    memory: u64,
    disk: u64,
}

impl Tally {
    /// One or two tasks on a CPU: with two somebody always waits.
    fn cpu(&self) -> Waiting {
        let cpus = (self.cpus.len() as u64).min(self.starving + self.content).max(1);
        let taken = self.starving.min(cpus);
        let crowded = (self.starving - taken).min(taken);
        let unused = (taken * CPU).saturating_sub(self.got);
        let alone = (unused * (taken - crowded)).checked_div(taken).unwrap_or(0);
        Waiting { some: ((crowded * CPU + alone) / cpus).min(CPU), full: (unused / cpus).min(CPU) }
    }

    /// Somebody waits in `some` of the time, and nobody works in this part of it.
    fn other(&self, some: u64) -> Waiting {
        let working = if self.starving > 0 { CPU } else { self.used.min(CPU) };
        Waiting { some, full: some * (CPU - working) / CPU }
    }
}

impl CgroupState {
    /// Some milliseconds pass from a moment on, with this load: the waiting is added up in each group of version 2.
    pub(in crate::kernel) fn count_pressure(&mut self, from_ms: u64, milliseconds: u64, load: &Load<'_>) {
        if !self.machine.has(Feature::Psi) {
            return;
        }
        let mut tallies = self.tallies(load);
        let resting = self.stalls.iter().filter(|(_, stall)| !stall.is_at_rest()).map(|(id, _)| *id);
        for id in resting.collect::<Vec<_>>() {
            tallies.entry(id).or_default();
        }
        for (id, tally) in tallies {
            if self.group(id).is_none_or(|group| group.pressure_off) {
                continue;
            }
            let waiting = [tally.other(tally.disk), tally.other(tally.memory), tally.cpu()];
            let mut stall = self.stalls.get(&id).map(|stall| (**stall).clone()).unwrap_or_default();
            if stall.is_at_rest() && waiting == [Waiting::default(); 3] {
                continue;
            }
            stall.pass(from_ms, milliseconds, waiting);
            self.stalls.insert(id, Shared::from(stall));
        }
    }

    fn tallies(&self, load: &Load<'_>) -> BTreeMap<GroupId, Tally> {
        let mut tallies: BTreeMap<GroupId, Tally> = BTreeMap::new();
        let mut add = |pid: u32, change: &dyn Fn(&mut Tally)| {
            let group = self.members.get(&pid).and_then(|member| member.groups.get(&V2)).copied();
            for id in group.into_iter().flat_map(|group| self.ancestry(group)) {
                change(tallies.entry(id).or_default());
            }
        };
        let runnable = |claim: &&Claim| claim.cpu_milli > 0 && self.is_frozen(claim.pid).is_none();
        for claim in load.claims.iter().filter(runnable) {
            let got = load.given.get(&claim.pid).copied().unwrap_or(0);
            // Rounding may leave a task a little below what it asks for.
            let starving = got + 1000 < claim.wanted();
            add(claim.pid, &|tally| {
                tally.cpus.extend(&claim.cpus);
                let (tasks, time) = match starving {
                    true => (&mut tally.starving, &mut tally.got),
                    false => (&mut tally.content, &mut tally.used),
                };
                *tasks += 1;
                *time += got;
            });
        }
        for pid in load.short_of_memory {
            add(*pid, &|tally| tally.memory = CPU);
        }
        for pid in load.waiting_for_disk.keys() {
            add(*pid, &|tally| tally.disk = CPU);
        }
        tallies
    }
}

/// psi_trigger_create(): `some` or `full`, the stall and the window in microseconds. The trigger goes with the file
/// descriptor, which is closed at once here.
fn write(_: &mut CgroupState, request: &Request<'_>) -> Result<Vec<Effect>, Refusal> {
    let trigger = ["some", "full"].into_iter().find_map(|kind| trigger(request.text.strip_prefix(kind)?));
    let fits = |(stall, window)| (500_000..=10_000_000).contains(&window) && stall > 0 && stall <= window;
    if !trigger.is_some_and(fits) {
        return request.refuse(Errno::EINVAL, "rule-pressure-trigger");
    }
    DONE
}

/// sscanf(" %u %u"): blanks before a number are skipped, and what does not fit into 32 bits is lost.
fn trigger(text: &str) -> Option<(u64, u64)> {
    let number = |text: &str| {
        let (number, rest) = parse::leading_decimal(text.trim_start_matches(parse::is_space))?;
        Some((number & u64::from(u32::MAX), rest.to_owned()))
    };
    let (stall, rest) = number(text)?;
    Some((stall, number(&rest)?.0))
}

fn read_switch(state: &CgroupState, group: GroupId) -> Result<String, Refusal> {
    Ok(format!("{}\n", u8::from(state.group(group).is_none_or(|group| !group.pressure_off))))
}

fn write_switch(state: &mut CgroupState, request: &Request<'_>) -> Result<Vec<Effect>, Refusal> {
    let on = request.int()?;
    if !(0..=1).contains(&on) {
        return request.refuse(Errno::ERANGE, "rule-pressure-switch");
    }
    if let Some(group) = state.group_mut(request.group) {
        group.pressure_off = on == 0;
    }
    DONE
}
