//! Whose a control group becomes with `cgcreate`, and who may do what with it: -a, -t, -d, -f and -s.
//!
//! As libcgroup 2.0.2 does it: everything at and below the group gets the owner of -a, or the user who asks; the
//! file `tasks` of the group the one of -t. A mode gives nobody more than the file's owner has without it.

use super::accounts::{Accounts, myself};
use super::libcgroup::Hierarchy;
use super::options::Parsed;
use super::{Output, Request, join};
use crate::plan::reply::{FileKind, Stat};
use crate::plan::{Call, Observation, Probe, Step, Text};

/// A user and a group.
type Owner = (u32, u32);

/// What the options ask for.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rights {
    all: Owner,
    tasks: Owner,
    directory_mode: Option<u32>,
    file_mode: Option<u32>,
    tasks_mode: Option<u32>,
}

/// Reads the options, in the order in which they were typed.
pub(super) fn read(request: &Request<'_>, parsed: &Parsed) -> Result<Rights, Output> {
    let me = myself(request);
    let own = (me.uid, me.gid);
    let accounts = Accounts::read(request);
    let mut rights = Rights { all: own, tasks: own, directory_mode: None, file_mode: None, tasks_mode: None };
    for (letter, word) in &parsed.options {
        let word = request.show(word);
        match letter {
            'a' => rights.all = owner(request, &accounts, &word, own)?,
            't' => rights.tasks = owner(request, &accounts, &word, own)?,
            'd' => rights.directory_mode = Some(mode(&word)?),
            'f' => rights.file_mode = Some(mode(&word)?),
            's' => rights.tasks_mode = Some(mode(&word)?),
            _ => {}
        }
    }
    Ok(rights)
}

/// `USER:GROUP`, by name; what is left out is the user's who asks. The real one says what it can't find, and
/// succeeds.
fn owner(request: &Request<'_>, accounts: &Accounts, word: &str, own: Owner) -> Result<Owner, Output> {
    let mut parts = word.split(':');
    let (user, group) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    let (mut uid, mut gid) = own;
    if !user.is_empty() {
        let unknown = || Output::error(request.message(&format!("can't find uid of user {user}.")), 0);
        uid = accounts.user_named(user).ok_or_else(unknown)?.0;
    }
    if !group.is_empty() {
        let unknown = || Output::error(request.message(&format!("can't find gid of group {group}.")), 0);
        gid = accounts.group_named(group).ok_or_else(unknown)?;
    }
    Ok((uid, gid))
}

/// Three or four octal digits.
fn mode(word: &str) -> Result<u32, Output> {
    let digits = matches!(word.len(), 3 | 4) && word.bytes().all(|byte| (b'0'..=b'7').contains(&byte));
    let mode = if digits { u32::from_str_radix(word, 8).ok() } else { None };
    // The real one says so on standard output.
    mode.ok_or_else(|| Output { status: 255, ..Output::text(format!("cgcreate wrong mode format {word}\n")) })
}

/// A file or directory at or below a group.
struct Found {
    path: Text,
    name: String,
    stat: Stat,
    /// True for the group itself and its own files.
    own: bool,
}

impl Found {
    fn is_tasks(&self, hierarchy: &Hierarchy) -> bool {
        !hierarchy.v2 && self.name == "tasks"
    }
}

impl Rights {
    /// The calls that give everything to its owner, save the group's file `tasks`.
    pub(super) fn owners(&self, request: &Request<'_>, hierarchy: &Hierarchy, group: &Text) -> Vec<Step> {
        let found = walk(request, group);
        let others = found.iter().filter(|one| !(one.own && one.is_tasks(hierarchy)));
        others.filter_map(|one| chown(request, one, self.all)).collect()
    }

    /// The calls that set permissions, and those for the group's file `tasks`.
    pub(super) fn modes(&self, request: &Request<'_>, hierarchy: &Hierarchy, group: &Text) -> Vec<Step> {
        let found = walk(request, group);
        let mut steps = Vec::new();
        for one in found.iter().filter(|one| !one.is_tasks(hierarchy)) {
            let mode = match one.stat.kind {
                FileKind::Directory => self.directory_mode,
                _ => self.file_mode,
            };
            steps.extend(mode.and_then(|mode| chmod(request, one, mode)));
        }
        if let Some(tasks) = found.iter().find(|one| one.own && one.is_tasks(hierarchy)) {
            steps.extend(chown(request, tasks, self.tasks));
            steps.extend(self.tasks_mode.and_then(|mode| chmod(request, tasks, mode)));
        }
        steps
    }
}

/// A call that would change nothing is left out.
fn chown(request: &Request<'_>, one: &Found, (uid, gid): Owner) -> Option<Step> {
    if (one.stat.uid, one.stat.gid) == (uid, gid) {
        return None;
    }
    let call = Call::Fchownat { path: one.path.clone(), uid: Some(uid), gid: Some(gid), nofollow: false };
    Some(Step::because(request.actor, call, "why-cgcreate-owner"))
}

fn chmod(request: &Request<'_>, one: &Found, mode: u32) -> Option<Step> {
    let owner = one.stat.mode & 0o700;
    let mode = mode & (0o7000 | owner | owner >> 3 | owner >> 6);
    let call = Call::Fchmodat { path: one.path.clone(), mode };
    (one.stat.mode != mode).then(|| Step::because(request.actor, call, "why-cgcreate-mode"))
}

/// A group, its files, and the groups below.
fn walk(request: &Request<'_>, group: &Text) -> Vec<Found> {
    let mut found = Vec::new();
    if let Observation::Stat(stat) = request.look(group) {
        found.push(Found { path: group.clone(), name: String::new(), stat, own: true });
    }
    let mut open = vec![group.clone()];
    while let Some(directory) = open.pop() {
        let probe = Probe::Directory(directory.clone());
        let Observation::Entries(entries) = request.observe.observe(request.actor, &probe) else { continue };
        for entry in entries {
            let path = join(&directory, &entry.name);
            let Observation::Stat(stat) = request.look(&path) else { continue };
            if stat.kind == FileKind::Directory {
                open.push(path.clone());
            }
            let own = directory == *group && stat.kind != FileKind::Directory;
            found.push(Found { path, name: entry.name, stat, own });
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::mode;

    #[test]
    fn a_mode_has_three_or_four_octal_digits() {
        assert_eq!(mode("750").ok(), Some(0o750));
        assert_eq!(mode("0770").ok(), Some(0o770));
        assert_eq!(mode("1777").ok(), Some(0o1777));
        for wrong in ["", "0", "77", "77777", "8", "789", "u=rwx", "-g", "+77"] {
            assert!(mode(wrong).is_err(), "{wrong}");
        }
    }
}
