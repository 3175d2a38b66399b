//! Pressure stall information: `cpu.pressure`, `memory.pressure`, `io.pressure` of version 2. Documentation:
//! accounting/psi.rst, cgroup-v2.rst; kernel/sched/psi.c. No task of the model waits for memory or I/O, and waiting
//! for a CPU is not yet added up, so all figures are 0.

use super::file::{DONE, FileRow, Request, Unit, Version};
use super::{CgroupState, Effect, GroupId, parse};
use crate::host::Feature;
use crate::plan::{Errno, Refusal};

const fn row(name: &'static str, doc: &'static str) -> FileRow {
    FileRow::new(Version::V2, "", name, doc).needs(Feature::Psi)
}

/// In the order of the kernel's table.
pub(super) const ROWS: &[FileRow] = &[
    row("io.pressure", "file-io-pressure").measured().rw(read, write).partial("partial-file-pressure"),
    row("memory.pressure", "file-memory-pressure")
        .measured()
        .rw(read, write)
        .partial("partial-file-pressure"),
    row("cpu.pressure", "file-cpu-pressure").measured().rw(read_cpu, write).partial("partial-file-pressure"),
    row("cgroup.pressure", "file-cgroup-pressure").rw(read_switch, write_switch).since(6, 1).unit(Unit::Flag),
];

const LINE: &str = "avg10=0.00 avg60=0.00 avg300=0.00 total=0";

fn read(_: &CgroupState, _: GroupId) -> Result<String, Refusal> {
    Ok(format!("some {LINE}\nfull {LINE}\n"))
}

/// The second line came with 5.13.
fn read_cpu(state: &CgroupState, group: GroupId) -> Result<String, Refusal> {
    let both = read(state, group)?;
    Ok(if state.machine.since(5, 13) { both } else { format!("some {LINE}\n") })
}

/// psi_trigger_create(): `some` or `full`, the stall and the window in microseconds. The trigger goes with the file
/// descriptor, which is closed at once here.
fn write(_: &mut CgroupState, request: &Request<'_>) -> Result<Vec<Effect>, Refusal> {
    let mut words = request.stripped().split(' ');
    let kind = words.next().unwrap_or_default();
    let mut number = || words.next().and_then(parse::leading_decimal).map(|(number, _)| number);
    let (stall, window) = (number().unwrap_or(0), number().unwrap_or(0));
    let fits = (500_000..=10_000_000).contains(&window) && stall > 0 && stall <= window;
    if !matches!(kind, "some" | "full") || !fits {
        return request.refuse(Errno::EINVAL, "rule-pressure-trigger");
    }
    DONE
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
