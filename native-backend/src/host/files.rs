//! Files as calls and probes need them: open, read to the end, write at once, list, stat.

use drydock_engine::plan::reply::{Entry, FileKind, Stat, Statfs};
use drydock_engine::plan::{Answer, Errno, OpenMode, Refusal, Reply};
use nix::fcntl::OFlag;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::stat::{Mode, SFlag};
use nix::sys::statfs::{FsType, statfs};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::net::UnixStream;
use std::thread::sleep;
use std::time::Duration;

/// A value, or the refusal of a system call.
pub(super) type Refused<T> = Result<T, Refusal>;

/// The most that is read, in bytes, as in the model (`READ_MAX` in its limits). What has more is refused with EFBIG, as in the model: `cat /dev/zero` would
/// never end, and a part that looks like the whole would be a lie.
pub(super) const READ_LIMIT: usize = 1 << 20;
const _: () = assert!(READ_LIMIT as u64 == drydock_engine::kernel::limits::READ_MAX);

/// Turns an error number into a refusal by the system call `at`.
pub(super) fn refused(at: &str) -> impl Fn(nix::errno::Errno) -> Refusal + '_ {
    move |errno| Refusal::bare(Errno::from_number(errno as i32), at)
}

/// open(2).
pub(super) fn open(path: &str, mode: OpenMode) -> Refused<OwnedFd> {
    let flags = match mode {
        OpenMode::Read => OFlag::O_RDONLY,
        OpenMode::Write => OFlag::O_WRONLY,
        OpenMode::Truncate => OFlag::O_WRONLY | OFlag::O_CREAT | OFlag::O_TRUNC,
        OpenMode::Append => OFlag::O_WRONLY | OFlag::O_CREAT | OFlag::O_APPEND,
        OpenMode::ReadWrite => OFlag::O_RDWR,
        OpenMode::Exclusive => OFlag::O_WRONLY | OFlag::O_CREAT | OFlag::O_EXCL,
    };
    let flags = flags | OFlag::O_CLOEXEC | OFlag::O_NOCTTY;
    nix::fcntl::open(path, flags, Mode::from_bits_truncate(0o666)).map_err(refused("open"))
}

/// mknod(2).
pub(super) fn mknod(path: &str, kind: FileKind, mode: u32, device: (u32, u32)) -> nix::Result<()> {
    use nix::sys::stat::{makedev, mknod};
    let kind = match kind {
        FileKind::Character => SFlag::S_IFCHR,
        FileKind::Block => SFlag::S_IFBLK,
        FileKind::Fifo => SFlag::S_IFIFO,
        FileKind::Regular => SFlag::S_IFREG,
        FileKind::Directory | FileKind::Symlink | FileKind::Socket => return Err(nix::errno::Errno::EINVAL),
    };
    mknod(path, kind, Mode::from_bits_truncate(mode), makedev(device.0.into(), device.1.into()))
}

/// statfs(2).
pub(super) fn file_system(path: &str) -> Answer {
    let found = statfs(path).map_err(refused("statfs"))?;
    Ok(Reply::Statfs(Box::new(Statfs {
        kind: found.filesystem_type().0.cast_unsigned() as u64,
        block: found.block_size().cast_unsigned() as u64,
        blocks: found.blocks(),
        free: found.blocks_free(),
        available: found.blocks_available(),
    })))
}

/// An error of the standard library as a refusal.
pub(super) fn io(error: &std::io::Error, at: &str) -> Refusal {
    let number = nix::errno::Errno::from_raw(error.raw_os_error().unwrap_or(0));
    refused(at)(number)
}

/// read(2) until there is no more, or so many bytes have come. With `link`, a message there ends it with EINTR.
pub(super) fn read_all(
    fd: BorrowedFd<'_>,
    link: Option<&UnixStream>,
    at_most: Option<u64>,
) -> nix::Result<Vec<u8>> {
    let mut content = Vec::new();
    let mut chunk = vec![0; 1 << 16];
    let wanted = at_most.map_or(usize::MAX, |count| usize::try_from(count).unwrap_or(usize::MAX));
    while content.len() < wanted {
        if let Some(link) = link {
            wait_readable(fd, link)?;
        }
        let room = chunk.len().min(wanted - content.len());
        match nix::unistd::read(fd, &mut chunk[..room])? {
            0 => return Ok(content),
            count if content.len() + count > READ_LIMIT => return Err(nix::errno::Errno::EFBIG),
            count => content.extend_from_slice(&chunk[..count]),
        }
    }
    Ok(content)
}

/// Waits for `fd`, but not longer than until the controller says something.
fn wait_readable(fd: BorrowedFd<'_>, link: &UnixStream) -> nix::Result<()> {
    let mut fds = [PollFd::new(fd, PollFlags::POLLIN), PollFd::new(link.as_fd(), PollFlags::POLLIN)];
    poll(&mut fds, PollTimeout::NONE)?;
    match fds[0].any() {
        Some(false) | None => Err(nix::errno::Errno::EINTR),
        Some(true) => Ok(()),
    }
}

/// write(2), in one call unless the kernel takes less than was given.
pub(super) fn write_all(fd: BorrowedFd<'_>, mut data: &[u8]) -> Refused<u64> {
    let mut written = 0;
    loop {
        let count = nix::unistd::write(fd, data).map_err(refused("write"))?;
        written += count as u64;
        data = &data[count..];
        if data.is_empty() || count == 0 {
            return Ok(written);
        }
    }
}

/// rmdir(2). The kernel takes a dead task out of its control group a moment after its parent could wait for
/// it, so that EBUSY is asked again a few times before it is believed, as long as `cgroup.procs` is empty.
pub(super) fn rmdir(path: &str) -> nix::Result<()> {
    for _ in 0..20 {
        match remove_directory(path) {
            Err(nix::errno::Errno::EBUSY) if is_empty_group(path) => sleep(Duration::from_millis(5)),
            other => return other,
        }
    }
    remove_directory(path)
}

fn remove_directory(path: &str) -> nix::Result<()> {
    nix::unistd::unlinkat(nix::fcntl::AT_FDCWD, path, nix::unistd::UnlinkatFlags::RemoveDir)
}

fn is_empty_group(path: &str) -> bool {
    let procs = std::fs::read_to_string(format!("{path}/cgroup.procs"));
    let child = |entry: std::io::Result<std::fs::DirEntry>| {
        entry.and_then(|entry| entry.file_type()).is_ok_and(|kind| kind.is_dir())
    };
    procs.is_ok_and(|procs| procs.is_empty())
        && std::fs::read_dir(path).is_ok_and(|mut entries| !entries.any(child))
}

/// The names in a directory, sorted.
pub(super) fn entries(path: &str) -> Refused<Vec<Entry>> {
    let flags = OFlag::O_RDONLY | OFlag::O_DIRECTORY | OFlag::O_CLOEXEC;
    let mut directory = nix::dir::Dir::open(path, flags, Mode::empty()).map_err(refused("open"))?;
    let mut entries = Vec::new();
    for entry in directory.iter() {
        let entry = entry.map_err(refused("getdents64"))?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if name != "." && name != ".." {
            entries.push(Entry { name, kind: entry.file_type().map_or(FileKind::Regular, kind_of_entry) });
        }
    }
    entries.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(entries)
}

fn kind_of_entry(kind: nix::dir::Type) -> FileKind {
    use nix::dir::Type;
    match kind {
        Type::File => FileKind::Regular,
        Type::Directory => FileKind::Directory,
        Type::Symlink => FileKind::Symlink,
        Type::CharacterDevice => FileKind::Character,
        Type::BlockDevice => FileKind::Block,
        Type::Fifo => FileKind::Fifo,
        Type::Socket => FileKind::Socket,
    }
}

pub(super) fn kind_of_mode(mode: u32) -> FileKind {
    match SFlag::from_bits_truncate(mode) & SFlag::S_IFMT {
        SFlag::S_IFDIR => FileKind::Directory,
        SFlag::S_IFLNK => FileKind::Symlink,
        SFlag::S_IFCHR => FileKind::Character,
        SFlag::S_IFBLK => FileKind::Block,
        SFlag::S_IFIFO => FileKind::Fifo,
        SFlag::S_IFSOCK => FileKind::Socket,
        _ => FileKind::Regular,
    }
}

/// stat(2).
pub(super) fn stat(path: &str) -> Refused<Stat> {
    let stat = nix::sys::stat::stat(path).map_err(refused("stat"))?;
    let kind = kind_of_mode(stat.st_mode);
    // A directory's size is the file system's affair; sysfs says 4096 for content it has not made yet.
    let sized = kind == FileKind::Regular && !statfs(path).is_ok_and(|fs| fs.filesystem_type() == SYSFS);
    Ok(Stat {
        kind,
        mode: stat.st_mode & 0o7777,
        nlink: stat.st_nlink,
        uid: stat.st_uid,
        gid: stat.st_gid,
        size: if sized { stat.st_size.cast_unsigned() } else { 0 },
    })
}

/// linux/magic.h, SYSFS_MAGIC.
const SYSFS: FsType = FsType(0x6265_6572);
