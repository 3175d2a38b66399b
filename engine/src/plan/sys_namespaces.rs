//! `sys CALL ARGS…` for the calls on namespaces and roots, and the names of namespaces in flags.

use super::sys::{Parsed, SysError, task};
use super::{Call, NamespaceRef, Text};

/// The kinds of namespace as people write them, and the flags of clone(2) without `CLONE_`, in lower case.
pub const NAMESPACE_FLAGS: [(&str, &str); 8] = [
    ("mnt", "newns"),
    ("uts", "newuts"),
    ("ipc", "newipc"),
    ("net", "newnet"),
    ("pid", "newpid"),
    ("user", "newuser"),
    ("cgroup", "newcgroup"),
    ("time", "newtime"),
];

/// Reads the words; `None` where the call is none of these.
pub(super) fn parse(name: &str, args: &[Text]) -> Parsed {
    Some(match (name, args) {
        ("unshare", [flags]) => Ok(Call::Unshare { flags: clone_flags(flags) }),
        ("setns", [from, rest @ ..]) if rest.len() <= 1 => setns(from, rest.first()),
        ("sethostname", [name]) => Ok(Call::Sethostname { name: name.clone() }),
        ("setdomainname", [name]) => Ok(Call::Setdomainname { name: name.clone() }),
        ("chroot", [path]) => Ok(Call::Chroot { path: path.clone() }),
        ("pivot_root", [new_root, put_old]) => {
            Ok(Call::PivotRoot { new_root: new_root.clone(), put_old: put_old.clone() })
        }
        _ => return None,
    })
}

/// A path has a slash in it or begins with a dot; all else is a task.
fn setns(from: &Text, nstype: Option<&Text>) -> Result<Call, SysError> {
    let word = from.to_string();
    let is_path = word.contains('/') || word.starts_with('.');
    let from = if is_path { NamespaceRef::File(from.clone()) } else { NamespaceRef::Task(task(from)?) };
    Ok(Call::Setns { from, nstype: nstype.map(clone_flags).unwrap_or_default() })
}

/// Flags of clone(2): `mnt,pid` and `newns,newpid` are the same; `0` or nothing is none.
pub(super) fn clone_flags(word: &Text) -> Vec<String> {
    let flag = |word: String| {
        let known = NAMESPACE_FLAGS.iter().find(|(kind, _)| *kind == word);
        known.map_or(word.clone(), |(_, flag)| (*flag).to_owned())
    };
    super::sys::flag_list(word).into_iter().map(flag).collect()
}
