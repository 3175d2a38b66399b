//! Calls on names, sizes, times and extended attributes of files. Runs in the agents.

use super::files::{Refused, kind_of_mode};
use drydock_engine::plan::reply::{FileKind, Stat, Statx, Time};
use drydock_engine::plan::{Answer, Errno, Refusal, Reply, SetTime};
use rustix::fs::{
    AtFlags, CWD, Mode, OFlags, RenameFlags, StatxFlags, StatxTimestamp, Timespec, Timestamps, XattrFlags,
};
use std::fs::File;
use std::os::fd::OwnedFd;

/// Names of renameat2(2)'s flags without `RENAME_`, in lower case.
pub(super) const RENAME_FLAGS: [(&str, RenameFlags); 3] = [
    ("noreplace", RenameFlags::NOREPLACE),
    ("exchange", RenameFlags::EXCHANGE),
    ("whiteout", RenameFlags::WHITEOUT),
];

/// Names of setxattr(2)'s flags without `XATTR_`, in lower case.
pub(super) const XATTR_FLAGS: [(&str, XattrFlags); 2] =
    [("create", XattrFlags::CREATE), ("replace", XattrFlags::REPLACE)];

fn refused(at: &str) -> impl Fn(rustix::io::Errno) -> Refusal + '_ {
    move |errno| Refusal::bare(Errno::from_number(errno.raw_os_error()), at)
}

fn done(result: rustix::io::Result<()>, at: &str) -> Answer {
    result.map(|()| Reply::Done).map_err(refused(at))
}

/// readlink(2).
pub(super) fn readlink(path: &str) -> Refused<String> {
    let target = rustix::fs::readlink(path, Vec::new()).map_err(refused("readlink"))?;
    Ok(target.to_string_lossy().into_owned())
}

/// renameat2(2).
pub(super) fn rename(from: &str, to: &str, flags: RenameFlags) -> Answer {
    done(rustix::fs::renameat_with(CWD, from, CWD, to, flags), "renameat2")
}

/// truncate(2).
pub(super) fn truncate(path: &str, length: u64) -> Answer {
    let length = i64::try_from(length).map_err(|_| Refusal::bare(Errno::EINVAL, "truncate"))?;
    let result = nix::unistd::truncate(path, length);
    result.map(|()| Reply::Done).map_err(super::files::refused("truncate"))
}

/// lsetxattr(2).
pub(super) fn set(path: &str, name: &str, value: &str, flags: XattrFlags) -> Answer {
    done(rustix::fs::lsetxattr(path, name, value.as_bytes(), flags), "lsetxattr")
}

/// The most that an attribute or a list of names holds (limits.h, XATTR_SIZE_MAX, XATTR_LIST_MAX).
const LONGEST: usize = 65536;

/// lgetxattr(2).
pub(super) fn get(path: &str, name: &str) -> Refused<String> {
    let mut value = vec![0; LONGEST];
    let length = rustix::fs::lgetxattr(path, name, &mut value[..]).map_err(refused("lgetxattr"))?;
    value.truncate(length);
    Ok(String::from_utf8_lossy(&value).into_owned())
}

/// llistxattr(2).
pub(super) fn list(path: &str) -> Refused<Vec<String>> {
    let mut names = vec![0; LONGEST];
    let length = rustix::fs::llistxattr(path, &mut names[..]).map_err(refused("llistxattr"))?;
    names.truncate(length);
    let names = names.split(|byte| *byte == 0).filter(|name| !name.is_empty());
    Ok(names.map(|name| String::from_utf8_lossy(name).into_owned()).collect())
}

/// lremovexattr(2).
pub(super) fn remove(path: &str, name: &str) -> Answer {
    done(rustix::fs::lremovexattr(path, name), "lremovexattr")
}

/// utimensat(2).
pub(super) fn set_times(path: &str, access: SetTime, modify: SetTime, nofollow: bool) -> Answer {
    let times = Timestamps { last_access: timespec(access), last_modification: timespec(modify) };
    done(rustix::fs::utimensat(CWD, path, &times, at_flags(nofollow)), "utimensat")
}

fn timespec(time: SetTime) -> Timespec {
    match time {
        SetTime::Now => Timespec { tv_sec: 0, tv_nsec: rustix::fs::UTIME_NOW },
        SetTime::Omit => Timespec { tv_sec: 0, tv_nsec: rustix::fs::UTIME_OMIT },
        SetTime::At(Time { seconds, nanoseconds }) => {
            Timespec { tv_sec: seconds, tv_nsec: nanoseconds.into() }
        }
    }
}

fn at_flags(nofollow: bool) -> AtFlags {
    if nofollow { AtFlags::SYMLINK_NOFOLLOW } else { AtFlags::empty() }
}

/// statx(2).
pub(super) fn statx(path: &str, nofollow: bool) -> Refused<Statx> {
    let wanted = StatxFlags::BASIC_STATS | StatxFlags::BTIME;
    let found = rustix::fs::statx(CWD, path, at_flags(nofollow), wanted).map_err(refused("statx"))?;
    let kind = kind_of_mode(found.stx_mode.into());
    // A directory's size is the file system's affair.
    let size = if kind == FileKind::Directory { 0 } else { found.stx_size };
    Ok(Statx {
        stat: Stat {
            kind,
            mode: u32::from(found.stx_mode) & 0o7777,
            nlink: found.stx_nlink.into(),
            uid: found.stx_uid,
            gid: found.stx_gid,
            size,
        },
        inode: found.stx_ino,
        device: (found.stx_dev_major, found.stx_dev_minor),
        represents: (found.stx_rdev_major, found.stx_rdev_minor),
        blocks: found.stx_blocks,
        born: (found.stx_mask & StatxFlags::BTIME.bits() != 0).then(|| time(found.stx_btime)),
        accessed: time(found.stx_atime),
        modified: time(found.stx_mtime),
        changed: time(found.stx_ctime),
    })
}

fn time(time: StatxTimestamp) -> Time {
    Time { seconds: time.tv_sec, nanoseconds: time.tv_nsec }
}

/// open(2) of both files, and a copy of all that the first holds.
pub(super) fn copy(from: &str, to: &str, create: Option<u32>) -> Answer {
    let open = |path: &str, flags: OFlags, mode: u32| -> Refused<OwnedFd> {
        let flags = flags | OFlags::CLOEXEC | OFlags::NOCTTY;
        rustix::fs::open(path, flags, Mode::from_raw_mode(mode & 0o7777)).map_err(refused("open"))
    };
    let mut source = File::from(open(from, OFlags::RDONLY, 0)?);
    let flags = if create.is_some() { OFlags::CREATE | OFlags::EXCL } else { OFlags::TRUNC };
    let mut target = File::from(open(to, OFlags::WRONLY | flags, create.unwrap_or(0))?);
    // The standard library asks for copy_file_range(2) first, and reads and writes where that is not possible.
    let copied = std::io::copy(&mut source, &mut target);
    copied.map(Reply::Count).map_err(|error| super::files::io(&error, "copy_file_range"))
}
