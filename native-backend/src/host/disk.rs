//! The session's part of the machine's disk: a directory of its own below /var/tmp, in the profile's words the whole
//! file system.

use super::observe::unescape;
use super::rootfs::{During, Told};
use drydock_engine::host::{DISK_AT, HostProfile};
use std::fs::{self, DirBuilder};
use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
use std::path::{Path, PathBuf};

/// The kind of file system that the model knows the cache of.
pub(crate) const FSTYPE: &str = "ext4";

/// A file system on a block device.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Disk {
    /// As in the first field of /proc/mounts.
    pub(crate) source: String,
    /// The number of the whole disk: control groups limit no partitions.
    pub(crate) device: (u32, u32),
}

/// What /var/tmp of this machine is on, if that is a disk.
pub(crate) fn look() -> Option<Disk> {
    let table = fs::read_to_string("/proc/self/mountinfo").ok()?;
    let (source, number) = below(&table, Path::new(DISK_AT))?;
    let device = whole_disk(&number).as_deref().and_then(numbers)?;
    Path::new(DISK_AT).is_dir().then_some(Disk { source, device })
}

/// Source and device number of the file system that a path is on, if that is one of the known kind.
/// proc_pid_mountinfo(5); the last of the deepest mounts is on top.
fn below(table: &str, path: &Path) -> Option<(String, String)> {
    let row = |line: &str| {
        let (left, right) = line.split_once(" - ")?;
        let left: Vec<_> = left.split(' ').collect();
        let mut right = right.split(' ').map(str::to_owned);
        let target = PathBuf::from(unescape(left.get(4)?));
        path.starts_with(&target).then_some((
            target,
            right.next()?,
            right.next()?,
            (*left.get(2)?).to_owned(),
        ))
    };
    let (_, fstype, source, number) =
        table.lines().filter_map(row).max_by_key(|(target, ..)| target.components().count())?;
    (fstype == FSTYPE).then_some((source, number))
}

/// The number of the disk that a partition is on, or the number itself.
fn whole_disk(number: &str) -> Option<String> {
    let at = fs::canonicalize(format!("/sys/dev/block/{number}")).ok()?;
    let at = if at.join("partition").exists() { at.parent()?.to_owned() } else { at };
    Some(fs::read_to_string(at.join("dev")).ok()?.trim().to_owned())
}

fn numbers(text: &str) -> Option<(u32, u32)> {
    let (major, minor) = text.split_once(':')?;
    Some((major.parse().ok()?, minor.parse().ok()?))
}

/// Where a session's files on the disk are, if its profile has one.
pub(super) fn directory(profile: &HostProfile, id: &str) -> Option<PathBuf> {
    let has = profile.mounts.iter().any(|mount| mount.fstype == FSTYPE);
    has.then(|| Path::new(DISK_AT).join(format!("drydock.{id}")))
}

/// Makes the directory. Only root reaches it from outside: what is below may have any mode and owner.
pub(super) fn make(directory: &Path) -> Told<()> {
    DirBuilder::new().mode(0o700).create(directory).during(directory.display())?;
    let root = root_of(directory);
    DirBuilder::new().mode(0o700).create(&root).during(root.display())?;
    fs::set_permissions(&root, fs::Permissions::from_mode(0o1777)).during(root.display())
}

/// What the session sees as the file system.
pub(super) fn root_of(directory: &Path) -> PathBuf {
    directory.join("root")
}

#[cfg(test)]
mod tests {
    use super::below;
    use std::path::Path;

    #[test]
    fn the_deepest_and_last_mount_counts() {
        let row = |target: &str, rest: &str| format!("1 2 {rest} / {target} rw - ");
        let root = row("/", "8:1") + "ext4 /dev/sda1 rw\n";
        let at = |more: &str| below(&(root.clone() + more), Path::new("/var/tmp"));
        let found = |source: &str, number: &str| Some((source.to_owned(), number.to_owned()));
        assert_eq!(at(""), found("/dev/sda1", "8:1"));
        assert_eq!(at(&(row("/var", "8:2") + "ext4 /dev/sda2 rw\n")), found("/dev/sda2", "8:2"));
        assert_eq!(at(&(row("/variety", "8:2") + "ext4 /dev/sda2 rw\n")), found("/dev/sda1", "8:1"));
        assert_eq!(at(&(row("/var/tmp", "0:3") + "tmpfs tmpfs rw\n")), None);
    }
}
