//! Who gets how much CPU: a pure function of weights, quotas, CPU sets and demand.
//!
//! The scheduler is seen from far away: as a fluid that every level of the tree divides among its entities by
//! weight, where what one does not need goes to the others (water filling). Against Linux this leaves out, and
//! the records of the truth runs show how little that is (fractions within 0.005 in the cases of the tests):
//!
//! - time slices, wake-ups and cache effects: the shares are those of long runs;
//! - where each task runs: with CPU sets that overlap only the sets themselves, and each union of sets that
//!   hang together, are checked for being full; three sets that overlap in a ring may get a little too much;
//! - that a task's weight on one CPU depends on how many siblings happen to be on the same CPU.
//!
//! Everything is counted in millionths of a CPU, rounded down, so that every machine finds the same.

use crate::kernel::cgroup::CgroupState;
use std::collections::{BTreeMap, BTreeSet};

/// One CPU, in the unit of this module.
pub const CPU: u64 = 1_000_000;

/// What a task asks of the scheduler.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claim {
    /// Its pid.
    pub pid: u32,
    /// The CPU time that it could use, in thousandths of one CPU; more than 1000 count as 1000.
    pub cpu_milli: u32,
    /// Its nice value, -20 to 19.
    pub nice: i32,
    /// The CPUs that it may run on.
    pub cpus: BTreeSet<u32>,
}

impl Claim {
    /// Millionths of a CPU that it could use.
    pub(crate) fn wanted(&self) -> u64 {
        u64::from(self.cpu_milli.min(1000)) * CPU / 1000
    }
}

/// Something that is given CPU time: a group with what is in it, or a task.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Entity {
    /// A task that could use `demand`, on these CPUs.
    Task {
        /// Its pid.
        pid: u32,
        /// Its weight beside others in the same group, [`weight_of_nice`].
        weight: u64,
        /// Millionths of a CPU, at most one CPU.
        demand: u64,
        /// Where it may run.
        cpus: BTreeSet<u32>,
    },
    /// A group.
    Group {
        /// `cpu.shares`, or the same scale for version 2.
        weight: u64,
        /// The most that it gets, in millionths of a CPU.
        quota: Option<u64>,
        /// What is in it.
        members: Vec<Entity>,
    },
}

/// sched_prio_to_weight of kernel/sched/core.c: nice -20 to 19. A step is about a factor of 1.25.
pub const NICE_WEIGHTS: [u64; 40] = [
    88761, 71755, 56483, 46273, 36291, 29154, 23254, 18705, 14949, 11916, 9548, 7620, 6100, 4904, 3906, 3121,
    2501, 1991, 1586, 1277, 1024, 820, 655, 526, 423, 335, 272, 215, 172, 137, 110, 87, 70, 56, 45, 36, 29,
    23, 18, 15,
];

/// The weight of a task with this nice value; 1024 for 0.
pub fn weight_of_nice(nice: i32) -> u64 {
    let index = usize::try_from(nice.clamp(-20, 19) + 20).unwrap_or(20);
    NICE_WEIGHTS.get(index).copied().unwrap_or(1024)
}

/// Divides `cpus` CPUs (0 to `cpus - 1`) among the tasks below `members`, the entities of the root. Gives
/// millionths of a CPU by pid.
pub fn divide(cpus: u32, members: &[Entity]) -> BTreeMap<u32, u64> {
    let mut caps = BTreeMap::new();
    let mut sets: BTreeMap<BTreeSet<u32>, BTreeSet<u32>> = BTreeMap::new();
    collect(members, &mut caps, &mut sets);
    let mut fixed = BTreeSet::new();
    loop {
        let given = fill(members, u64::from(cpus) * CPU, &caps);
        let Some(crowd) = crowded(&sets, &given, &fixed) else { return given };
        // Too many tasks for their CPUs: divide those CPUs among these tasks alone, and never give them more.
        let (capacity, pids) = crowd;
        let alone: BTreeMap<u32, u64> =
            caps.iter().filter(|(pid, _)| pids.contains(pid)).map(|(pid, cap)| (*pid, *cap)).collect();
        caps.extend(fill(members, capacity, &alone));
        fixed.insert(pids);
    }
}

fn collect(
    members: &[Entity],
    caps: &mut BTreeMap<u32, u64>,
    sets: &mut BTreeMap<BTreeSet<u32>, BTreeSet<u32>>,
) {
    for member in members {
        match member {
            Entity::Group { members, .. } => collect(members, caps, sets),
            Entity::Task { pid, demand, cpus, .. } => {
                caps.insert(*pid, (*demand).min(CPU));
                sets.entry(cpus.clone()).or_default().insert(*pid);
            }
        }
    }
}

/// The smallest set of CPUs whose tasks were given more than there is, with those tasks.
fn crowded(
    sets: &BTreeMap<BTreeSet<u32>, BTreeSet<u32>>,
    given: &BTreeMap<u32, u64>,
    fixed: &BTreeSet<BTreeSet<u32>>,
) -> Option<(u64, BTreeSet<u32>)> {
    let mut candidates: BTreeSet<BTreeSet<u32>> = sets.keys().cloned().collect();
    candidates.extend(sets.keys().map(|set| connected(set, sets)));
    let mut ordered: Vec<_> = candidates.into_iter().collect();
    ordered.sort_by_key(BTreeSet::len);
    ordered.into_iter().find_map(|cpus| {
        let inside = sets.iter().filter(|(set, _)| set.is_subset(&cpus));
        let pids: BTreeSet<u32> = inside.flat_map(|(_, pids)| pids.iter().copied()).collect();
        let capacity = u64::try_from(cpus.len()).unwrap_or(0) * CPU;
        let sum: u64 = pids.iter().filter_map(|pid| given.get(pid)).sum();
        (sum > capacity && !fixed.contains(&pids)).then_some((capacity, pids))
    })
}

/// A set with all those that overlap it, directly or through others.
fn connected(set: &BTreeSet<u32>, sets: &BTreeMap<BTreeSet<u32>, BTreeSet<u32>>) -> BTreeSet<u32> {
    let mut union = set.clone();
    loop {
        let before = union.len();
        for other in sets.keys().filter(|other| !other.is_disjoint(set)) {
            union.extend(other);
        }
        let touching: Vec<_> = sets.keys().filter(|other| !other.is_disjoint(&union)).collect();
        for other in touching {
            union.extend(other);
        }
        if union.len() == before {
            return union;
        }
    }
}

/// The most that an entity can use.
fn ceiling(entity: &Entity, caps: &BTreeMap<u32, u64>) -> u64 {
    match entity {
        Entity::Task { pid, .. } => caps.get(pid).copied().unwrap_or(0),
        Entity::Group { quota, members, .. } => {
            let sum: u64 = members.iter().map(|member| ceiling(member, caps)).sum();
            quota.map_or(sum, |quota| quota.min(sum))
        }
    }
}

/// Divides anything by weight, level by level, for tasks that can each use so much of it (water filling).
pub(crate) fn fill(members: &[Entity], capacity: u64, caps: &BTreeMap<u32, u64>) -> BTreeMap<u32, u64> {
    let wants: Vec<(u64, u64)> = members
        .iter()
        .map(|member| match member {
            Entity::Task { weight, .. } | Entity::Group { weight, .. } => (*weight, ceiling(member, caps)),
        })
        .collect();
    let mut given = BTreeMap::new();
    for (member, part) in members.iter().zip(pour(capacity, &wants)) {
        match member {
            Entity::Task { pid, .. } => {
                if caps.contains_key(pid) {
                    given.insert(*pid, part);
                }
            }
            Entity::Group { members, .. } => given.extend(fill(members, part, caps)),
        }
    }
    given
}

/// Divides `capacity` by weight; who wants less than its part gets what it wants, and the rest is divided again.
fn pour(capacity: u64, wants: &[(u64, u64)]) -> Vec<u64> {
    let mut given = vec![0; wants.len()];
    let mut open: Vec<usize> = (0..wants.len()).filter(|at| wants[*at].1 > 0).collect();
    let mut left = capacity;
    while !open.is_empty() {
        let weights: u64 = open.iter().map(|at| wants[*at].0.max(1)).sum();
        let part = |at: usize| proportion(left, wants[at].0.max(1), weights);
        let (content, hungry): (Vec<usize>, Vec<usize>) =
            open.iter().partition(|at| wants[**at].1 <= part(**at));
        if content.is_empty() {
            for at in hungry {
                given[at] = part(at);
            }
            return given;
        }
        for at in content {
            given[at] = wants[at].1;
            left -= wants[at].1;
        }
        open = hungry;
    }
    given
}

fn proportion(whole: u64, weight: u64, weights: u64) -> u64 {
    let part = u128::from(whole) * u128::from(weight) / u128::from(weights.max(1));
    u64::try_from(part).unwrap_or(whole)
}

/// How many thousandths of a CPU each task gets. A frozen task gets nothing.
pub fn shares(state: &CgroupState, demands: &[Claim]) -> BTreeMap<u32, u32> {
    let milli = |micro: u64| u32::try_from((micro + 500) / 1000).unwrap_or(u32::MAX);
    state.cpu_time(demands).into_iter().map(|(pid, micro)| (pid, milli(micro))).collect()
}

#[cfg(test)]
mod tests {
    use super::{CPU, Entity, divide, weight_of_nice};
    use std::collections::BTreeSet;

    fn task(pid: u32, cpus: &[u32]) -> Entity {
        nice(0, pid, cpus)
    }

    fn nice(nice: i32, pid: u32, cpus: &[u32]) -> Entity {
        let cpus = cpus.iter().copied().collect::<BTreeSet<_>>();
        Entity::Task { pid, weight: weight_of_nice(nice), demand: CPU, cpus }
    }

    fn group(weight: u64, members: Vec<Entity>) -> Entity {
        Entity::Group { weight, quota: None, members }
    }

    fn limited(milli: u64, members: Vec<Entity>) -> Entity {
        Entity::Group { weight: 1024, quota: Some(milli * 1000), members }
    }

    /// The cases of truth/kernel/cases/cpu1.sh, with the thousandths of a CPU that Linux 6.1 gave (rounded to
    /// what the rule says; the record's fractions are within 0.007 of them).
    #[test]
    fn as_measured() {
        let zero = [0];
        let both = [0, 1];
        let cases = [
            (vec![group(1024, vec![task(1, &zero)]), group(512, vec![task(2, &zero)])], vec![667, 333]),
            (
                vec![
                    group(1024, vec![task(1, &zero)]),
                    group(512, vec![task(2, &zero)]),
                    group(256, vec![task(3, &zero)]),
                ],
                vec![571, 286, 143],
            ),
            (
                vec![group(1024, vec![task(1, &zero), task(2, &zero)]), group(1024, vec![task(3, &zero)])],
                vec![250, 250, 500],
            ),
            (vec![task(1, &zero), group(1024, vec![task(2, &zero)])], vec![500, 500]),
            (vec![task(1, &zero), task(2, &zero), group(1024, vec![task(3, &zero)])], vec![333, 333, 333]),
            (
                vec![
                    group(1024, vec![group(300, vec![task(1, &zero)]), group(100, vec![task(2, &zero)])]),
                    group(512, vec![task(3, &zero)]),
                ],
                vec![500, 167, 333],
            ),
            (vec![group(1024, vec![task(1, &both)]), group(256, vec![task(2, &both)])], vec![1000, 1000]),
            (vec![limited(200, vec![task(1, &zero)])], vec![200]),
            (vec![limited(200, vec![task(1, &zero)]), group(1024, vec![task(2, &zero)])], vec![200, 800]),
            (vec![limited(1500, vec![task(1, &both), task(2, &both)])], vec![750, 750]),
            (
                vec![limited(
                    400,
                    vec![limited(100, vec![task(1, &zero)]), group(1024, vec![task(2, &zero)])],
                )],
                vec![100, 300],
            ),
            (vec![group(2, vec![task(1, &zero)]), group(1024, vec![task(2, &zero)])], vec![2, 998]),
            // Nice values count inside a group, not between groups.
            (vec![group(1024, vec![nice(0, 1, &zero), nice(5, 2, &zero)])], vec![753, 247]),
            (vec![group(1024, vec![nice(19, 1, &zero)]), group(1024, vec![task(2, &zero)])], vec![500, 500]),
            // Two tasks on CPU 0, a third that may use both: it gets CPU 1 for itself.
            (vec![task(1, &zero), task(2, &zero), task(3, &both)], vec![500, 500, 1000]),
        ];
        for (members, expected) in cases {
            let given: Vec<u64> = divide(2, &members).values().map(|micro| (micro + 500) / 1000).collect();
            assert_eq!(given, expected, "{members:?}");
        }
    }
}
