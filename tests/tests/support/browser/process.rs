//! A program that runs while a test does.

use std::{
    fs,
    io::{BufRead, BufReader},
    path::Path,
    process::{Child, Command, Stdio},
    sync::mpsc,
    thread,
    time::Duration,
};

use anyhow::{Context, Result, anyhow};

/// How long a program may take until it says that it is ready.
const PATIENCE: Duration = Duration::from_secs(30);

/// Ended when dropped, also when a test panics.
pub(crate) struct Process(Child);

impl Process {
    /// Starts a program and reads its output up to the line in which `ready` finds something.
    ///
    /// # Errors
    ///
    /// It does not start, or ends or stays silent before it is ready.
    pub(crate) fn start<T: Send + 'static>(
        command: &mut Command,
        ready: impl Fn(&str) -> Option<T> + Send + 'static,
    ) -> Result<(Self, T)> {
        let name = command.get_program().to_string_lossy().into_owned();
        let child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::inherit()).spawn();
        let mut process = Self(child.with_context(|| format!("could not start {name}"))?);
        let output = process.0.stdout.take().context("no output to read")?;
        let (found, wait) = mpsc::channel();
        // Reads on after the line: a program whose output nobody takes would stop.
        thread::spawn(move || {
            for line in BufReader::new(output).lines().map_while(Result::ok) {
                if let Some(value) = ready(&line) {
                    let _ = found.send(value);
                }
            }
        });
        let value =
            wait.recv_timeout(PATIENCE).map_err(|_| anyhow!("{name} did not say that it is ready"))?;
        Ok((process, value))
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // Fails only if it has ended already.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Ends the processes that were started with this folder as an argument.
///
/// A browser belongs to no process of ours once its driver is gone; its profile's folder tells it.
pub(crate) fn end_users_of(folder: &Path) {
    let folder = folder.to_string_lossy();
    let Ok(entries) = fs::read_dir("/proc") else { return };
    for entry in entries.flatten() {
        let command_line = fs::read(entry.path().join("cmdline")).unwrap_or_default();
        if String::from_utf8_lossy(&command_line).contains(&*folder) {
            let _ = Command::new("kill").arg("-KILL").arg(entry.file_name()).stderr(Stdio::null()).status();
        }
    }
}
