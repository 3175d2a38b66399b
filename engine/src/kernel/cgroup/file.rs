//! Interface files: one table row each, and the two calls that work on them.

use super::{CgroupState, Effect, GroupId, WriteContext, parse};
use crate::host::{Feature, KernelVersion};
use crate::plan::{Errno, Fidelity, Refusal, Rule};
use parse::NumberError;
use serde::Serialize;

/// Which version of control groups a file belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Version {
    /// Version 1: `mount -t cgroup`.
    V1,
    /// Version 2: `mount -t cgroup2`.
    V2,
}

/// In which groups a file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Place {
    /// In every group.
    Everywhere,
    /// In every group but the machine's root (`CFTYPE_NOT_ON_ROOT`).
    NotOnRoot,
    /// In the machine's root only (`CFTYPE_ONLY_ON_ROOT`).
    OnlyOnRoot,
}

/// What a file's number counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    /// A word, a list or a table.
    Text,
    /// 0 or 1.
    Flag,
    /// A plain number.
    Count,
    /// A process or thread id.
    Pid,
    /// A relative weight.
    Weight,
    /// Bytes.
    Bytes,
    /// Microseconds.
    Microseconds,
    /// Nanoseconds.
    Nanoseconds,
}

pub(super) type ReadFn = fn(&CgroupState, GroupId) -> Result<String, Refusal>;
pub(super) type WriteFn = fn(&mut CgroupState, &Request<'_>) -> Result<Vec<Effect>, Refusal>;

/// An interface file.
#[derive(Clone, Copy, Debug)]
pub struct FileRow {
    /// Its name.
    pub name: &'static str,
    /// The controller it comes with, by its name in that version; empty for those that are always there.
    pub controller: &'static str,
    /// Its version.
    pub version: Version,
    /// Permission bits; owner and group are root.
    pub mode: u32,
    /// In which groups it is.
    pub place: Place,
    /// The first kernel that has it, if that matters for the kernels of the profiles.
    pub since: Option<KernelVersion>,
    /// The first kernel that no longer has it in this form.
    pub before: Option<KernelVersion>,
    /// What the kernel has to be built with.
    pub needs: Option<Feature>,
    /// How true the model is.
    pub fidelity: Fidelity,
    /// True for a figure that Linux measures and the model computes: of use to look at, not to compare.
    pub measured: bool,
    /// The name of the message that says what it is.
    pub doc: &'static str,
    /// What its number counts.
    pub unit: Unit,
    pub(super) read: Option<ReadFn>,
    pub(super) write: Option<WriteFn>,
}

impl FileRow {
    /// A row without handlers.
    pub(super) const fn new(
        version: Version,
        controller: &'static str,
        name: &'static str,
        doc: &'static str,
    ) -> Self {
        Self {
            name,
            controller,
            version,
            mode: 0,
            place: Place::Everywhere,
            since: None,
            before: None,
            needs: None,
            fidelity: Fidelity::Exact,
            measured: false,
            doc,
            unit: Unit::Text,
            read: None,
            write: None,
        }
    }

    pub(super) const fn r(mut self, read: ReadFn) -> Self {
        self.read = Some(read);
        self.mode = 0o444;
        self
    }

    pub(super) const fn w(mut self, write: WriteFn) -> Self {
        self.write = Some(write);
        self.mode = 0o200;
        self
    }

    pub(super) const fn rw(mut self, read: ReadFn, write: WriteFn) -> Self {
        self.read = Some(read);
        self.write = Some(write);
        self.mode = 0o644;
        self
    }

    pub(super) const fn mode(mut self, mode: u32) -> Self {
        self.mode = mode;
        self
    }

    pub(super) const fn place(mut self, place: Place) -> Self {
        self.place = place;
        self
    }

    pub(super) const fn unit(mut self, unit: Unit) -> Self {
        self.unit = unit;
        self
    }

    pub(super) const fn since(mut self, major: u32, minor: u32) -> Self {
        self.since = Some(KernelVersion { major, minor });
        self
    }

    pub(super) const fn before(mut self, major: u32, minor: u32) -> Self {
        self.before = Some(KernelVersion { major, minor });
        self
    }

    pub(super) const fn needs(mut self, feature: Feature) -> Self {
        self.needs = Some(feature);
        self
    }

    pub(super) const fn partial(mut self, message: &'static str) -> Self {
        self.fidelity = Fidelity::Partial(message);
        self
    }

    pub(super) const fn measured(mut self) -> Self {
        self.measured = true;
        self
    }

    /// The same file under a name without the controller's prefix (mount option `noprefix`).
    pub(super) const fn without_prefix(mut self, prefix: usize) -> Self {
        self.name = self.name.split_at(prefix).1;
        self
    }
}

/// What is written, into which file, by whom.
pub(super) struct Request<'a> {
    pub(super) group: GroupId,
    pub(super) row: &'static FileRow,
    pub(super) text: &'a str,
    pub(super) context: &'a WriteContext<'a>,
}

impl Request<'_> {
    /// A refusal of the write, with the file and what was written as facts.
    pub(super) fn refusal(&self, errno: Errno, rule: Rule) -> Refusal {
        let shown: String = parse::strip(self.text).chars().take(60).collect();
        Refusal::by(errno, "write", rule.with("file", self.row.name).with("value", shown))
    }

    pub(super) fn refuse<T>(&self, errno: Errno, rule: &str) -> Result<T, Refusal> {
        Err(self.refusal(errno, Rule::new(rule)))
    }

    /// Why a number was not taken.
    pub(super) fn number_refusal(&self, error: NumberError) -> Refusal {
        match error {
            NumberError::Invalid => self.refusal(Errno::EINVAL, Rule::new("rule-number-invalid")),
            NumberError::Range => self.refusal(Errno::ERANGE, Rule::new("rule-number-range")),
            NumberError::Overflow => self.refusal(Errno::EOVERFLOW, Rule::new("rule-number-range")),
        }
    }

    /// A file with `write_u64`: the number, no blanks around it.
    pub(super) fn unsigned(&self) -> Result<u64, Refusal> {
        parse::unsigned(self.text).map_err(|error| self.number_refusal(error))
    }

    /// A file with `write_s64`.
    pub(super) fn signed(&self) -> Result<i64, Refusal> {
        parse::signed(self.text).map_err(|error| self.number_refusal(error))
    }

    /// A file with its own `write`, which reads an int after taking blanks away.
    pub(super) fn int(&self) -> Result<i32, Refusal> {
        parse::int(self.stripped()).map_err(|error| self.number_refusal(error))
    }

    pub(super) fn stripped(&self) -> &str {
        parse::strip(self.text)
    }
}

/// Nothing has to happen to tasks.
pub(super) const DONE: Result<Vec<Effect>, Refusal> = Ok(Vec::new());

/// Writes are cut off by kernfs at a page (fs/kernfs/file.c), `release_agent` at PATH_MAX - 1.
const WRITE_MAX: usize = 4096;

impl CgroupState {
    /// The interface files of a group, sorted by name.
    pub fn files(&self, group: GroupId) -> Vec<&'static FileRow> {
        let mut rows: Vec<_> = self.rows(group).collect();
        rows.sort_by_key(|row| row.name);
        rows
    }

    /// One interface file of a group by its name.
    pub fn file(&self, group: GroupId, name: &str) -> Option<&'static FileRow> {
        let seat = self.seat(group)?;
        self.all_rows(&seat).find(|row| row.name == name && seat.shows(row))
    }

    /// The interface files of a group, in no particular order.
    pub fn rows(&self, id: GroupId) -> impl Iterator<Item = &'static FileRow> + '_ {
        let seat = self.seat(id);
        seat.into_iter().flat_map(|seat| self.all_rows(&seat).filter(move |row| seat.shows(row)))
    }

    /// The rows of both versions, whether a group shows them or not.
    fn all_rows<'a>(&'a self, seat: &Seat<'a>) -> impl Iterator<Item = &'static FileRow> + use<'a> {
        let (core, pressure): (&[FileRow], &[FileRow]) = match seat.version {
            Version::V1 => (super::v1::ROWS, &[]),
            Version::V2 => (super::v2::ROWS, super::pressure::ROWS),
        };
        let (states, noprefix) = (seat.states, seat.noprefix);
        let own = super::Controller::all().filter(|controller| states.has(*controller));
        core.iter().chain(pressure).chain(own.flat_map(move |controller| controller.rows(noprefix)))
    }

    fn seat(&self, id: GroupId) -> Option<Seat<'_>> {
        let group = self.group(id)?;
        Some(Seat {
            version: self.version(group.hierarchy),
            noprefix: self.hierarchies.get(&group.hierarchy).is_some_and(|hierarchy| hierarchy.noprefix),
            root: self.is_machine_root(id),
            kernel: self.machine.kernel(),
            features: &self.machine.features,
            pressure_off: group.pressure_off,
            states: &group.states,
        })
    }

    /// Reads an interface file.
    ///
    /// # Errors
    /// `ENOENT` at open if the group has no such file; `EINVAL` at read if the file can't be read, whatever
    /// its mode (root may open it); `EOPNOTSUPP` for `cgroup.procs` of a threaded group.
    pub fn read(&self, group: GroupId, file: &str) -> Result<String, Refusal> {
        self.read_row(group, self.file(group, file).ok_or_else(|| no_such_file(file))?)
    }

    /// Reads one of the files that [`CgroupState::rows`] gives for the group.
    ///
    /// # Errors
    /// `EINVAL` at read if the file can't be read.
    pub fn read_row(&self, group: GroupId, row: &FileRow) -> Result<String, Refusal> {
        match row.read {
            Some(read) => read(self, group),
            None => {
                let rule = Rule::new("rule-cgroup-file-not-readable").with("file", row.name);
                Err(Refusal::by(Errno::EINVAL, "read", rule))
            }
        }
    }

    /// Writes into an interface file, as one write(2) of `data`.
    ///
    /// # Errors
    /// `ENOENT` at open if the group has no such file (the shell's `>` gives `EACCES` there, as it asks for
    /// the file to be made); at write `EINVAL` if the file can't be written, `E2BIG` if it is too much, and
    /// whatever the file's own rules say.
    pub fn write(
        &mut self,
        group: GroupId,
        file: &str,
        data: &str,
        context: &WriteContext<'_>,
    ) -> Result<Vec<Effect>, Refusal> {
        let row = self.file(group, file).ok_or_else(|| no_such_file(file))?;
        // kernel/cgroup/cgroup.c, cgroup_file_write(): nothing written is nothing done.
        if data.is_empty() {
            return DONE;
        }
        // The kernel ends the text at the first NUL.
        let text = data.split('\0').next().unwrap_or_default();
        let request = Request { group, row, text, context };
        let limit = if row.name == "release_agent" { WRITE_MAX - 1 } else { WRITE_MAX };
        if data.len() > limit {
            return request.refuse(Errno::E2BIG, "rule-cgroup-write-too-long");
        }
        match row.write {
            Some(write) => write(self, &request),
            None => request.refuse(Errno::EINVAL, "rule-cgroup-file-not-writable"),
        }
    }
}

/// What decides which files a group has.
#[derive(Clone, Copy)]
struct Seat<'a> {
    version: Version,
    noprefix: bool,
    root: bool,
    kernel: KernelVersion,
    features: &'a [Feature],
    pressure_off: bool,
    states: &'a super::controller::States,
}

impl Seat<'_> {
    fn shows(&self, row: &FileRow) -> bool {
        let placed = match row.place {
            Place::Everywhere => true,
            Place::NotOnRoot => !self.root,
            Place::OnlyOnRoot => self.root,
        };
        let known = row.since.is_none_or(|since| self.kernel >= since)
            && row.before.is_none_or(|end| self.kernel < end);
        let built = row.needs.is_none_or(|feature| self.features.contains(&feature));
        // `cgroup.pressure` of 0 takes the other pressure files away.
        let switched_off = row.needs == Some(Feature::Psi) && row.measured && self.pressure_off;
        row.version == self.version && placed && known && built && !switched_off
    }
}

fn no_such_file(file: &str) -> Refusal {
    Refusal::by(Errno::ENOENT, "open", Rule::new("rule-cgroup-no-such-file").with("file", file))
}

impl FileRow {
    /// Every file that the model has, in no particular order; for help and for the report on fidelity.
    pub fn all() -> impl Iterator<Item = &'static Self> {
        let own = super::Controller::all().flat_map(|controller| controller.rows(false));
        super::v1::ROWS.iter().chain(super::v2::ROWS).chain(super::pressure::ROWS).chain(own)
    }
}
