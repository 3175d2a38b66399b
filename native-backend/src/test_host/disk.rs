//! The disk of a test host: a file here, NVMe there, which the stock kernel knows without modules. It is made with
//! mke2fs; where that is missing, there is none.

use drydock_engine::host::DISK_AT;
use nix::mount::{MsFlags, mount};
use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

/// Its size in bytes. The file is sparse.
const SIZE: u64 = 256 << 20;

/// What it is inside.
const DEVICE: &str = "/dev/nvme0n1";

/// How long the kernel may take to find it.
const FINDING: Duration = Duration::from_secs(20);

/// Makes the file with an empty file system; answers where it is.
pub(super) fn make(directory: &Path) -> Option<PathBuf> {
    let path = directory.join("disk");
    File::create(&path).and_then(|file| file.set_len(SIZE)).ok()?;
    // Nothing is to be written but what the jobs write: no journal, no tables that are filled in later.
    let options = ["-q", "-F", "-t", "ext4", "-O", "^has_journal", "-E", "lazy_itable_init=0"];
    let mut command = Command::new("mke2fs");
    command.args(options).arg(&path).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    // Root's path has it, that of others often not.
    let search = std::env::var("PATH").unwrap_or_default();
    command.env("PATH", format!("{search}:/usr/sbin:/sbin"));
    command.status().is_ok_and(|status| status.success()).then_some(path)
}

/// What qemu is told.
pub(super) fn arguments(path: &Path) -> [String; 4] {
    let drive = format!("file={},format=raw,if=none,id=disk,cache=unsafe", path.display());
    ["-drive".to_owned(), drive, "-device".to_owned(), "nvme,drive=disk,serial=drydock".to_owned()]
}

/// Mounts it inside.
pub(super) fn mount_inside() -> Result<(), String> {
    let start = Instant::now();
    // The kernel looks for it beside all else.
    while !Path::new(DEVICE).exists() && start.elapsed() < FINDING {
        sleep(Duration::from_millis(10));
    }
    let none: Option<&str> = None;
    mount(Some(DEVICE), DISK_AT, Some("ext4"), MsFlags::empty(), none)
        .map_err(|errno| format!("mounting {DEVICE} at {DISK_AT}: {errno}"))
}
