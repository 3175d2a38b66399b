//! The emulator: starting it, reading what the test host says while it runs, and ending it where it hangs.

use super::leave::PORT;
use super::wire::{Message, unpack};
use super::{Files, TestHostError};
use crate::host::protocol;
use drydock_engine::history::RunLine;
use drydock_engine::host::{HostKind, HostProfile};
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

/// How long a test host may say nothing: it boots in some seconds, and a job takes a few.
const SILENCE: Duration = Duration::from_secs(120);

/// How much of the console is shown.
const CONSOLE_LINES: usize = 15;

/// What the kernel is told: the console, no second boot after a panic, and nothing that costs time in an emulator.
const KERNEL_OPTIONS: &str =
    "console=ttyS0 panic=-1 quiet mitigations=off nokaslr tsc=reliable no_timer_check audit=0";

/// A test host that runs.
struct Emulator {
    child: Child,
    start: Instant,
    console: PathBuf,
    /// The file behind the second serial port.
    port: File,
    /// What was read and is no whole line yet.
    pending: Vec<u8>,
    profile: Option<(HostProfile, Duration)>,
    results: Vec<(String, Result<Vec<RunLine>, String>)>,
    /// How many results there will be.
    jobs: usize,
}

/// What came of a boot.
pub(super) struct Booted {
    /// What the test host is like.
    pub(super) profile: HostProfile,
    /// From the start until it was ready.
    pub(super) ready: Duration,
    /// The jobs that were done.
    pub(super) results: Vec<(String, Result<Vec<RunLine>, String>)>,
    /// Why that was not all of them.
    pub(super) broken: Option<TestHostError>,
}

/// Boots, and waits for all results. One that does not even come up is an error.
pub(super) fn run(
    kind: HostKind,
    jobs: usize,
    files: &Files,
    directory: &Path,
    disk: Option<&Path>,
) -> Result<Booted, TestHostError> {
    let mut emulator = Emulator::start(kind, jobs, files, directory, disk)?;
    let broken = match emulator.watch() {
        // The status twice plus 1; a panic gives 0.
        Ok(status) if status.code() == Some(1) && emulator.results.len() == jobs => None,
        Ok(status) => Some(TestHostError::Ended {
            status: status.to_string(),
            done: emulator.done(),
            console: emulator.end_of_console(),
        }),
        Err(error) => Some(error),
    };
    match (emulator.profile.take(), broken) {
        (Some((profile, ready)), broken) => {
            Ok(Booted { profile, ready, results: std::mem::take(&mut emulator.results), broken })
        }
        (None, Some(error)) => Err(error),
        (None, None) => Err(TestHostError::NoJobs),
    }
}

impl Emulator {
    fn start(
        kind: HostKind,
        jobs: usize,
        files: &Files,
        directory: &Path,
        disk: Option<&Path>,
    ) -> Result<Self, TestHostError> {
        let (console, port) = (directory.join("console"), directory.join("port"));
        let start = Instant::now();
        let mut command = command(kind, files, directory, &console, &port);
        if let Some(disk) = disk {
            command.args(super::disk::arguments(disk));
        }
        let child = command.spawn().map_err(TestHostError::Emulator)?;
        let at = TestHostError::at(&port);
        // qemu writes to the file that is there.
        let port =
            File::options().create(true).truncate(false).read(true).write(true).open(&port).map_err(at)?;
        Ok(Self {
            child,
            start,
            console,
            port,
            pending: Vec::new(),
            profile: None,
            results: Vec::new(),
            jobs,
        })
    }

    /// Reads messages until the emulator has ended.
    fn watch(&mut self) -> Result<ExitStatus, TestHostError> {
        let mut last_word = Instant::now();
        loop {
            let ended = self.child.try_wait().map_err(TestHostError::Emulator)?;
            if self.read()? {
                last_word = Instant::now();
            }
            if let Some(status) = ended {
                return Ok(status);
            }
            if last_word.elapsed() > SILENCE {
                return Err(TestHostError::Silent {
                    seconds: SILENCE.as_secs(),
                    done: self.done(),
                    console: self.end_of_console(),
                });
            }
            sleep(Duration::from_millis(20));
        }
    }

    /// Reads what has come; true where there was something.
    fn read(&mut self) -> Result<bool, TestHostError> {
        let problem = |error: io::Error| TestHostError::reading("what the test host says")(error);
        let count = self.port.read_to_end(&mut self.pending).map_err(problem)?;
        let mut rest = self.pending.as_slice();
        while let Some(end) = rest.iter().position(|byte| *byte == b'\n') {
            match serde_json::from_slice(&rest[..end]).map_err(|error| problem(error.into()))? {
                Message::Ready(profile) => self.profile = Some((*profile, self.start.elapsed())),
                Message::Done { name, result } => self.results.push((name, result.map(unpack))),
            }
            rest = &rest[end + 1..];
        }
        self.pending = rest.to_vec();
        Ok(count > 0)
    }

    fn done(&self) -> String {
        match (&self.profile, self.results.last()) {
            (None, _) => "it had not come up".to_owned(),
            (Some(_), None) => "no job was done".to_owned(),
            (Some(_), Some((name, _))) => {
                format!("{} of {} jobs were done, the last one was {name}", self.results.len(), self.jobs)
            }
        }
    }

    fn end_of_console(&self) -> String {
        let bytes = std::fs::read(&self.console).unwrap_or_default();
        let text = String::from_utf8_lossy(&bytes);
        let lines: Vec<_> = text.lines().collect();
        lines[lines.len().saturating_sub(CONSOLE_LINES)..].join("\n")
    }
}

impl Drop for Emulator {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn command(kind: HostKind, files: &Files, directory: &Path, console: &Path, port: &Path) -> Command {
    let mut command = Command::new("qemu-system-x86_64");
    command.args([
        // One thread for both CPUs: controller, keeper and agents take turns, and a wake-up from CPU to CPU costs more
        // between threads than the work that they could do beside each other.
        "-accel",
        "tcg,thread=single",
        "-M",
        "pc",
        "-m",
        "256",
        "-smp",
        "2",
        "-nographic",
        "-no-reboot",
        "-nodefaults",
    ]);
    // Without it the first reader of /dev/urandom waits until the kernel has found enough randomness.
    command.args(["-cpu", "qemu64,+rdrand"]);
    for file in [console, port] {
        command.arg("-serial").arg(format!("file:{}", file.display()));
    }
    command.arg("-kernel").arg(files.kernel()).arg("-initrd").arg(directory.join("initramfs"));
    command.arg("-device").arg(format!("isa-debug-exit,iobase={PORT:#x},iosize=0x04"));
    let role = format!("{}={}", protocol::ROLE, protocol::TEST_HOST);
    let no_v1 = if kind == HostKind::V2 { " cgroup_no_v1=all" } else { "" };
    command.arg("-append").arg(format!("{KERNEL_OPTIONS}{no_v1} {role}"));
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::inherit());
    command
}
