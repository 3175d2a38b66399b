//! Nothing is left: not by the end of a session, nor by `kill -9` of controller or keeper at any step.

use crate::real::kit::{Done, PROGRAM, Session, State, Test, done, same};
use drydock_engine::host::HostKind;
use drydock_engine::plan::{
    Actor, Call, FileRef, OpenMode, PipeName, Plan, Reply, Step, TaskRef, Text, file,
};
use drydock_native::host::{LinuxHost, profile};
use drydock_native::journal::KILL_AT;
use std::error::Error;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

pub(crate) const TESTS: &[Test] = &[
    ("clean_ends_a_running_session", clean_ends_a_running_session),
    ("two_sessions_at_once", two_sessions_at_once),
    ("a_hierarchy_that_pid_1_was_in_is_removed", a_hierarchy_that_pid_1_was_in_is_removed),
    ("a_killed_controller_leaves_nothing", a_killed_controller_leaves_nothing),
    ("a_killed_keeper_leaves_nothing_after_clean", a_killed_keeper_leaves_nothing_after_clean),
    ("a_keeper_killed_at_each_change_leaves_nothing", a_keeper_killed_at_each_change_leaves_nothing),
];

fn clean(state: &State) -> Result<String, Box<dyn Error>> {
    let output = Command::new(PROGRAM).arg("clean").arg("--state").arg(&state.0).output()?;
    if !output.status.success() {
        return Err(format!("clean: {}", String::from_utf8_lossy(&output.stderr)).into());
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

fn clean_ends_a_running_session() -> Done {
    let s = Session::start("clean")?;
    let ids = s.state.ids();
    let said = clean(&s.state)?;
    same(said, format!("removed session {}\n", ids.join("")))?;
    s.state.nothing_is_left(&ids)?;
    s.end()
}

fn two_sessions_at_once() -> Done {
    let first = Session::start("two")?;
    let second = LinuxHost::start(&profile::available(HostKind::This)?, &first.state.options())?;
    let ids = first.state.ids();
    same(ids.len(), 2)?;
    drop(second);
    same(first.state.ids().len(), 1)?;
    let State(state) = State(first.state.0.clone());
    first.end()?;
    State(state).nothing_is_left(&ids)
}

/// A removed group is there for the kernel as long as a zombie is that died in it; the session's pid 1 becomes one.
fn a_hierarchy_that_pid_1_was_in_is_removed() -> Done {
    let mut s = Session::start("pid-1")?;
    let hierarchies = ["ddtest-pid1-mounted", "ddtest-pid1-unmounted"];
    for (hierarchy, at) in hierarchies.iter().zip(["/a", "/b"]) {
        done(s.mkdir(at))?;
        done(s.mount(at, &format!("none,name={hierarchy}")))?;
        done(s.mkdir(&format!("{at}/g")))?;
        same(s.write(&format!("{at}/g/cgroup.procs"), "1"), Ok(Reply::Count(1)))?;
    }
    // Busy groups and removed ones outlive the last mount.
    done(s.sh(Call::Umount2 { target: "/b".into(), flags: Vec::new() }))?;
    s.end()?;
    let there = std::fs::read_to_string("/proc/self/cgroup")?;
    same(hierarchies.map(|hierarchy| there.contains(hierarchy)), [false, false])
}

/// A hierarchy of its own, groups in it, a task in them, a program; then it waits.
fn plan(hierarchy: &str) -> Plan {
    let (shell, child) = (Actor::shell(), Actor::new("sleep"));
    let write = |path: &str, data: Text| Call::Write {
        file: FileRef::Path(path.into()),
        data,
        mode: OpenMode::Truncate,
    };
    let mkdir = |path: &str| Call::Mkdir { path: path.into(), mode: 0o755 };
    let mount = Call::Mount {
        source: "none".into(),
        target: "/hierarchy".into(),
        fstype: "cgroup".to_owned(),
        flags: Vec::new(),
        data: format!("none,name={hierarchy}").into(),
    };
    let program = Call::Execve {
        path: "/usr/bin/sleep".into(),
        argv: vec!["sleep".into(), "1000".into()],
        env: Vec::new(),
    };
    let wait = Call::Wait4 { task: TaskRef::Actor(child.clone()), patience_ms: 600_000 };
    let by_shell = |call| Step::new(&shell, call);
    Plan::independent(vec![
        by_shell(mkdir("/hierarchy")),
        by_shell(mount),
        by_shell(mkdir("/hierarchy/a")),
        by_shell(mkdir("/hierarchy/a/b")),
        by_shell(write("/hierarchy/a/b/cgroup.procs", Text::pid_of(&shell))),
        by_shell(mkdir("/sys/fs/cgroup/freezer/ice")),
        by_shell(write("/sys/fs/cgroup/freezer/ice/cgroup.procs", "1701".into())),
        by_shell(write("/sys/fs/cgroup/freezer/ice/freezer.state", "FROZEN".into())),
        by_shell(Call::Pipe2 { name: PipeName("p".to_owned()) }),
        by_shell(Call::Clone3 { child: child.clone(), flags: Vec::new() }),
        Step::new(&child, program),
        by_shell(wait),
    ])
}

/// `drydock execute` on the real kernel.
struct Run {
    state: State,
    child: Child,
    hierarchy: String,
}

impl Run {
    fn start(name: &str, kill_at: Option<usize>) -> Result<Self, Box<dyn Error>> {
        let state = State::new(name);
        let hierarchy = format!("ddtest-{name}");
        let file = std::env::temp_dir().join(format!("drydock-plan-{}-{name}.json", std::process::id()));
        std::fs::write(&file, file::write(HostKind::This, "a test", &plan(&hierarchy)))?;
        let mut command = Command::new(PROGRAM);
        command.arg("execute").arg(&file).args(["--on", "linux", "--json"]);
        command.env("DRYDOCK_STATE", &state.0).stdout(Stdio::piped()).stderr(Stdio::null());
        if let Some(count) = kill_at {
            command.env(KILL_AT, count.to_string());
        }
        let child = command.spawn()?;
        Ok(Self { state, child, hierarchy })
    }

    /// Waits until so many steps have been performed; false where it ended before.
    fn wait_for_steps(&mut self, count: usize) -> bool {
        let Some(stdout) = self.child.stdout.as_mut() else { return false };
        BufReader::new(stdout).lines().take(count).filter(Result::is_ok).count() == count
    }

    /// The keeper's pid, out of the journal.
    fn keeper(&self) -> Option<i32> {
        let id = self.state.ids().into_iter().next()?;
        let journal = std::fs::read_to_string(self.state.0.join(id).join("journal")).ok()?;
        let line: serde_json::Value = serde_json::from_str(journal.lines().next()?).ok()?;
        i32::try_from(line.get("keeper")?.get("pid")?.as_i64()?).ok()
    }

    /// Cleans up, and checks that nothing is left.
    fn check(mut self) -> Done {
        let _ = self.child.kill();
        self.child.wait()?;
        clean(&self.state)?;
        let session = format!("/drydock/{}-", self.child.id());
        self.state.nothing_is_left(&[])?;
        no_group(&session)?;
        no_process(&session, &self.state)?;
        no_files(&format!("drydock.{}-", self.child.id()))?;
        let own = std::fs::read_to_string("/proc/self/cgroup")?;
        let _ = std::fs::remove_file(std::env::temp_dir().join(format!(
            "drydock-plan-{}-{}.json",
            std::process::id(),
            &self.hierarchy[7..]
        )));
        same(own.contains(&self.hierarchy), false)
    }
}

/// A session's directory on the disk.
fn no_files(start: &str) -> Done {
    let entries = std::fs::read_dir(drydock_engine::host::DISK_AT).into_iter().flatten().flatten();
    let left = entries.map(|entry| entry.file_name().to_string_lossy().into_owned());
    same(left.filter(|name| name.starts_with(start)).collect::<Vec<_>>(), Vec::new())
}

fn no_group(session: &str) -> Done {
    let table = std::fs::read_to_string("/proc/self/mountinfo")?;
    for line in table.lines().filter(|line| line.contains(" - cgroup")) {
        let target = line.split(' ').nth(4).unwrap_or_default();
        let groups = std::fs::read_dir(format!("{target}/drydock")).into_iter().flatten().flatten();
        for group in groups.map(|group| group.path().display().to_string()) {
            if group.contains(session) {
                return Err(format!("{group} is left").into());
            }
        }
    }
    Ok(())
}

/// No process is left. Dead ones may wait a moment to be reaped by the machine's init.
fn no_process(session: &str, state: &State) -> Done {
    let start = Instant::now();
    loop {
        match no_process_now(session, state) {
            Err(_) if start.elapsed() < Duration::from_secs(3) => sleep(Duration::from_millis(10)),
            other => return other,
        }
    }
}

/// No process is in a group of the session, or was started with its state directory.
fn no_process_now(session: &str, state: &State) -> Done {
    let marker = format!("DRYDOCK_STATE={}\0", state.0.display());
    for entry in std::fs::read_dir("/proc")?.flatten() {
        let read = |file: &str| std::fs::read(entry.path().join(file)).unwrap_or_default();
        let groups = String::from_utf8_lossy(&read("cgroup")).into_owned();
        let environment = String::from_utf8_lossy(&read("environ")).into_owned();
        if groups.contains(session) || environment.contains(&marker) {
            return Err(format!("process {} is left", entry.path().display()).into());
        }
    }
    Ok(())
}

fn a_killed_controller_leaves_nothing() -> Done {
    for steps in 0..plan("x").steps.len() {
        let mut run = Run::start("controller", None)?;
        same(run.wait_for_steps(steps), true)?;
        run.check()?;
    }
    Ok(())
}

fn a_killed_keeper_leaves_nothing_after_clean() -> Done {
    for steps in 1..plan("x").steps.len() {
        let mut run = Run::start("keeper", None)?;
        same(run.wait_for_steps(steps), true)?;
        let keeper = run.keeper().ok_or("no keeper in the journal")?;
        let killed = Command::new("kill").args(["-9", &keeper.to_string()]).status()?;
        same(killed.success(), true)?;
        run.check()?;
    }
    Ok(())
}

/// Until the hook's number is larger than that of the changes, which is when the steps are reached.
fn a_keeper_killed_at_each_change_leaves_nothing() -> Done {
    for count in 1..200 {
        let mut run = Run::start("change", Some(count))?;
        let all = run.wait_for_steps(plan("x").steps.len() - 1);
        let keeper_lives =
            all && run.keeper().is_some_and(|pid| std::fs::metadata(format!("/proc/{pid}")).is_ok());
        run.check()?;
        if keeper_lives {
            return if count > 10 { Ok(()) } else { Err(format!("only {count} changes").into()) };
        }
    }
    Err("the keeper never lived".into())
}
