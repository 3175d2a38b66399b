//! What the tests have in common: a session, one call, what is left.

use drydock_engine::host::HostKind;
use drydock_engine::plan::{Actor, Answer, Backend, Call, Errno, FileRef, OpenMode, Reply, Step, Text};
use drydock_native::host::{LinuxHost, Options, profile};
use std::error::Error;
use std::path::{Path, PathBuf};

/// A result whose error ends the test.
pub(crate) type Done = Result<(), Box<dyn Error>>;

/// A test: its name, its body.
pub(crate) type Test = (&'static str, fn() -> Done);

/// The program under test.
pub(crate) const PROGRAM: &str = env!("CARGO_BIN_EXE_drydock");

/// Why sessions can't be had here.
pub(crate) fn missing() -> Option<String> {
    let root =
        std::fs::metadata("/proc/self").is_ok_and(|own| std::os::unix::fs::MetadataExt::uid(&own) == 0);
    (!root).then(|| "sessions on the real kernel need root".to_owned())
}

/// A state directory of the test's own, removed at the end.
#[derive(Debug)]
pub(crate) struct State(pub(crate) PathBuf);

impl State {
    pub(crate) fn new(name: &str) -> Self {
        Self(std::env::temp_dir().join(format!("drydock-test-{}-{name}", std::process::id())))
    }

    pub(crate) fn options(&self) -> Options {
        Options { state: self.0.clone(), program: Some(PROGRAM.into()) }
    }

    /// Fails if anything of the sessions in this directory is left on the machine.
    pub(crate) fn nothing_is_left(&self, ids: &[String]) -> Done {
        if self.0.exists() {
            return Err(format!("{} is still there", self.0.display()).into());
        }
        let table = std::fs::read_to_string("/proc/self/mountinfo")?;
        for line in table.lines().filter(|line| line.contains(" - cgroup")) {
            let target = Path::new(line.split(' ').nth(4).unwrap_or_default());
            for id in ids {
                let group = target.join("drydock").join(id);
                if group.exists() {
                    return Err(format!("{} is still there", group.display()).into());
                }
            }
        }
        let state = self.0.display().to_string();
        if std::fs::read_to_string("/proc/mounts")?.contains(&state) {
            return Err("a mount is left".into());
        }
        Ok(())
    }

    /// Ids of sessions that are in the directory.
    pub(crate) fn ids(&self) -> Vec<String> {
        let entries = std::fs::read_dir(&self.0).into_iter().flatten().flatten();
        entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect()
    }
}

/// A session on the machine as it is.
pub(crate) struct Session {
    pub(crate) host: LinuxHost,
    pub(crate) state: State,
}

impl Session {
    pub(crate) fn start(name: &str) -> Result<Self, Box<dyn Error>> {
        let state = State::new(name);
        let host = LinuxHost::start(&profile::available(HostKind::This)?, &state.options())?;
        Ok(Self { host, state })
    }

    /// Ends it, and checks that nothing is left.
    pub(crate) fn end(self) -> Done {
        let ids = self.state.ids();
        drop(self.host);
        self.state.nothing_is_left(&ids)
    }

    pub(crate) fn by(&mut self, actor: &str, call: Call) -> Answer {
        self.host.perform(&Step::new(&Actor::new(actor), call))
    }

    pub(crate) fn sh(&mut self, call: Call) -> Answer {
        self.by(Actor::SHELL, call)
    }

    pub(crate) fn mkdir(&mut self, path: &str) -> Answer {
        self.sh(Call::Mkdir { path: path.into(), mode: 0o755 })
    }

    pub(crate) fn rmdir(&mut self, path: &str) -> Answer {
        self.sh(Call::Rmdir { path: path.into() })
    }

    pub(crate) fn mount(&mut self, target: &str, data: &str) -> Answer {
        let (source, fstype) = ("none".into(), "cgroup".to_owned());
        self.sh(Call::Mount { source, target: target.into(), fstype, flags: Vec::new(), data: data.into() })
    }

    pub(crate) fn write(&mut self, path: &str, data: impl Into<Text>) -> Answer {
        let file = FileRef::Path(path.into());
        self.sh(Call::Write { file, data: data.into(), mode: OpenMode::Truncate })
    }

    pub(crate) fn read(&mut self, path: &str) -> Answer {
        self.sh(Call::Read { file: FileRef::Path(path.into()), at_most: None })
    }
}

pub(crate) fn same<T: PartialEq + std::fmt::Debug>(found: T, expected: T) -> Done {
    if found == expected { Ok(()) } else { Err(format!("found {found:?}, expected {expected:?}").into()) }
}

pub(crate) fn done(answer: Answer) -> Done {
    same(answer, Ok(Reply::Done))
}

pub(crate) fn data(text: &str) -> Answer {
    Ok(Reply::Data(text.to_owned()))
}

/// Fails unless the answer is this refusal.
pub(crate) fn refused(answer: Answer, errno: Errno, at: &str) -> Done {
    match answer {
        Err(refusal) => same((refusal.errno, refusal.at.as_str()), (errno, at)),
        Ok(reply) => Err(format!("found {reply:?}, expected {errno} at {at}").into()),
    }
}
