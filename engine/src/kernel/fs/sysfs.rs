//! The little of /sys that control groups need. Nothing can be made or removed in it (sysfs(5)).

use crate::plan::reply::{FileKind, Stat};
use serde::Serialize;

/// A row of the table below; row 0 is the root.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub(crate) struct SysNode(pub(crate) u32);

/// The root of sysfs.
pub(crate) const ROOT: SysNode = SysNode(0);

struct Row {
    parent: u32,
    name: &'static str,
    kind: FileKind,
    mode: u32,
}

const fn directory(parent: u32, name: &'static str, mode: u32) -> Row {
    Row { parent, name, kind: FileKind::Directory, mode }
}

const fn file(parent: u32, name: &'static str) -> Row {
    Row { parent, name, kind: FileKind::Regular, mode: 0o444 }
}

/// Index of /fs/cgroup.
const CGROUP: u32 = 6;

/// All of it. Modes are those of Linux 6.18.
const TABLE: [Row; 7] = [
    directory(0, "", 0o555),
    directory(0, "devices", 0o755),
    directory(1, "system", 0o755),
    directory(2, "cpu", 0o755),
    file(3, "online"),
    directory(0, "fs", 0o755),
    directory(5, "cgroup", 0o755),
];

fn row(node: SysNode) -> &'static Row {
    TABLE.get(node.0 as usize).unwrap_or(&TABLE[0])
}

/// The entries of a directory.
pub(crate) fn entries(node: SysNode) -> impl Iterator<Item = (&'static str, SysNode)> {
    let rows = (1_u32..).zip(TABLE.iter().skip(1));
    rows.filter(move |(_, row)| row.parent == node.0).map(|(index, row)| (row.name, SysNode(index)))
}

/// The file of that name.
pub(crate) fn child(node: SysNode, name: &str) -> Option<SysNode> {
    entries(node).find(|(entry, _)| *entry == name).map(|(_, node)| node)
}

/// The directory above.
pub(crate) fn parent(node: SysNode) -> SysNode {
    SysNode(row(node).parent)
}

/// The name in the directory above.
pub(crate) fn name(node: SysNode) -> &'static str {
    row(node).name
}

/// True for /sys/fs/cgroup: an empty directory made to be mounted on. A name in it is not there (ENOENT)
/// even for who would make it (fs/libfs.c, `make_empty_dir_inode`; seen on Linux 6.18).
pub(crate) fn is_mount_point(node: SysNode) -> bool {
    node.0 == CGROUP
}

/// stat(2): a file shows a page as its size.
pub(crate) fn stat(node: SysNode) -> Stat {
    let row = row(node);
    let (nlink, size) = match row.kind {
        FileKind::Directory => (2 + entries(node).count() as u64, 0),
        _ => (1, 4096),
    };
    Stat { kind: row.kind, mode: row.mode, nlink, uid: 0, gid: 0, size }
}

/// The content of a file: the list of online CPUs.
pub(crate) fn read(cpus: u32) -> String {
    if cpus > 1 { format!("0-{}\n", cpus - 1) } else { "0\n".to_owned() }
}

#[cfg(test)]
mod tests {
    use super::{ROOT, child, entries, is_mount_point, name, parent, read};

    #[test]
    fn the_table_is_a_tree() {
        let fs = child(ROOT, "fs").expect("fs is there");
        let cgroup = child(fs, "cgroup").expect("cgroup is there");
        assert!(is_mount_point(cgroup));
        assert_eq!((parent(cgroup), name(cgroup)), (fs, "cgroup"));
        assert_eq!(entries(ROOT).map(|(name, _)| name).collect::<Vec<_>>(), ["devices", "fs"]);
    }

    #[test]
    fn online_is_a_list() {
        assert_eq!(read(1), "0\n");
        assert_eq!(read(2), "0-1\n");
    }
}
