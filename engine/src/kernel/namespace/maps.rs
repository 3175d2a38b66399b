//! /proc/PID/uid_map, gid_map and setgroups: who may write what (kernel/user_namespace.c).

use super::NamespaceId;
use super::content::Content;
use super::user::{Extent, IdKind, IdMap};
use crate::host::KernelVersion;
use crate::kernel::limits::PAGE;
use crate::kernel::refuse::refuse;
use crate::kernel::user::capability::Capability;
use crate::kernel::user::credentials::Credentials;
use crate::kernel::{Kernel, Task};
use crate::plan::{Errno, Refusal, Rule};
use serde::Serialize;

/// One of the files.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum MapFile {
    UidMap,
    GidMap,
    ProjidMap,
    Setgroups,
}

/// `UID_GID_MAP_MAX_EXTENTS`.
const MOST_EXTENTS: usize = 340;

/// The longest that is written to setgroups: `allow`, a newline, and one more.
const SETGROUPS_LONGEST: usize = 8;

const AT: &str = "write";

fn wrong<T>(rule: &str, line: &str) -> Result<T, Refusal> {
    refuse(Errno::EINVAL, AT, Rule::new(rule).with("line", line))
}

/// A map as it was written: ids of the namespace above in `lower`.
fn parse(data: &str) -> Result<Vec<Extent>, Refusal> {
    let mut extents: Vec<Extent> = Vec::new();
    let text = data.split('\0').next().unwrap_or_default();
    let mut lines = text.split('\n').peekable();
    while let Some(line) = lines.next() {
        if line.is_empty() && lines.peek().is_none() {
            break;
        }
        let extent = parse_line(line)?;
        let overlaps = |first: fn(&Extent) -> u32| {
            let (start, end) = (first(&extent), first(&extent) + (extent.count - 1));
            extents.iter().any(|other| first(other) <= end && first(other) + (other.count - 1) >= start)
        };
        if overlaps(|extent| extent.first) || overlaps(|extent| extent.lower) {
            return wrong("rule-map-overlap", line);
        }
        extents.push(extent);
        let more = lines.peek().is_some_and(|next| !next.is_empty());
        if extents.len() == MOST_EXTENTS && more {
            return refuse(Errno::EINVAL, AT, Rule::new("rule-map-long").with("most", MOST_EXTENTS));
        }
    }
    if extents.is_empty() {
        return wrong("rule-map-line", "");
    }
    Ok(extents)
}

/// `first lower count`, with blanks between and around.
fn parse_line(line: &str) -> Result<Extent, Refusal> {
    let words: Vec<&str> = line.split_ascii_whitespace().collect();
    let number = |word: &str| -> Option<u32> {
        let digits = !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_digit());
        // `simple_strtoul` into 32 bits: what is too long is cut.
        digits.then(|| {
            word.bytes().fold(0_u64, |sum, digit| sum.wrapping_mul(10).wrapping_add(u64::from(digit - b'0')))
                as u32
        })
    };
    let [first, lower, count] = words.as_slice() else { return wrong("rule-map-line", line) };
    let (Some(first), Some(lower), Some(count)) = (number(first), number(lower), number(count)) else {
        return wrong("rule-map-line", line);
    };
    let wraps = |start: u32| start == u32::MAX || start.wrapping_add(count) <= start;
    if wraps(first) || wraps(lower) {
        return wrong("rule-map-range", line);
    }
    Ok(Extent { first, lower, count })
}

impl Kernel {
    /// What one of the files of a task says to a reader.
    pub(crate) fn map_text(&self, task: &Task, file: MapFile, reader: &Credentials) -> String {
        let own = task.credentials.users;
        let Some(users) = self.namespaces.users(own) else { return String::new() };
        let kind = match file {
            MapFile::Setgroups => return if users.setgroups { "allow\n" } else { "deny\n" }.to_owned(),
            MapFile::UidMap => IdKind::User,
            MapFile::GidMap => IdKind::Group,
            // Project ids of quotas: nobody maps them.
            MapFile::ProjidMap if own.is_initial() => IdKind::User,
            MapFile::ProjidMap => return String::new(),
        };
        let map = if kind == IdKind::User { &users.uids } else { &users.gids };
        // Who reads in the namespace itself sees the ids of the one above.
        let above = self.namespaces.get(own).and_then(|namespace| namespace.parent);
        let seen_from = if reader.users == own { above.unwrap_or(own) } else { reader.users };
        let line = |extent: &Extent| {
            let lower = self.id_up(seen_from, kind, extent.lower).unwrap_or(u32::MAX);
            format!("{:>10} {:>10} {:>10}\n", extent.first, lower, extent.count)
        };
        map.0.iter().map(line).collect()
    }

    /// A write to one of the files of a task.
    pub(crate) fn write_map(
        &mut self,
        writer: &Task,
        pid: u32,
        file: MapFile,
        data: &str,
    ) -> Result<(), Refusal> {
        let Some(users) = self.task(pid).map(|task| task.credentials.users) else { return Ok(()) };
        match file {
            MapFile::Setgroups => self.write_setgroups(users, data),
            MapFile::UidMap => self.write_id_map(&writer.credentials, users, IdKind::User, data),
            MapFile::GidMap => self.write_id_map(&writer.credentials, users, IdKind::Group, data),
            MapFile::ProjidMap => crate::kernel::refuse::not_modelled(AT, "maps of project ids"),
        }
    }

    /// EACCES where setgroups is opened for writing by who has no CAP_SYS_ADMIN in the namespace
    /// (`proc_setgroups_open`).
    pub(crate) fn check_open_setgroups(&self, task: &Task, pid: u32, path: &str) -> Result<(), Refusal> {
        let Some(users) = self.task(pid).map(|task| task.credentials.users) else { return Ok(()) };
        if self.has_capability(&task.credentials, users, Capability::SysAdmin) {
            return Ok(());
        }
        let rule = Rule::new("rule-setgroups-open").with("path", path);
        refuse(Errno::EACCES, "open", rule.with("uid", task.credentials.uid.effective))
    }

    /// `proc_setgroups_write`.
    fn write_setgroups(&mut self, users: NamespaceId, data: &str) -> Result<(), Refusal> {
        let rule = |id: &str| Rule::new(id).with("value", data.trim_end());
        let allow = match data.trim_end() {
            "allow" if data.len() < SETGROUPS_LONGEST => true,
            "deny" if data.len() < SETGROUPS_LONGEST => false,
            _ => return refuse(Errno::EINVAL, AT, rule("rule-setgroups-value")),
        };
        let Some(state) = self.namespaces.users(users) else { return Ok(()) };
        if allow && !state.setgroups {
            return refuse(Errno::EPERM, AT, rule("rule-setgroups-denied-stays"));
        }
        if !allow && !state.gids.0.is_empty() {
            return refuse(Errno::EPERM, AT, rule("rule-setgroups-after-map"));
        }
        self.change_users(users, |state| state.setgroups = allow);
        Ok(())
    }

    fn change_users(&mut self, users: NamespaceId, change: impl FnOnce(&mut super::UserNamespace)) {
        self.namespaces.change(users, |namespace| {
            if let Content::User(state) = &mut namespace.content {
                change(state);
            }
        });
    }

    /// `proc_uid_map_write`, `map_write`.
    fn write_id_map(
        &mut self,
        writer: &Credentials,
        users: NamespaceId,
        kind: IdKind,
        data: &str,
    ) -> Result<(), Refusal> {
        let rule = |id: &str| Rule::new(id).with("uid", writer.uid.effective);
        let denied = |id: &str| refuse(Errno::EPERM, AT, rule(id));
        let Some(parent) = self.namespaces.get(users).and_then(|namespace| namespace.parent) else {
            return denied("rule-map-first-namespace");
        };
        if writer.users != users && writer.users != parent {
            return denied("rule-map-from-elsewhere");
        }
        if data.len() as u64 >= PAGE {
            return refuse(Errno::EINVAL, AT, Rule::new("rule-map-long").with("most", MOST_EXTENTS));
        }
        let Some(state) = self.namespaces.users(users) else { return Ok(()) };
        let written = if kind == IdKind::User { &state.uids } else { &state.gids };
        if !written.0.is_empty() {
            return denied("rule-map-once");
        }
        if !self.has_capability(writer, users, Capability::SysAdmin) {
            return denied("rule-map-needs-admin");
        }
        let extents = parse(data)?;
        self.permit_map(writer, users, parent, kind, &extents)?;
        let mut map = IdMap::default();
        for extent in extents {
            let lower = self.range_down(parent, kind, extent.lower, extent.count);
            let Some(lower) = lower else { return denied("rule-map-unknown-ids") };
            map.0.push(Extent { lower, ..extent });
        }
        self.change_users(users, |state| match kind {
            IdKind::User => state.uids = map,
            IdKind::Group => state.gids = map,
        });
        Ok(())
    }

    fn range_down(&self, users: NamespaceId, kind: IdKind, id: u32, count: u32) -> Option<u32> {
        let users = self.namespaces.users(users)?;
        let map = if kind == IdKind::User { &users.uids } else { &users.gids };
        map.range_down(id, count)
    }

    /// `new_idmap_permitted`.
    fn permit_map(
        &self,
        writer: &Credentials,
        users: NamespaceId,
        parent: NamespaceId,
        kind: IdKind,
        extents: &[Extent],
    ) -> Result<(), Refusal> {
        let rule = |id: &str| Rule::new(id).with("uid", writer.uid.effective);
        let Some(state) = self.namespaces.users(users) else { return Ok(()) };
        if kind == IdKind::User && !self.may_map_root(writer, users, parent, extents) {
            return refuse(Errno::EPERM, AT, rule("rule-map-root"));
        }
        if let [extent] = extents
            && extent.count == 1
            && state.owner == writer.uid.effective
        {
            let lower = self.id_down(parent, kind, extent.lower);
            let own = match kind {
                IdKind::User => lower == Some(writer.uid.effective),
                IdKind::Group => !state.setgroups && lower == Some(writer.gid.effective),
            };
            if own {
                return Ok(());
            }
        }
        let capability = if kind == IdKind::User { Capability::Setuid } else { Capability::Setgid };
        if self.has_capability(writer, parent, capability) {
            return Ok(());
        }
        let id = if kind == IdKind::User { "rule-map-own-user" } else { "rule-map-own-group" };
        refuse(Errno::EPERM, AT, rule(id).with("capability", capability.word()))
    }

    /// `verify_root_map`, since Linux 5.12: who maps the root of the namespace above has or had CAP_SETFCAP there.
    fn may_map_root(
        &self,
        writer: &Credentials,
        users: NamespaceId,
        parent: NamespaceId,
        extents: &[Extent],
    ) -> bool {
        let maps_root = extents.iter().any(|extent| extent.lower == 0);
        if !maps_root || self.profile.kernel < (KernelVersion { major: 5, minor: 12 }) {
            return true;
        }
        if writer.users == users {
            return self.namespaces.users(users).is_some_and(|state| state.maps_root);
        }
        self.has_capability(writer, parent, Capability::Setfcap)
    }

    /// setgroups(2) in a user namespace: gid_map is written, and the file setgroups says allow
    /// (`userns_may_setgroups`).
    pub(crate) fn may_set_groups(&self, users: NamespaceId) -> bool {
        self.namespaces.users(users).is_some_and(|state| state.setgroups && !state.gids.0.is_empty())
    }
}

#[cfg(test)]
mod tests {
    use super::parse;
    use crate::plan::Errno;

    // Each of these was recorded on Linux 5.10 to 7.3.
    #[test]
    fn maps_are_read_as_the_kernel_reads_them() {
        assert!(parse("0 0 1\n1 100000 1000").is_ok());
        assert!(parse(" 0\t0 1 \n").is_ok());
        let wrong =
            ["", "abc", "0 0", "0 0 1 7", "0 0 0", "0 4294967290 10", "0 0 10\n5 100 10", "0 0 10\n20 5 10"];
        for text in wrong {
            assert_eq!(parse(text).map_err(|refusal| refusal.errno), Err(Errno::EINVAL), "{text}");
        }
        let many = |n: u32| (0..n).map(|i| format!("{i} {i} 1\n")).collect::<String>();
        assert!(parse(&many(340)).is_ok());
        assert!(parse(&many(341)).is_err());
    }
}
