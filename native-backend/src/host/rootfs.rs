//! The session's root: a tmpfs with the profile's files and the machine's programs. Runs in the first task,
//! in its own mount namespace.

use super::disk::FSTYPE;
use crate::workload::{self, NAMES, STAND_IN};
use drydock_engine::host::{HostProfile, InitialFile, InitialMount};
use nix::mount::{MntFlags, MsFlags, mount, umount2};
use nix::sys::stat::{Mode, SFlag, makedev, mknod, umask};
use std::fmt::Display;
use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};

/// A result whose error is a sentence: what could not be done, and why.
pub(crate) type Told<T> = Result<T, String>;

/// Says what was being done when an error came.
pub(crate) trait During<T> {
    /// Puts `what` in front of the error.
    fn during(self, what: impl Display) -> Told<T>;
}

impl<T, E: Display> During<T> for Result<T, E> {
    fn during(self, what: impl Display) -> Told<T> {
        self.map_err(|error| format!("{what}: {error}"))
    }
}

/// Directories in which the machine keeps programs and what they need, apart from /usr. Mostly links into it.
const PROGRAM_DIRECTORIES: [&str; 6] = ["bin", "sbin", "lib", "lib32", "lib64", "libx32"];

const NONE: Option<&str> = None;

/// Mounts stay in this namespace, in both directions.
pub(crate) fn make_private() -> Told<()> {
    let flags = MsFlags::MS_REC | MsFlags::MS_PRIVATE;
    mount(NONE, "/", NONE, flags, NONE).during("making the mounts private")
}

/// What a session's file systems are made from.
#[derive(Debug)]
pub(super) struct Places {
    /// An empty directory, which the root covers in the session's namespace only.
    pub(super) staging: PathBuf,
    /// What is mounted as the disk.
    pub(super) disk: Option<PathBuf>,
}

/// Builds the root, and moves into it.
pub(super) fn build(profile: &HostProfile, places: &Places) -> Told<()> {
    let staging = places.staging.as_path();
    let old = umask(Mode::empty());
    mount_root(profile, staging)?;
    for file in &profile.files {
        make(staging, file)?;
    }
    share_programs(staging)?;
    stand_in(staging)?;
    mount_disk(profile, places)?;
    pivot(staging)?;
    for entry in profile.mounts.iter().filter(|entry| entry.target != "/" && entry.fstype != FSTYPE) {
        mount_entry(entry)?;
        if entry.fstype == "proc" {
            shield(&Path::new(&entry.target).join("sys"))?;
        }
    }
    umask(old);
    Ok(())
}

fn mount_root(profile: &HostProfile, staging: &Path) -> Told<()> {
    let root = profile.mounts.iter().find(|entry| entry.target == "/");
    let source = root.map_or("tmpfs", |entry| entry.source.as_str());
    mount(Some(source), staging, Some("tmpfs"), MsFlags::empty(), NONE).during("mounting the root")?;
    fs::set_permissions(staging, fs::Permissions::from_mode(0o755)).during("the root's mode")
}

/// The path of something of the session while its root is still being built.
fn inside(staging: &Path, path: &str) -> PathBuf {
    staging.join(path.trim_start_matches('/'))
}

fn make(staging: &Path, file: &InitialFile) -> Told<()> {
    let (InitialFile::Directory(path)
    | InitialFile::File(path, _)
    | InitialFile::Symlink(path, _)
    | InitialFile::Program(path)
    | InitialFile::Character(path, _, _)) = file;
    if path.starts_with("/usr/") {
        // The machine's own /usr is put there.
        return Ok(());
    }
    let at = inside(staging, path);
    match file {
        InitialFile::Directory(_) => nix::unistd::mkdir(&at, mode(0o755)).during(path),
        InitialFile::File(_, content) => {
            fs::write(&at, content).during(path)?;
            fs::set_permissions(&at, fs::Permissions::from_mode(0o644)).during(path)
        }
        InitialFile::Symlink(_, to) => symlink(to, &at).during(path),
        InitialFile::Program(_) => Err(format!("{path}: programs are taken from below /usr")),
        InitialFile::Character(_, major, minor) => {
            let device = makedev(u64::from(*major), u64::from(*minor));
            mknod(&at, SFlag::S_IFCHR, mode(0o666), device).during(path)
        }
    }
}

fn mode(bits: u32) -> Mode {
    Mode::from_bits_truncate(bits)
}

/// The machine's programs and libraries, read-only.
fn share_programs(staging: &Path) -> Told<()> {
    bind(Path::new("/usr"), &inside(staging, "usr"))?;
    for name in PROGRAM_DIRECTORIES {
        let (host, ours) = (Path::new("/").join(name), staging.join(name));
        if let Ok(to) = fs::read_link(&host) {
            if !ours.is_symlink() {
                symlink(to, &ours).during(host.display())?;
            }
        } else if host.is_dir() {
            // A machine whose /bin is not a link into /usr.
            if ours.is_symlink() {
                fs::remove_file(&ours).during(ours.display())?;
            }
            bind(&host, &ours)?;
        }
    }
    Ok(())
}

fn bind(from: &Path, to: &Path) -> Told<()> {
    fs::create_dir_all(to).during(to.display())?;
    mount(Some(from), to, NONE, MsFlags::MS_BIND, NONE).during(to.display())?;
    let read_only = MsFlags::MS_BIND | MsFlags::MS_REMOUNT | MsFlags::MS_RDONLY | MsFlags::MS_RELATIME;
    mount(NONE, to, NONE, read_only, NONE).during(to.display())
}

/// This program stands in for workloads that the machine does not have: links to it in a layer over /usr/bin.
/// Where the kernel has no overlayfs they stay missing.
fn stand_in(staging: &Path) -> Told<()> {
    let missing = NAMES.iter().filter(|name| workload::is_missing(name));
    let missing: Vec<_> = missing.collect();
    let (layer, programs) = (inside(staging, "mnt"), inside(staging, "usr/bin"));
    if missing.is_empty() || !layer.is_dir() {
        return Ok(());
    }
    mount(Some("tmpfs"), &layer, Some("tmpfs"), MsFlags::empty(), Some("mode=755")).during("a layer")?;
    for name in missing {
        symlink(STAND_IN, layer.join(name)).during(name)?;
    }
    let layers = format!("lowerdir={}:{}", layer.display(), programs.display());
    let _ = mount(Some("overlay"), &programs, Some("overlay"), MsFlags::MS_RDONLY, Some(layers.as_str()));
    umount2(&layer, MntFlags::MNT_DETACH).during("the layer's own mount")
}

/// The session's directory on the machine's disk, where the profile has a disk.
fn mount_disk(profile: &HostProfile, places: &Places) -> Told<()> {
    let Some(disk) = &places.disk else { return Ok(()) };
    for entry in profile.mounts.iter().filter(|entry| entry.fstype == FSTYPE) {
        let at = inside(&places.staging, &entry.target);
        fs::create_dir_all(&at).during(&entry.target)?;
        mount(Some(disk), &at, NONE, MsFlags::MS_BIND, NONE).during(&entry.target)?;
    }
    Ok(())
}

/// pivot_root(2), "pivot_root(".", ".")": the old root is under the new one and is taken away.
fn pivot(root: &Path) -> Told<()> {
    nix::unistd::chdir(root).during("entering the root")?;
    nix::unistd::pivot_root(".", ".").during("pivot_root")?;
    umount2(".", MntFlags::MNT_DETACH).during("detaching the machine's root")?;
    nix::unistd::chdir("/").during("entering the root")
}

/// Most of /proc/sys is the machine's, whoever writes it: the session may only read it, but for the counter of pids,
/// which its own pid namespace has and the agents set.
fn shield(sysctls: &Path) -> Told<()> {
    let counter = sysctls.join("kernel/ns_last_pid");
    let onto_itself =
        |path: &Path| mount(Some(path), path, NONE, MsFlags::MS_BIND, NONE).during(path.display());
    onto_itself(sysctls)?;
    if counter.exists() {
        onto_itself(&counter)?;
    }
    let read_only = MsFlags::MS_BIND | MsFlags::MS_REMOUNT | MsFlags::MS_RDONLY | MsFlags::MS_RELATIME;
    mount(NONE, sysctls, NONE, read_only, NONE).during(sysctls.display())
}

fn mount_entry(InitialMount { source, target, fstype, data }: &InitialMount) -> Told<()> {
    fs::create_dir_all(target).during(target)?;
    let data = (!data.is_empty()).then_some(data.as_str());
    // What is set below /sys is set for the whole machine. The mount is read-only, not the file system, which is the
    // machine's own.
    let flags = if fstype == "sysfs" { MsFlags::MS_RDONLY } else { MsFlags::empty() };
    mount(Some(source.as_str()), target.as_str(), Some(fstype.as_str()), flags, data)
        .during(format!("mounting {fstype} at {target}"))
}
