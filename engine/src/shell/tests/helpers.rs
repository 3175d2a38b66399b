//! Release agents: what the kernel starts is performed as steps. What happens was recorded on Linux 5.10 and 6.1,
//! where a script in the machine's own file system was the agent.

use super::ModelSession;
use crate::history::Session;
use crate::host::{HostKind, HostProfile};
use crate::plan::reply::FileKind;
use crate::plan::{Actor, Backend, Call, Step};

const GROUP: &str = "mkdir /mnt/h
mount -t cgroup -o none,name=n n /mnt/h
cd /mnt/h
mkdir ra
echo 1 > ra/notify_on_release";

/// A hierarchy whose agent is this script.
fn with_script(script: &str) -> ModelSession {
    let mut session = ModelSession::new(HostKind::V1);
    let (path, kind) = ("/tmp/agent".into(), FileKind::Regular);
    let make = Call::Mknod { path, kind, mode: 0o755, major: 0, minor: 0 };
    session.kernel.perform(&Step::new(&Actor::shell(), make)).expect("a file is made");
    session.run(&format!("cat > /tmp/agent <<'END'\n{script}\nEND"));
    GROUP.lines().for_each(|line| {
        session.run(line);
    });
    session.run("echo /tmp/agent > release_agent");
    session
}

fn log(session: &mut ModelSession) -> String {
    session.run("cat /tmp/log").stdout()
}

#[test]
fn the_agent_runs_when_the_last_task_leaves() {
    let mut session = with_script("#!/bin/sh\necho \"agent $*\" >> /tmp/log");
    assert_eq!(session.run("(echo 0 > ra/tasks; true); sleep 1; cat /tmp/log").stdout(), "agent /ra\n");
}

#[test]
fn the_agent_runs_when_the_last_child_is_removed() {
    let mut session = with_script("#!/bin/sh\necho \"agent $*\" >> /tmp/log");
    session.run("mkdir ra/c");
    assert_eq!(session.run("rmdir ra/c; sleep 1; cat /tmp/log").stdout(), "agent /ra\n");
}

#[test]
fn removing_a_group_that_was_always_empty_starts_nothing() {
    let mut session = with_script("#!/bin/sh\necho \"agent $*\" >> /tmp/log");
    session.run("rmdir ra");
    assert_eq!(log(&mut session), "");
    assert!(session.kernel.take_helper().is_none());
}

/// The way of cgroups.rst, 1.4: the agent removes the group, which may release the one above.
#[test]
fn agents_remove_groups_one_after_the_other() {
    let mut session = with_script("#!/bin/sh\nrmdir /mnt/h$1");
    session.run("mkdir ra/b; (echo 0 > ra/b/tasks)");
    assert_eq!(session.run("ls -d ra").status, 2);
}

/// It has no descriptors, and its changes to itself end with it.
#[test]
fn the_agent_is_a_task_of_its_own() {
    let mut session = with_script(
        "#!/bin/sh\necho lost\ncd /tmp\nx=1\nps -o pid,ppid,comm,args > /tmp/log\ncat /proc/self/cgroup >> /tmp/log",
    );
    let result = session.run("x=0; (echo 0 > ra/tasks); echo $x; pwd");
    assert_eq!(result.stdout(), "0\n/mnt/h\n");
    let log = log(&mut session);
    assert!(log.contains("       2 agent           /bin/sh /tmp/agent /ra\n"), "{log}");
    assert!(log.contains(":name=n:/\n"), "{log}");
    assert_eq!(session.run("ps | grep agent").stdout(), "", "it has ended");
}

/// `$( )` goes back to where the shell was if what is in it moved the shell: an agent that it starts does not.
#[test]
fn an_agents_moves_are_not_the_shells() {
    let mut session = Session::new(HostProfile::named(HostKind::V1));
    let agent = "printf '#!/bin/sh\\ncd /tmp\\n' > /tmp/agent; chmod +x /tmp/agent";
    for line in GROUP.lines().chain([agent, "echo /tmp/agent > release_agent", "mkdir ra/c"]) {
        session.run(line);
    }
    let before = session.n_steps();
    session.run("x=$(rmdir ra/c)");
    let steps = (before + 1..=session.n_steps()).filter_map(|step| session.frame(step).record.as_ref());
    let moves: Vec<_> = steps.filter(|record| record.step.call.name() == "chdir").collect();
    let by: Vec<_> = moves.iter().map(|record| record.step.actor.name()).collect();
    assert_eq!(by, ["release_agent.1702"]);
}

/// Each of its steps is one that can be looked at.
#[test]
fn what_the_agent_does_is_seen_as_steps() {
    let mut session = Session::new(HostProfile::named(HostKind::V1));
    for line in GROUP.lines().chain(["echo /usr/bin/true > release_agent", "(echo 0 > ra/tasks)"]) {
        session.run(line);
    }
    let steps = (1..=session.n_steps()).filter_map(|step| session.frame(step).record.as_ref());
    let own = steps.filter(|record| record.step.actor.name().starts_with("release_agent."));
    let calls: Vec<_> = own.map(|record| (record.step.call.name(), record.answer.is_ok())).collect();
    assert_eq!(calls, [("execve", true)]);
    assert!(session.now().tasks().all(|task| task.ppid != 2), "it has ended");
}

#[test]
fn an_agent_that_cannot_run_ends_and_nobody_is_told() {
    for agent in ["/no/such/agent", "/etc/hosts", "/tmp"] {
        let mut session = ModelSession::new(HostKind::V1);
        GROUP.lines().for_each(|line| {
            session.run(line);
        });
        session.run(&format!("echo {agent} > release_agent"));
        let result = session.run("(echo 0 > ra/tasks)");
        assert_eq!((result.status, result.output.len()), (0, 0), "{agent}");
        assert!(session.kernel.tasks().all(|task| task.ppid != 2), "{agent}");
    }
}

/// A session on a real kernel has mounts of its own, and the kernel does not look for the agent there.
#[test]
fn in_a_contained_session_nothing_is_seen() {
    let mut profile = HostProfile::named(HostKind::V1);
    profile.contained = true;
    let mut session = Session::new(profile);
    for line in GROUP.lines().chain(["echo /usr/bin/true > release_agent", "(echo 0 > ra/tasks)"]) {
        session.run(line);
    }
    let steps = (1..=session.n_steps()).filter_map(|step| session.frame(step).record.as_ref());
    assert!(steps.into_iter().all(|record| !record.step.actor.name().starts_with("release_agent.")));
}
