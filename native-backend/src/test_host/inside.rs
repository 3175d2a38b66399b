//! Pid 1 of a test host: makes the host, performs the jobs, says what came of them, and switches off.

use super::leave::leave;
use super::wire::{JOBS, Job, Jobs, Message, pack};
use crate::clean;
use crate::host::hierarchies;
use crate::host::machine::Machine;
use crate::host::rootfs::{During, Told};
use crate::host::{LinuxHost, Options, profile, protocol};
use drydock_engine::history::{RunLine, run_lines};
use drydock_engine::host::{HostKind, HostProfile};
use nix::mount::{MsFlags, mount};
use nix::sys::termios::{SetArg, cfmakeraw, tcdrain, tcgetattr, tcsetattr};
use std::fs::{self, File, OpenOptions};
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::thread::sleep;
use std::time::{Duration, Instant};

const NONE: Option<&str> = None;

/// How long a hierarchy may take to be gone after its last mount.
const GOING: Duration = Duration::from_secs(20);

/// If this process is the init of a test host, it becomes that and does not return. To be called first thing in
/// `main`.
pub fn run_if_inside() {
    // The kernel hands unknown words of its command line on to init, as variables.
    let is_init = std::process::id() == 1;
    if is_init && std::env::var(protocol::ROLE).as_deref() == Ok(protocol::TEST_HOST) {
        match serve() {
            Ok(()) => leave(0),
            Err(problem) => {
                // The console.
                eprintln!("drydock: {problem}");
                leave(1)
            }
        }
    }
}

fn serve() -> Told<()> {
    leave_initramfs()?;
    mount_all()?;
    let text = fs::read(JOBS).during(JOBS)?;
    let Jobs { kind, disk, jobs } = serde_json::from_slice(&text).during(JOBS)?;
    if kind == HostKind::V2 {
        mount(Some("cgroup2"), "/sys/fs/cgroup", Some("cgroup2"), MsFlags::empty(), NONE)
            .during("mounting cgroup2")?;
    }
    if disk {
        super::disk::mount_inside()?;
    }
    let mut port = open_port()?;
    let profile = describe(kind)?;
    say(&mut port, &Message::Ready(Box::new(profile.clone())))?;
    for job in jobs {
        let result = perform(&profile, &job).map(pack);
        say(&mut port, &Message::Done { name: job.name, result })?;
    }
    tcdrain(port.get_ref()).during("the second serial port")
}

/// The host as it is. What the kernel is built with shows in the version 2 tree, which is mounted for the moment where
/// the host has not mounted it.
fn describe(kind: HostKind) -> Told<HostProfile> {
    let available = || profile::available(kind).map_err(|error| error.to_string());
    if kind == HostKind::V2 {
        return available();
    }
    let at = Path::new("/run/tree");
    fs::create_dir_all(at).during("a directory for the version 2 tree")?;
    hierarchies::mount_tree(at).during("mounting cgroup2")?;
    let profile = available();
    clean::unmount(at).during("unmounting cgroup2")?;
    profile
}

/// pivot_root(2) is impossible for as long as the root is the kernel's first one, which has no parent. A bind mount
/// of it, moved over it, has one, and needs no copies.
fn leave_initramfs() -> Told<()> {
    let at = "/mnt";
    mount(Some("/"), at, NONE, MsFlags::MS_BIND, NONE).during("a mount of the initramfs")?;
    nix::unistd::chdir(at).during(at)?;
    mount(Some("."), "/", NONE, MsFlags::MS_MOVE, NONE).during("moving it to the root")?;
    nix::unistd::chroot(".").during("entering it")?;
    nix::unistd::chdir("/").during("entering it")
}

fn mount_all() -> Told<()> {
    for (fstype, target) in [("proc", "/proc"), ("sysfs", "/sys"), ("devtmpfs", "/dev"), ("tmpfs", "/run")] {
        mount(Some(fstype), target, Some(fstype), MsFlags::empty(), NONE).during(target)?;
    }
    Ok(())
}

/// The second serial port, in raw mode: no line endings are changed.
fn open_port() -> Told<BufWriter<File>> {
    let path = "/dev/ttyS1";
    let port = OpenOptions::new().read(true).write(true).open(path).during(path)?;
    let mut settings = tcgetattr(&port).during(path)?;
    cfmakeraw(&mut settings);
    tcsetattr(&port, SetArg::TCSANOW, &settings).during(path)?;
    Ok(BufWriter::new(port))
}

fn say(port: &mut BufWriter<File>, message: &Message) -> Told<()> {
    let mut text = serde_json::to_vec(message).during("a message")?;
    text.push(b'\n');
    port.write_all(&text).and_then(|()| port.flush()).during("the second serial port")
}

/// A session of its own for the job; what the one before it made is gone when it begins.
fn perform(profile: &HostProfile, job: &Job) -> Told<Vec<RunLine>> {
    if profile.kind != HostKind::V2 {
        free_controllers()?;
    }
    let options = Options { state: PathBuf::from("/run/drydock"), program: None };
    let mut host = LinuxHost::start(profile, &options).map_err(|error| error.to_string())?;
    Ok(run_lines(profile, job.lines.iter().map(String::as_str), &mut host, false, &job.measured))
}

/// The session needs the controllers; a hierarchy may outlive the session that made it, for as long as memory is
/// charged to a group of it that was removed: pages of a file that are cached, or a CPU's stock of charges.
fn free_controllers() -> Told<()> {
    let start = Instant::now();
    loop {
        let taken: Vec<_> =
            Machine::look().controllers.into_iter().filter(|row| row.hierarchy != 0).collect();
        if taken.is_empty() {
            return Ok(());
        }
        if start.elapsed() > GOING {
            let names: Vec<_> = taken.iter().map(|row| row.name.as_str()).collect();
            return Err(format!("the session before this one left controllers in use: {}", names.join(", ")));
        }
        // This machine is nobody else's, so nothing of anybody's is dropped.
        let file = "/proc/sys/vm/drop_caches";
        fs::write(file, "3").during(file)?;
        for options in hierarchies::outlived() {
            let target = Path::new("/run/outlived");
            fs::create_dir_all(target).during("a directory for a hierarchy")?;
            clean::mount_until_gone(&options, target).during("ending a hierarchy")?;
        }
        sleep(Duration::from_millis(10));
    }
}
