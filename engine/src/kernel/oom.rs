//! Whom the OOM killer chooses (mm/oom_kill.c), and /proc/PID/oom_score_adj (proc(5)).

use super::cgroup::GroupId;
use super::cgroup::parse::kstrtoint;
use super::limits::PAGE;
use super::refuse::refuse;
use super::user::capability::Capability;
use super::{Kernel, Task};
use crate::plan::{Errno, Refusal, Rule, Signal, WaitStatus};
use std::collections::BTreeSet;

/// OOM_SCORE_ADJ_MIN: never chosen, and not killed with its group.
const EXEMPT: i32 = -1000;
const MOST: i32 = 1000;

/// PROC_NUMBUF - 1: what is written beyond it is cut off.
const NUMBER_MAX: usize = 12;

impl Kernel {
    /// oom_score_adj_write(): a whole number from -1000 to 1000, of a process with all its threads. Below what was
    /// last set with CAP_SYS_RESOURCE it is lowered only by who has that (`__set_oom_adj` in fs/proc/base.c).
    pub(crate) fn set_oom_score_adj(&mut self, writer: &Task, pid: u32, data: &str) -> Result<(), Refusal> {
        let mut end = data.len().min(NUMBER_MAX);
        while !data.is_char_boundary(end) {
            end -= 1;
        }
        let range = EXEMPT..=MOST;
        let value = kstrtoint(&data[..end])
            .and_then(|value| if range.contains(&value) { Ok(value) } else { Err(Errno::EINVAL) });
        let value = match value {
            Ok(value) => value,
            Err(errno) => {
                let rule = Rule::new("rule-oom-score-adj").with("value", data.trim());
                return refuse(errno, "write", rule);
            }
        };
        let may_lower = writer.credentials.can(Capability::SysResource);
        let tgid = self.process_of(pid).unwrap_or(pid);
        let least = self.task(tgid).map_or(EXEMPT, |task| task.oom_score_adj_min);
        if value < least && !may_lower {
            let rule = Rule::new("rule-oom-score-adj-lower").with("value", value).with("least", least);
            return refuse(Errno::EACCES, "write", rule);
        }
        for tid in self.threads(tgid) {
            if let Some(mut task) = self.task_mut(tid) {
                task.oom_score_adj = value;
                if may_lower {
                    task.oom_score_adj_min = value;
                }
            }
        }
        Ok(())
    }

    /// True for a process that the OOM killer leaves alone.
    pub(crate) fn is_oom_exempt(&self, pid: u32) -> bool {
        self.task(pid).is_some_and(|task| task.oom_score_adj == EXEMPT)
    }

    /// oom_badness(): pages in use, and `oom_score_adj` thousandths of all pages on top; `None` for who is exempt.
    fn badness(&self, task: &Task, bytes: u64, pages: u64) -> Option<i64> {
        let adjusted = i64::from(task.oom_score_adj) * (i64::try_from(pages).unwrap_or(i64::MAX) / 1000);
        let used = i64::try_from(bytes / PAGE).unwrap_or(i64::MAX);
        (task.oom_score_adj != EXEMPT).then(|| used.saturating_add(adjusted))
    }

    /// proc_oom_score(): of the machine's memory, 666 for who uses none.
    pub(crate) fn oom_score(&self, task: &Task) -> i64 {
        let pages = self.profile.memory / PAGE;
        let Some(points) = self.badness(task, self.cgroups.memory_of(task.tgid), pages) else { return 0 };
        (1000 + points.saturating_mul(1000) / i64::try_from(pages.max(1)).unwrap_or(i64::MAX)).max(0) * 2 / 3
    }

    /// Calls the OOM killer for a group: false where it finds nobody.
    ///
    /// oom_evaluate_task(): who has most points, the last of those that have as many. A task without memory is only
    /// chosen if its points were raised: in the model it stands for one whose pages are shared.
    pub(crate) fn kill_for_memory(&mut self, group: GroupId) -> bool {
        self.cgroups.count_oom(group);
        let pages = self.cgroups.memory_max(group) / PAGE;
        let points = |(pid, bytes): (u32, u64)| {
            let task = self.task(pid).filter(|task| task.is_alive() && pid != 1)?;
            let counts = task.is_leader() && (bytes > 0 || task.oom_score_adj > 0);
            Some((pid, self.badness(task, bytes, pages.max(1)).filter(|_| counts)?))
        };
        let candidates = self.cgroups.oom_candidates(group);
        let Some((pid, _)) = candidates.into_iter().filter_map(points).max_by_key(|(_, points)| *points)
        else {
            return false;
        };
        let members = self.cgroups.oom_group_of(pid, group);
        let members = members.into_iter().filter(|member| *member != 1 && !self.is_oom_exempt(*member));
        // oom_kill_process() kills the chosen one and then all of its group, so with a group it counts that one twice.
        let counted: Vec<u32> = [pid].into_iter().chain(members).collect();
        for victim in &counted {
            self.cgroups.count_oom_kill(*victim);
        }
        // A killed task is thawed, so that it can give its memory back (oom_kill.c, mark_oom_victim()).
        for victim in counted.into_iter().collect::<BTreeSet<u32>>() {
            self.end(victim, WaitStatus::Signaled(Signal::KILL));
        }
        true
    }
}
