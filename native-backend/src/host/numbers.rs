//! Which number a task has in which pid namespace: the controller chooses them, so that a session has the same as the
//! model, and an actor's pid means the same to both.

use drydock_engine::plan::{Call, NamespaceRef, TaskRef};
use std::collections::BTreeMap;

/// A pid namespace of a session; 0 is the session's own.
pub(super) type PidSpace = u32;

/// A task's place in the pid namespaces.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Seat {
    /// Its own one.
    pub(super) own: PidSpace,
    /// That of its children.
    pub(super) children: PidSpace,
    /// Its numbers, that of the session first.
    pub(super) numbers: Vec<u32>,
}

impl Seat {
    /// A task of the session's own namespace.
    pub(super) fn outer(pid: u32) -> Self {
        Self { own: 0, children: 0, numbers: vec![pid] }
    }
}

/// What a child is going to be.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Birth {
    pub(super) space: PidSpace,
    pub(super) numbers: Vec<u32>,
}

impl Birth {
    /// The numbers as clone3(2) takes them: the innermost first.
    pub(super) fn tids(&self) -> Vec<u32> {
        self.numbers.iter().rev().copied().collect()
    }

    /// The session's number.
    pub(super) fn pid(&self) -> u32 {
        self.numbers.first().copied().unwrap_or(0)
    }
}

/// A nested namespace.
#[derive(Clone, Copy, Debug)]
struct Space {
    parent: PidSpace,
    last: u32,
}

/// All nested namespaces that have been made, and the last number given in each.
#[derive(Debug, Default)]
pub(super) struct Spaces {
    nested: BTreeMap<PidSpace, Space>,
    next: PidSpace,
}

impl Spaces {
    /// A new one.
    pub(super) fn add(&mut self, parent: PidSpace) -> PidSpace {
        self.next += 1;
        self.nested.insert(self.next, Space { parent, last: 0 });
        self.next
    }

    /// A namespace and those above it, without the session's own.
    fn ancestry(&self, space: PidSpace) -> Vec<PidSpace> {
        let nested = |space: PidSpace| (space != 0).then_some(space);
        let above = |space: &PidSpace| self.nested.get(space).and_then(|space| nested(space.parent));
        std::iter::successors(nested(space), above).collect()
    }

    /// The next numbers in a namespace and those above it: that of the session first, which is given.
    pub(super) fn next(&self, space: PidSpace, session: u32) -> Birth {
        let mut numbers: Vec<u32> = self
            .ancestry(space)
            .iter()
            .map(|id| self.nested.get(id).map_or(0, |space| space.last) + 1)
            .collect();
        numbers.push(session);
        numbers.reverse();
        Birth { space, numbers }
    }

    /// These numbers were given.
    pub(super) fn gave(&mut self, birth: &Birth) {
        for (space, number) in self.ancestry(birth.space).into_iter().zip(birth.numbers.iter().rev()) {
            if let Some(space) = self.nested.get_mut(&space) {
                space.last = space.last.max(*number);
            }
        }
    }

    /// The number of a task as one in `viewer` sees it; 0 where it can't.
    pub(super) fn number(&self, seat: &Seat, viewer: PidSpace) -> u32 {
        let above = self.ancestry(seat.own);
        if viewer != 0 && !above.contains(&viewer) {
            return 0;
        }
        seat.numbers.get(self.ancestry(viewer).len()).copied().unwrap_or(0)
    }
}

/// The task whose pid namespace a call of setns(2) enters, by the number in its path or its argument; and true where it
/// is that of its children.
pub(super) fn entered(call: &Call) -> Option<(u32, bool)> {
    let Call::Setns { from, nstype } = call else { return None };
    match from {
        NamespaceRef::File(path) => {
            let path = path.to_string();
            let (number, rest) = path.strip_prefix("/proc/")?.split_once('/')?;
            let children = match rest {
                "ns/pid" => false,
                "ns/pid_for_children" => true,
                _ => return None,
            };
            Some((number.parse().ok()?, children))
        }
        NamespaceRef::Task(TaskRef::Pid(number)) if nstype.iter().any(|flag| flag == "newpid") => {
            Some((u32::try_from(*number).ok()?, false))
        }
        NamespaceRef::Task(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::{Seat, Spaces};

    #[test]
    fn a_nested_task_has_a_number_at_each_level() {
        let mut spaces = Spaces::default();
        let outer = spaces.add(0);
        let first = spaces.next(outer, 7);
        assert_eq!(first.tids(), [1, 7]);
        spaces.gave(&first);
        let inner = spaces.add(outer);
        let birth = spaces.next(inner, 8);
        assert_eq!((birth.tids(), birth.pid()), (vec![1, 2, 8], 8));
        spaces.gave(&birth);
        let seat = Seat { own: inner, children: inner, numbers: birth.numbers };
        assert_eq!([0, outer, inner].map(|viewer| spaces.number(&seat, viewer)), [8, 2, 1]);
        assert_eq!(spaces.number(&Seat::outer(3), inner), 0);
    }
}
