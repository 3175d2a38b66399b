//! `sys CALL ARGS…` for the calls on users and owners.

use super::sys::{Parsed, SysError, number, octal};
use super::{Call, Text};

/// Reads the words; `None` where the call is none of these.
pub(super) fn parse(name: &str, args: &[Text]) -> Parsed {
    Some(match (name, args) {
        ("setresuid", [real, effective, saved]) => {
            ids(real, effective, saved).map(|[ruid, euid, suid]| Call::Setresuid { ruid, euid, suid })
        }
        ("setresgid", [real, effective, saved]) => {
            ids(real, effective, saved).map(|[rgid, egid, sgid]| Call::Setresgid { rgid, egid, sgid })
        }
        ("setgroups", words) => words
            .iter()
            .map(|word| number(word, "a group by number"))
            .collect::<Result<Vec<u32>, SysError>>()
            .map(|groups| Call::Setgroups { groups }),
        ("fchmodat", [path, mode]) => octal(mode).map(|mode| Call::Fchmodat { path: path.clone(), mode }),
        ("fchownat", [path, uid, gid]) => chown(path, uid, gid, false),
        ("fchownat", [path, uid, gid, word]) if word.plain() == Some("nofollow") => {
            chown(path, uid, gid, true)
        }
        _ => return None,
    })
}

fn chown(path: &Text, uid: &Text, gid: &Text, nofollow: bool) -> Result<Call, SysError> {
    Ok(Call::Fchownat { path: path.clone(), uid: id(uid)?, gid: id(gid)?, nofollow })
}

fn ids(real: &Text, effective: &Text, saved: &Text) -> Result<[Option<u32>; 3], SysError> {
    Ok([id(real)?, id(effective)?, id(saved)?])
}

/// A number, or -1 for none: 4294967295 is the same to the kernel.
fn id(word: &Text) -> Result<Option<u32>, SysError> {
    if word.plain() == Some("-1") {
        return Ok(None);
    }
    let id: u32 = number(word, "a user or group by number, or -1")?;
    Ok((id != u32::MAX).then_some(id))
}
