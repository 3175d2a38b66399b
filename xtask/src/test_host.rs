//! `cargo xtask test-host`: what a test host is made of, in `target/test-host`: a stock kernel and a `drydock`
//! without shared libraries; and qemu.

use std::{
    env,
    ffi::OsString,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result, bail};

use crate::{cargo, progress, setup, workspace::Workspace};

/// Where the tests find the folder.
const FOLDER: &str = "DRYDOCK_TEST_HOST";

/// What the static program is compiled for.
const TARGET: &str = "x86_64-unknown-linux-gnu";

/// Debian's kernel for virtual machines. Later ones cannot be the lecture's host: they are built without the version 1
/// memory and cpuset controllers.
const KERNEL_PACKAGES: (&str, &str) = ("linux-image-6.1.0-", "-cloud-amd64");

/// Fetches and builds what is missing, and says where it is.
pub(crate) fn run(workspace: &Workspace) -> Result<()> {
    let folder = set_up(workspace)?;
    progress::stage("done");
    println!("the test host is made of what is in {}", folder.display());
    println!("try: drydock compare --test-host={} lessons/control-groups.md", folder.display());
    Ok(())
}

/// The variable that tells tests where the folder is. Where it can't be had, why is told, and they skip themselves
/// (and fail where `CI` is set).
pub(crate) fn environment(workspace: &Workspace) -> Option<(&'static str, OsString)> {
    match set_up(workspace) {
        Ok(folder) => Some((FOLDER, folder.into_os_string())),
        Err(error) => {
            progress::stage(&format!("no test hosts: {error:#}"));
            None
        }
    }
}

/// Answers the folder; an error says what this machine lacks.
pub(crate) fn set_up(workspace: &Workspace) -> Result<PathBuf> {
    if env::consts::ARCH != "x86_64" {
        bail!("test hosts are x86-64 machines, and this one is {}", env::consts::ARCH);
    }
    setup::emulator();
    if !cargo::is_there("qemu-system-x86_64") {
        bail!("test hosts need qemu: on Debian and Ubuntu `apt-get install qemu-system-x86`");
    }
    let folder = workspace.target.join("test-host");
    fs::create_dir_all(&folder).with_context(|| format!("could not make {}", folder.display()))?;
    kernel(&folder)?;
    program(workspace, &folder)?;
    Ok(folder)
}

/// Takes the kernel out of the distribution's package. It is not installed.
fn kernel(folder: &Path) -> Result<()> {
    let kernel = folder.join("vmlinuz");
    if kernel.is_file() {
        return Ok(());
    }
    fetch_kernel(folder, &kernel).with_context(|| {
        let (start, end) = KERNEL_PACKAGES;
        format!(
            "the test host's kernel could not be fetched. It is the file boot/vmlinuz-* of Debian 12's package \
             {start}*{end}; put it at {} and try again",
            kernel.display()
        )
    })
}

fn fetch_kernel(folder: &Path, kernel: &Path) -> Result<()> {
    let package = kernel_package()?;
    progress::stage(&format!("fetching the test host's kernel (apt-get download {package})"));
    let files = tempfile::tempdir_in(folder).context("could not make a folder for the package")?;
    cargo::run(Command::new("apt-get").args(["download", "-qq", &package]).current_dir(files.path()))?;
    let archive = only_file(files.path(), ".deb")?;
    cargo::run(Command::new("dpkg-deb").arg("-x").arg(archive).arg(files.path()))?;
    let unpacked = only_file(&files.path().join("boot"), "")?;
    fs::copy(&unpacked, kernel).with_context(|| format!("could not copy {}", unpacked.display()))?;
    Ok(())
}

/// The latest of the packages that apt knows.
fn kernel_package() -> Result<String> {
    let (start, end) = KERNEL_PACKAGES;
    let output = Command::new("apt-cache").args(["pkgnames", start]).output();
    let output = output.context("this machine has no apt")?;
    let text = String::from_utf8_lossy(&output.stdout);
    let number = |name: &str| name.strip_prefix(start)?.strip_suffix(end)?.parse::<u32>().ok();
    let latest = text.lines().filter_map(|name| Some((number(name)?, name))).max();
    let (_, name) = latest.with_context(|| format!("apt knows no package {start}N{end}"))?;
    Ok(name.to_owned())
}

/// The kernel, where `ending` is empty, else the file that ends like this.
fn only_file(folder: &Path, ending: &str) -> Result<PathBuf> {
    let listed = fs::read_dir(folder).with_context(|| format!("could not list {}", folder.display()))?;
    let mut paths = listed.filter_map(|entry| Some(entry.ok()?.path()));
    let found = paths.find(|path| {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if ending.is_empty() { name.starts_with("vmlinuz-") } else { name.ends_with(ending) }
    });
    found.with_context(|| format!("nothing that is looked for in {}", folder.display()))
}

/// Compiles `drydock` with everything inside; it is alone in the test host.
fn program(workspace: &Workspace, folder: &Path) -> Result<()> {
    progress::stage("compiling drydock for the test host (static, profile guest)");
    let mut command = cargo::command();
    command.current_dir(&workspace.root).env_remove("DRYDOCK_PAGE");
    // Not RUSTFLAGS: these are for that target alone, so the other builds stay as they are.
    // Every agent is an execve, and a program at a fixed address has nothing to relocate then.
    let flags = "-C target-feature=+crt-static -C relocation-model=static";
    command.env("CARGO_TARGET_X86_64_UNKNOWN_LINUX_GNU_RUSTFLAGS", flags);
    command.args([
        "build",
        "--package",
        "drydock",
        "--bin",
        "drydock",
        "--profile",
        "guest",
        "--target",
        TARGET,
    ]);
    cargo::run(&mut command)?;
    let built = workspace.target.join(TARGET).join("guest/drydock");
    // Beside it and renamed: a test host that is just being made has the old one or the new one.
    let new = folder.join("drydock.new");
    fs::copy(&built, &new).with_context(|| format!("could not copy {}", built.display()))?;
    fs::rename(&new, folder.join("drydock")).context("could not put drydock into its place")
}
