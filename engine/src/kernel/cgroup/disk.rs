//! Who gets how much of a disk: limits of blkio and io, and BFQ's weights. Documentation:
//! admin-guide/cgroup-v1/blkio-controller.rst, cgroup-v2.rst "IO"; block/blk-throttle.c.
//!
//! The disk is a fluid that is divided by weight, as CPUs are. A limit of operations counts as one of bytes, by the size
//! of the smallest requests that it holds back.

use super::controller::blkio;
use super::{CgroupState, Controller, GroupId, Version};
use crate::host::Feature;
use crate::kernel::resources::{Entity, fill};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// A task's way to or from a disk, without the cache between.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub(in crate::kernel) struct Transfer {
    /// Major and minor number.
    pub(in crate::kernel) device: (u32, u32),
    /// To the disk.
    pub(in crate::kernel) write: bool,
    /// Bytes of one request.
    pub(in crate::kernel) block: u64,
}

/// Transfers under way, by pid.
pub(in crate::kernel) type Flows = BTreeMap<u32, Transfer>;

impl CgroupState {
    /// Bytes a second of each transfer, on disks that do `capacity` bytes a second each.
    pub(in crate::kernel) fn disk_rates(&self, capacity: u64, flows: &Flows) -> BTreeMap<u32, u64> {
        let mut rates = BTreeMap::new();
        let devices: BTreeSet<(u32, u32)> = flows.values().map(|flow| flow.device).collect();
        for device in devices {
            let here: Flows = flows
                .iter()
                .filter(|(_, flow)| flow.device == device)
                .map(|(pid, flow)| (*pid, *flow))
                .collect();
            // What the limits let each have at most, then what the disk has for all.
            let mut most = BTreeMap::new();
            for write in [false, true] {
                let alike = here.iter().filter(|(_, flow)| flow.write == write);
                let alike: Flows = alike.map(|(pid, flow)| (*pid, *flow)).collect();
                let caps = alike.keys().map(|pid| (*pid, capacity)).collect();
                most.extend(fill(&self.disk_tree(&alike, true), capacity, &caps));
            }
            rates.extend(fill(&self.disk_tree(&here, false), capacity, &most));
        }
        rates
    }

    /// The groups with transfers, each with its limit if these are asked for. Without BFQ a disk knows no groups.
    fn disk_tree(&self, flows: &Flows, limits: bool) -> Vec<Entity> {
        let grouped = limits || self.machine.has(Feature::Bfq);
        let mut members = Vec::new();
        let mut below: BTreeMap<GroupId, Flows> = BTreeMap::new();
        for (pid, flow) in flows {
            match self.effective_of(Controller::Blkio, *pid).filter(|_| grouped) {
                Some(group) => {
                    below.entry(group).or_default().insert(*pid, *flow);
                }
                None => members.push(task(*pid)),
            }
        }
        let roots: BTreeSet<GroupId> =
            below.keys().filter_map(|group| self.ancestry(*group).last()).collect();
        members.extend(roots.into_iter().filter_map(|root| self.disk_entity(root, &below, limits)));
        members
    }

    fn disk_entity(&self, id: GroupId, flows: &BTreeMap<GroupId, Flows>, limits: bool) -> Option<Entity> {
        let own = flows.get(&id);
        let tasks: Vec<Entity> = own.into_iter().flat_map(BTreeMap::keys).map(|pid| task(*pid)).collect();
        let children: Vec<Entity> =
            self.children(id).filter_map(|(_, child)| self.disk_entity(child, flows, limits)).collect();
        if tasks.is_empty() && children.is_empty() {
            return None;
        }
        let weight = blkio::weight(self, id);
        // blk-throttle.c, throtl_pd_init(): in version 1 a group's limits are for its own tasks only.
        if limits && self.version(self.hierarchy_of(id)) == Version::V1 {
            let quota = own.and_then(|own| self.disk_limit(id, own));
            let own = Entity::Group { weight, quota, members: tasks };
            let members = [own].into_iter().chain(children).collect();
            return Some(Entity::Group { weight, quota: None, members });
        }
        let all = self.flows_below(id, flows);
        let quota = if limits { self.disk_limit(id, &all) } else { None };
        Some(Entity::Group { weight, quota, members: tasks.into_iter().chain(children).collect() })
    }

    fn flows_below(&self, id: GroupId, flows: &BTreeMap<GroupId, Flows>) -> Flows {
        let groups = self.subtree(id);
        let found = groups.iter().filter_map(|group| flows.get(group)).flatten();
        found.map(|(pid, flow)| (*pid, *flow)).collect()
    }

    /// The least that a group's limits come to, in bytes a second. The flows are alike in device and direction.
    fn disk_limit(&self, id: GroupId, flows: &Flows) -> Option<u64> {
        let flow = flows.values().next()?;
        let block = flows.values().map(|flow| flow.block).min()?;
        let [read_bytes, write_bytes, read_ops, write_ops] = blkio::limits_of(self, id, flow.device);
        let (bytes, ops) = if flow.write { (write_bytes, write_ops) } else { (read_bytes, read_ops) };
        bytes.into_iter().chain(ops.map(|ops| ops.saturating_mul(block))).min()
    }

    /// A task has moved so many bytes by so many requests.
    pub(in crate::kernel) fn count_transfer(&mut self, pid: u32, flow: Transfer, bytes: u64, requests: u64) {
        if let Some(group) = self.effective_of(Controller::Blkio, pid) {
            blkio::count(self, group, flow, bytes, requests);
        }
    }
}

fn task(pid: u32) -> Entity {
    // Water filling looks at no task's CPUs, and takes its demand from the table of what each can use.
    Entity::Task { pid, weight: 1024, demand: 0, cpus: BTreeSet::new() }
}
