//! The rig of the browser tests: a served page, a browser, and a hand on both.
//!
//! * [`process`] starts a program, waits for the line that says it is ready, and ends it
//! * [`page`] is one browser window with a fresh profile: find by role and name, click, type, look
//! * [`keys`] names the keys
//! * [`runner`] runs the tests, or skips them visibly
//! * here is what a run of tests shares

pub(crate) mod keys;
pub(crate) mod page;
pub(crate) mod process;
pub(crate) mod runner;

use std::{
    env, io,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::Result;

use self::{page::Page, process::Process, runner::Missing};

/// A server and a driver, for all tests of a run. Dropping it ends both.
pub(crate) struct Rig {
    address: String,
    driver_address: String,
    axe: Option<PathBuf>,
    // Dropped in this order.
    _driver: Process,
    _server: Process,
}

impl Rig {
    /// Starts `drydock serve` (the program that `DRYDOCK_BIN` names) and chromedriver, each on a free port.
    ///
    /// # Errors
    ///
    /// [`Missing`] if there is no such program; another if it does not start.
    pub(crate) fn start() -> Result<Self> {
        let binary = env::var_os("DRYDOCK_BIN").ok_or_else(|| {
            Missing("DRYDOCK_BIN is not set; `cargo xtask test --only browser` sets it".to_owned())
        })?;
        let mut serve = Command::new(binary);
        let (server, address) = Process::start(serve.args(["serve", "--port", "0"]), |line| {
            line.starts_with("http://").then(|| line.trim().to_owned())
        })?;
        let chromedriver = env::var_os("CHROMEDRIVER").unwrap_or_else(|| "chromedriver".into());
        let driver = Process::start(Command::new(chromedriver).arg("--port=0"), |line| {
            let (_, port) = line.split_once("started successfully on port ")?;
            Some(format!("http://127.0.0.1:{}", port.trim_end_matches('.')))
        });
        let (driver, driver_address) = driver.map_err(|error| {
            let advice = "Debian and Ubuntu: `apt-get install chromium chromium-driver`";
            match error.downcast_ref::<io::Error>() {
                Some(_) => Missing(format!("{error:#}; {advice}")).into(),
                None => error,
            }
        })?;
        let axe = env::var_os("DRYDOCK_AXE").map(PathBuf::from);
        Ok(Self { address, driver_address, axe, _driver: driver, _server: server })
    }

    /// The script of the accessibility checker.
    ///
    /// # Errors
    ///
    /// It could not be had, which skips the test.
    pub(crate) fn axe(&self) -> Result<&Path> {
        let missing = || Missing("no axe-core; `cargo xtask test` fetches it with npm".to_owned());
        Ok(self.axe.as_deref().ok_or_else(missing)?)
    }

    /// A window of this size (in CSS pixels) with a profile nobody used before, showing the workbench.
    ///
    /// `suffix` follows the page's address: empty, or a fragment such as `#lesson=…`.
    pub(crate) fn open(&self, suffix: &str, size: (u32, u32)) -> Result<Page> {
        let page = self.open_elsewhere(&format!("{}/{suffix}", self.address), size)?;
        page.wait_until_ready()?;
        Ok(page)
    }

    /// The same for any address.
    pub(crate) fn open_elsewhere(&self, address: &str, size: (u32, u32)) -> Result<Page> {
        let page = Page::new(&self.driver_address, size)?;
        page.go_to(address)?;
        Ok(page)
    }
}
