//! execveat(2) of an agent's own program: what execve does to a task happens, and the agent goes on.
//!
//! Its socket and its ends of pipes stay open; which they are is in the environment.

use super::agent::{Agent, Ends};
use super::files::refused;
use super::protocol::{AGENT_AGAIN, KEPT, ROLE, Response};
use super::{raw, wire};
use drydock_engine::plan::{Answer, Errno, PipeName, Refusal, Reply};
use nix::sys::prctl;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::ffi::CString;
use std::fs::File;
use std::io;
use std::os::fd::{AsRawFd, RawFd};
use std::os::unix::net::UnixStream;
use std::sync::Arc;

/// What is kept.
#[derive(Debug, Serialize, Deserialize)]
struct Kept {
    /// The request that is answered when it has come back.
    request: u64,
    link: RawFd,
    /// Ends of pipes: the one that is read from, the one that is written to.
    pipes: BTreeMap<PipeName, (Option<RawFd>, Option<RawFd>)>,
}

impl Kept {
    fn descriptors(&self) -> impl Iterator<Item = RawFd> + '_ {
        let ends = self.pipes.values().flat_map(|(read, write)| [*read, *write]).flatten();
        std::iter::once(self.link).chain(ends)
    }
}

/// Comes back only with a refusal.
pub(super) fn execute(agent: &Agent, request: u64, argv: &[&str]) -> Answer {
    const AT: &str = "execveat";
    let number = |end: &Option<Arc<_>>| end.as_ref().map(|end: &Arc<std::os::fd::OwnedFd>| end.as_raw_fd());
    let process = agent.process();
    let ends =
        process.pipes.iter().map(|(name, ends)| (name.clone(), (number(&ends.read), number(&ends.write))));
    let kept = Kept { request, link: agent.link.as_raw_fd(), pipes: ends.collect() };
    drop(process);
    let wrong = |_| Refusal::bare(Errno::EINVAL, AT);
    let words = argv.iter().map(|word| CString::new(*word)).collect::<Result<Vec<_>, _>>().map_err(wrong)?;
    let text = serde_json::to_string(&kept).unwrap_or_default();
    let own = std::env::vars().filter(|(name, _)| name != ROLE && name != KEPT);
    let more = [(ROLE.to_owned(), AGENT_AGAIN.to_owned()), (KEPT.to_owned(), text)];
    let env = own.chain(more).map(|(name, value)| CString::new(format!("{name}={value}")));
    let env = env.collect::<Result<Vec<_>, _>>().map_err(wrong)?;
    let exe = File::open("/proc/self/exe").map_err(|error| super::files::io(&error, "open"))?;
    let keep = |keep: bool| kept.descriptors().try_for_each(|fd| raw::keep_on_exec(fd, keep));
    keep(true).map_err(refused(AT))?;
    let Err(errno) = nix::unistd::fexecve(exe, &words, &env);
    // They are closed again by a later execve.
    let _ = keep(false);
    Err(refused(AT)(errno))
}

/// The agent as it was, which answers now.
pub(super) fn resume() -> io::Result<Agent> {
    let text = std::env::var(KEPT).map_err(io::Error::other)?;
    let kept: Kept = serde_json::from_str(&text)?;
    for fd in kept.descriptors() {
        raw::keep_on_exec(fd, false)?;
    }
    let name = std::env::args_os().next().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let name = name.rsplit('/').next().unwrap_or_default().to_owned();
    prctl::set_name(&CString::new(name)?)?;
    let link = UnixStream::from(raw::adopt(kept.link));
    let agent = Agent::new(link);
    let adopt = |fd: Option<RawFd>| fd.map(|fd| Arc::new(raw::adopt(fd)));
    agent.process().pipes = kept
        .pipes
        .into_iter()
        .map(|(name, (read, write))| (name, Ends { read: adopt(read), write: adopt(write) }))
        .collect();
    wire::send(&agent.link, &Response::Performed(kept.request, Ok(Reply::Done)), &[])?;
    Ok(agent)
}
