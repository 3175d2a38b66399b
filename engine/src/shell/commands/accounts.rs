//! Names of users and groups, from /etc/passwd and /etc/group.

use super::Request;
use crate::plan::{Observation, Probe, Text};

/// What the two files say.
#[derive(Clone, Debug, Default)]
pub(super) struct Accounts {
    passwd: String,
    group: String,
}

/// What /proc/self/status says about who asks.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::shell) struct Identity {
    pub(in crate::shell) uid: u32,
    pub(in crate::shell) euid: u32,
    pub(in crate::shell) gid: u32,
    pub(in crate::shell) egid: u32,
    /// Supplementary groups.
    pub(in crate::shell) groups: Vec<u32>,
}

/// Who performs a command.
pub(super) fn myself(request: &Request<'_>) -> Identity {
    let probe = Probe::File(Text::from("/proc/self/status"));
    match request.observe.observe(request.actor, &probe) {
        Observation::Data(status) => identity(&status),
        _ => Identity::default(),
    }
}

impl Accounts {
    /// Reads both files; what can't be read has no names.
    pub(super) fn read(request: &Request<'_>) -> Self {
        let file = |path: &str| match request.observe.observe(request.actor, &Probe::File(Text::from(path))) {
            Observation::Data(text) => text,
            _ => String::new(),
        };
        Self { passwd: file("/etc/passwd"), group: file("/etc/group") }
    }

    /// A user's name.
    pub(super) fn user(&self, uid: u32) -> Option<&str> {
        rows(&self.passwd).find(|fields| number(fields, 2) == Some(uid)).map(|fields| fields[0])
    }

    /// A group's name.
    pub(super) fn group(&self, gid: u32) -> Option<&str> {
        rows(&self.group).find(|fields| number(fields, 2) == Some(gid)).map(|fields| fields[0])
    }

    /// A user's number and its own group, by name.
    pub(super) fn user_named(&self, name: &str) -> Option<(u32, u32)> {
        let fields = rows(&self.passwd).find(|fields| fields[0] == name)?;
        Some((number(&fields, 2)?, number(&fields, 3)?))
    }

    /// A group's number, by name.
    pub(super) fn group_named(&self, name: &str) -> Option<u32> {
        rows(&self.group).find(|fields| fields[0] == name).and_then(|fields| number(&fields, 2))
    }

    /// The groups that a user is a member of, by name.
    pub(super) fn groups_of(&self, name: &str) -> Vec<u32> {
        let member =
            |fields: &Vec<&str>| fields.get(3).is_some_and(|list| list.split(',').any(|one| one == name));
        rows(&self.group).filter(member).filter_map(|fields| number(&fields, 2)).collect()
    }
}

fn rows(text: &str) -> impl Iterator<Item = Vec<&str>> {
    text.lines().map(|line| line.split(':').collect())
}

fn number(fields: &[&str], index: usize) -> Option<u32> {
    fields.get(index)?.parse().ok()
}

/// Reads the lines `Uid`, `Gid` and `Groups` of /proc/PID/status.
pub(in crate::shell) fn identity(status: &str) -> Identity {
    let numbers = |name: &str| -> Vec<u32> {
        let line = status.lines().find_map(|line| line.strip_prefix(name));
        line.unwrap_or_default().split_whitespace().filter_map(|word| word.parse().ok()).collect()
    };
    let (uids, gids) = (numbers("Uid:"), numbers("Gid:"));
    let at = |ids: &[u32], index: usize| ids.get(index).copied().unwrap_or(0);
    Identity {
        uid: at(&uids, 0),
        euid: at(&uids, 1),
        gid: at(&gids, 0),
        egid: at(&gids, 1),
        groups: numbers("Groups:"),
    }
}

#[cfg(test)]
mod tests {
    use super::{Accounts, Identity, identity};

    #[test]
    fn names_and_numbers() {
        let accounts = Accounts {
            passwd: "root:x:0:0:root:/root:/bin/sh\nu:x:1000:100::/:\nbroken\n".to_owned(),
            group: "root:x:0:\nstaff:x:50:root,u\n".to_owned(),
        };
        assert_eq!(accounts.user(1000), Some("u"));
        assert_eq!(accounts.user(7), None);
        assert_eq!(accounts.group(50), Some("staff"));
        assert_eq!(accounts.user_named("u"), Some((1000, 100)));
        assert_eq!(accounts.group_named("staff"), Some(50));
        assert_eq!(accounts.groups_of("u"), [50]);
    }

    #[test]
    fn status_tells_who_one_is() {
        let status = "Name:\tsh\nUid:\t1\t2\t3\t2\nGid:\t4\t5\t6\t5\nGroups:\t7 8 \n";
        let expected = Identity { uid: 1, euid: 2, gid: 4, egid: 5, groups: vec![7, 8] };
        assert_eq!(identity(status), expected);
    }
}
