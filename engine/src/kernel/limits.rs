//! Every number that Linux limits something with, and where it is written.

/// Longest path, its final zero byte included (include/uapi/linux/limits.h, PATH_MAX).
pub const PATH_MAX: usize = 4096;
/// Longest name in a tmpfs directory (include/uapi/linux/limits.h, NAME_MAX). kernfs has no such limit.
pub const NAME_MAX: usize = 255;
/// Most symbolic links in the resolution of one path (include/linux/namei.h, MAXSYMLINKS).
pub const MAXSYMLINKS: u32 = 40;
/// Longest `comm`, its final zero byte left out (include/linux/sched.h, TASK_COMM_LEN is 16).
pub const COMM_MAX: usize = 15;
/// Highest pid on a machine with up to 32 CPUs (include/linux/threads.h, PID_MAX_DEFAULT).
pub const PID_MAX: u32 = 32768;
/// Where the search for a pid starts again after the highest (kernel/pid.c, RESERVED_PIDS).
pub const RESERVED_PIDS: u32 = 300;
/// The most that one step reads, in bytes. What has more is refused: a part that looks like the whole would be a lie.
pub const READ_MAX: u64 = 1 << 20;
/// Bytes that a pipe holds (pipe(7), "Pipe capacity").
pub const PIPE_CAPACITY: u64 = 65536;
/// Most bytes in one write to a control file (kernel/cgroup/cgroup.c: `atomic_write_len` is a page).
pub const CONTROL_WRITE_MAX: usize = 4096;
/// Highest signal number (signal(7), SIGRTMAX).
pub const SIGNAL_MAX: u8 = 64;
/// Most mounts in a mount namespace (proc_sys_fs(5), mount-max).
pub const MOUNT_MAX: u32 = 100_000;
/// A page of memory in bytes.
pub const PAGE: u64 = 4096;
/// All that a task can have of memory (arch/x86/include/asm/page_64_types.h, TASK_SIZE with 47 bits).
pub const TASK_SIZE: u64 = 1 << 47;
/// The largest file (include/linux/fs.h, MAX_LFS_FILESIZE).
pub const FILE_MAX: u64 = i64::MAX as u64;

/// Bytes in whole pages, rounded up; at most a number that still is one of whole pages.
pub const fn whole_pages(bytes: u64) -> u64 {
    bytes.div_ceil(PAGE).saturating_mul(PAGE) / PAGE * PAGE
}
/// What tmpfs counts for a directory entry (mm/shmem.c, BOGO_DIRENT_SIZE).
pub const TMPFS_ENTRY_SIZE: u64 = 20;
/// The umask of all tasks.
pub const UMASK: u32 = 0o022;
/// Where the simulated clock stops (about 31 years): a bound of the model, so that sums of time never overflow.
pub const CLOCK_MAX_MS: u64 = 1_000_000_000_000;
/// Longest name of an extended attribute (include/uapi/linux/limits.h, XATTR_NAME_MAX).
pub const XATTR_NAME_MAX: usize = 255;
/// Largest value of an extended attribute, in bytes (include/uapi/linux/limits.h, XATTR_SIZE_MAX).
pub const XATTR_SIZE_MAX: usize = 65536;
/// What the model's clock showed when the kernel started: 1 January 2026 (UTC), in seconds since 1970.
pub const BOOT_TIME: i64 = 1_767_225_600;
/// Most lower layers of an overlay (fs/overlayfs/ovl_entry.h, OVL_MAX_STACK).
pub const OVERLAY_LAYERS: usize = 500;
/// How many file systems may be stacked on each other (include/linux/fs.h, FILESYSTEM_MAX_STACK_DEPTH).
pub const STACK_DEPTH: u32 = 2;
