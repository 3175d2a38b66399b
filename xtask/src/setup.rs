//! Adding what is missing. Each function is quick when nothing is.

use std::{
    env,
    ffi::OsStr,
    fs,
    path::PathBuf,
    process::{Command, Stdio},
};

use anyhow::{Context, Result};

use crate::{cargo, progress, workspace::Workspace};

/// What the page is compiled for.
pub(crate) const WASM: &str = "wasm32-unknown-unknown";

/// The accessibility checker. Exact, so that a new rule turns no build red by itself.
const AXE: &str = "axe-core@4.14.1";

/// Adds the standard library for [`WASM`].
pub(crate) fn wasm_target() -> Result<()> {
    if wasm_library_is_there() {
        return Ok(());
    }
    progress::stage("adding the wasm target (rustup)");
    cargo::run(Command::new("rustup").args(["target", "add", WASM])).with_context(|| {
        format!(
            "the page needs Rust's standard library for {WASM}. With rustup: `rustup target add {WASM}`; \
             where Rust comes from a distribution, install its package for that target \
             (Debian: libstd-rust-dev-wasm32)"
        )
    })
}

/// The library's folder is named by the compiler itself, so this holds without rustup as well.
fn wasm_library_is_there() -> bool {
    let rustc = env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let output = Command::new(rustc).args(["--print", "target-libdir", "--target", WASM]).output();
    output.is_ok_and(|output| {
        let folder = PathBuf::from(String::from_utf8_lossy(&output.stdout).trim());
        output.status.success() && folder.is_dir()
    })
}

/// Installs Chromium and its driver from the distribution where that is allowed.
///
/// Without them the browser tests skip themselves (and fail where `CI` is set), so this is no error.
pub(crate) fn browser() {
    if !cargo::is_there("chromedriver") {
        install("the browser tests", &["chromium", "chromium-driver"]);
    }
}

/// Installs the emulator of test hosts from the distribution where that is allowed.
pub(crate) fn emulator() {
    if !cargo::is_there("qemu-system-x86_64") {
        install("test hosts", &["qemu-system-x86"]);
    }
}

/// Fetches axe-core with npm; answers the path of its script.
///
/// `None`, after saying why, where that is impossible: the tests that need it then skip themselves.
pub(crate) fn accessibility_checker(workspace: &Workspace) -> Option<PathBuf> {
    let folder = workspace.target.join("npm").join(AXE);
    let script = folder.join("node_modules/axe-core/axe.min.js");
    if script.is_file() {
        return Some(script);
    }
    if !cargo::is_there("npm") {
        install("the accessibility checker", &["npm"]);
    }
    progress::stage("fetching the accessibility checker (npm)");
    let mut npm = Command::new("npm");
    npm.args(["install", "--no-save", "--no-audit", "--no-fund", "--loglevel=error", "--prefix"]);
    npm.arg(&folder).arg(AXE).stdin(Stdio::null());
    match fs::create_dir_all(&folder).map_err(Into::into).and_then(|()| cargo::run(&mut npm)) {
        Ok(()) => Some(script),
        Err(error) => {
            progress::stage(&format!("no accessibility tests: {error:#}"));
            None
        }
    }
}

/// Asks the distribution's package manager, or says what to ask it.
fn install(purpose: &str, packages: &[&str]) {
    let names = packages.join(" ");
    if !(is_root() && cargo::is_there("apt-get")) {
        progress::stage(&format!(
            "{purpose}: not found, and installing needs root and apt-get. \
             On Debian and Ubuntu: `sudo apt-get install {names}`"
        ));
        return;
    }
    progress::stage(&format!("installing {names} (apt-get) for {purpose}"));
    let install = apt(["update", "-qq"]).and_then(|()| {
        let options = ["install", "--yes", "-qq", "--no-install-recommends"];
        // What the machine has stays; where `CI` is set it is thrown away afterwards, and may lose a package.
        let keep = ["--no-remove"].into_iter().filter(|_| env::var_os("CI").is_none());
        apt(options.into_iter().chain(keep).chain(packages.iter().copied()))
    });
    if let Err(error) = install {
        progress::stage(&format!("{purpose} could not be installed: {error:#}"));
    }
}

fn apt<S: AsRef<OsStr>>(arguments: impl IntoIterator<Item = S>) -> Result<()> {
    let mut command = Command::new("apt-get");
    // Another apt-get may be at work: wait for it rather than fail.
    command.args(["-o", "DPkg::Lock::Timeout=300"]).args(arguments);
    command.env("DEBIAN_FRONTEND", "noninteractive").stdin(Stdio::null()).stdout(Stdio::null());
    cargo::run(&mut command)
}

/// A process's own folder in /proc belongs to the user it runs as.
fn is_root() -> bool {
    use std::os::unix::fs::MetadataExt;
    fs::metadata("/proc/self").is_ok_and(|metadata| metadata.uid() == 0)
}
