//! The session's first task until it becomes the agent of `init`: namespaces, root, the other tasks.

use super::protocol::{AGENT, ROLE};
use super::raw::{self, Cloned};
use super::rootfs::{self, During, Places, Told};
use super::{process, scheduling, wire};
use drydock_engine::host::{HostProfile, InitialTask};
use drydock_engine::kernel::initial_limits;
use drydock_engine::plan::{Actor, Resource};
use nix::sched::{CloneFlags, unshare};
use nix::sys::prctl;
use nix::sys::signal::Signal;
use std::convert::Infallible;
use std::ffi::CString;
use std::fs::File;
use std::os::unix::net::UnixStream;

/// Becomes the profile's first task. Does not return; a problem is told to the keeper.
pub(super) fn run(
    profile: &HostProfile,
    places: &Places,
    exe: &File,
    agents: &[UnixStream],
    keeper: &UnixStream,
) -> ! {
    let Err(problem) = become_init(profile, places, exe, agents, keeper);
    let _ = wire::send(keeper, &problem, &[]);
    std::process::exit(1)
}

fn become_init(
    profile: &HostProfile,
    places: &Places,
    exe: &File,
    agents: &[UnixStream],
    keeper: &UnixStream,
) -> Told<Infallible> {
    // With the keeper dies the first task, and with that all others of the pid namespace.
    prctl::set_pdeathsig(Signal::SIGKILL).during("tying the session to its keeper")?;
    // By now the keeper has put this task into the session's control groups, which become the roots that a new
    // cgroup namespace shows.
    wire::receive::<()>(keeper).during("waiting for the keeper")?;
    let flags = CloneFlags::CLONE_NEWNS
        | CloneFlags::CLONE_NEWCGROUP
        | CloneFlags::CLONE_NEWUTS
        | CloneFlags::CLONE_NEWIPC;
    unshare(flags).during("the session's namespaces")?;
    nix::unistd::sethostname(&profile.hostname).during("the host name")?;
    rootfs::make_private()?;
    rootfs::build(profile, places)?;
    for resource in Resource::ALL {
        // Where there is less on this machine and it may not be raised (CAP_SYS_RESOURCE), it stays less.
        let _ = scheduling::limit(0, resource, Some(initial_limits(resource, profile)));
    }
    let mut first = None;
    for (task, socket) in profile.tasks.iter().zip(agents) {
        match task.pid {
            1 => first = Some((task, socket)),
            _ => start(profile, task, exe, socket, keeper)?,
        }
    }
    let (task, socket) = first.ok_or("the profile has no task with pid 1")?;
    become_agent(profile, task, exe, socket)
}

/// Starts another task of the profile, with its pid.
fn start(
    profile: &HostProfile,
    task: &InitialTask,
    exe: &File,
    socket: &UnixStream,
    keeper: &UnixStream,
) -> Told<()> {
    if task.ppid != 1 {
        return Err(format!("{}: only children of init can be there at the start", task.actor));
    }
    match raw::clone_process(0, &[task.pid]).during(format!("a task with pid {}", task.pid))? {
        Cloned::Parent(_) => Ok(()),
        Cloned::Child => {
            let Err(problem) = become_agent(profile, task, exe, socket);
            let _ = wire::send(keeper, &problem, &[]);
            std::process::exit(1)
        }
    }
}

/// Replaces this process by an agent that looks like the task: its arguments, its environment.
fn become_agent(
    profile: &HostProfile,
    task: &InitialTask,
    exe: &File,
    socket: &UnixStream,
) -> Told<Infallible> {
    nix::unistd::setsid().during("a session of processes")?;
    nix::unistd::dup2_stdin(socket).during("the agent's socket")?;
    if task.actor == Actor::SHELL {
        // signal(7): what is ignored stays so over execve.
        process::ignore_as_a_shell();
    }
    let string = |text: String| CString::new(text).during("a word of the profile");
    let argv: Vec<_> = task.argv.iter().cloned().map(string).collect::<Told<_>>()?;
    let environment = profile.environment.iter().map(|(name, value)| format!("{name}={value}"));
    let role = std::iter::once(format!("{ROLE}={AGENT}"));
    let env: Vec<_> = environment.chain(role).map(string).collect::<Told<_>>()?;
    nix::unistd::fexecve(exe, &argv, &env).during(format!("starting the agent of {}", task.actor))
}
