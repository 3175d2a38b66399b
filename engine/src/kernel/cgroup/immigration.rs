//! Memory that moves along with a task, in version 1 before Linux 6.13. Documentation: admin-guide/cgroup-v1/memory.rst,
//! "Move charges at task migration"; mm/memcontrol.c, `mem_cgroup_can_attach`.

use super::charging::{Cut, Kind};
use super::controller::memory;
use super::{CgroupState, GroupId};
use crate::plan::{Errno, Refusal, Rule};

impl CgroupState {
    /// A task enters a group of the memory controller. Where that group asks for it, the anonymous memory that the task
    /// has in the group it leaves is charged here first, and then no more there: groups above both have to have room
    /// for it twice. Files move only where they are mapped, which no task of the model does.
    ///
    /// # Errors
    /// `ENOMEM` where it does not fit. Nobody is killed for it.
    pub(super) fn take_memory_along(&mut self, pid: u32, from: GroupId, to: GroupId) -> Result<(), Refusal> {
        if !memory::settings(self, to).is_some_and(memory::Memory::moves_anon) {
            return Ok(());
        }
        let there = self.members.get(pid).and_then(|member| member.charges.get(&from).copied());
        let Some(bytes) = there else { return Ok(()) };
        let (fits, cut) = self.charge_limited(to, Kind::Anon, bytes);
        if let Some(Cut::Full(full)) = cut {
            self.uncharge(to, Kind::Anon, fits);
            let rule = Rule::new("rule-memory-no-room-to-move");
            let rule = rule.with("bytes", bytes).with("group", self.path(full));
            return Err(Refusal::by(Errno::ENOMEM, "write", rule));
        }
        self.uncharge(from, Kind::Anon, bytes);
        if let Some(member) = self.members.get_mut(pid) {
            member.charges.remove(&from);
            *member.charges.entry(to).or_insert(0) += bytes;
        }
        Ok(())
    }
}
