//! misc: countable resources of single machines, and rdma: handles of RDMA devices. Documentation: cgroup-v2.rst
//! "Misc", "RDMA". The model's machines have none of either, so the files are there and empty.

use super::Rules;
use crate::kernel::cgroup::file::{FileRow, Place, Request, Version};
use crate::kernel::cgroup::{CgroupState, Effect, GroupId};
use crate::plan::{Errno, Refusal, Rule};

pub(super) struct MiscRules;
pub(super) const MISC: MiscRules = MiscRules;

pub(super) struct RdmaRules;
pub(super) const RDMA: RdmaRules = RdmaRules;

const fn row(version: Version, controller: &'static str, name: &'static str, doc: &'static str) -> FileRow {
    FileRow::new(version, controller, name, doc).partial("partial-file-misc")
}

const fn misc(version: Version, name: &'static str, doc: &'static str) -> FileRow {
    row(version, "misc", name, doc)
}

fn empty(_: &CgroupState, _: GroupId) -> Result<String, Refusal> {
    Ok(String::new())
}

/// A resource that the machine does not have.
fn unknown(_: &mut CgroupState, request: &Request<'_>) -> Result<Vec<Effect>, Refusal> {
    request.refuse(Errno::EINVAL, "rule-misc-resource")
}

/// rdma.c, `rdmacg_resource_set_max`: what the limits are is read before the device is looked for.
fn no_device(_: &mut CgroupState, request: &Request<'_>) -> Result<Vec<Effect>, Refusal> {
    let mut words = request.text.trim().split(' ');
    let device = words.next().unwrap_or_default();
    if !words.all(is_rdma_limit) {
        return request.refuse(Errno::EINVAL, "rule-rdma-form");
    }
    Err(request.refusal(Errno::ENODEV, Rule::new("rule-rdma-no-device").with("device", device)))
}

/// `hca_handle=2`, `hca_object=max`.
fn is_rdma_limit(word: &str) -> bool {
    let Some((name, value)) = word.split_once('=') else { return false };
    ["hca_handle", "hca_object"].contains(&name)
        && (value == "max" || value.parse::<i32>().is_ok_and(|n| n >= 0))
}

const fn misc_rows(version: Version) -> [FileRow; 7] {
    [
        misc(version, "misc.max", "file-misc-max").rw(empty, unknown).place(Place::NotOnRoot),
        misc(version, "misc.current", "file-misc-current").r(empty).place(Place::NotOnRoot).before(6, 11),
        misc(version, "misc.current", "file-misc-current").r(empty).since(6, 11),
        misc(version, "misc.peak", "file-misc-peak").r(empty).since(6, 11),
        misc(version, "misc.capacity", "file-misc-capacity").r(empty).place(Place::OnlyOnRoot),
        misc(version, "misc.events", "file-misc-events").r(empty).place(Place::NotOnRoot),
        misc(version, "misc.events.local", "file-misc-events-local")
            .r(empty)
            .place(Place::NotOnRoot)
            .since(6, 11),
    ]
}

const MISC_ROWS: &[FileRow] = &{
    let (v1, v2) = (misc_rows(Version::V1), misc_rows(Version::V2));
    [v1[0], v1[1], v1[2], v1[3], v1[4], v1[5], v1[6], v2[0], v2[1], v2[2], v2[3], v2[4], v2[5], v2[6]]
};

const RDMA_ROWS: &[FileRow] = &[
    row(Version::V1, "rdma", "rdma.max", "file-rdma-max").rw(empty, no_device).place(Place::NotOnRoot),
    row(Version::V1, "rdma", "rdma.current", "file-rdma-current").r(empty).place(Place::NotOnRoot),
    row(Version::V2, "rdma", "rdma.max", "file-rdma-max").rw(empty, no_device).place(Place::NotOnRoot),
    row(Version::V2, "rdma", "rdma.current", "file-rdma-current").r(empty).place(Place::NotOnRoot),
];

impl Rules for MiscRules {
    fn rows(&self, _noprefix: bool) -> &'static [FileRow] {
        MISC_ROWS
    }
}

impl Rules for RdmaRules {
    fn rows(&self, _noprefix: bool) -> &'static [FileRow] {
        RDMA_ROWS
    }
}
