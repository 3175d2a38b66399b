//! What is offered at the cursor.

use super::ModelSession;
use crate::host::HostKind;
use crate::shell::complete::complete;

fn candidates(line: &str) -> (usize, Vec<String>) {
    let mut session = ModelSession::new(HostKind::V1);
    session.run("f() { :; }; x=1");
    let found = complete(line, line.len(), &session.shell, &session.kernel);
    (found.start, found.candidates)
}

#[test]
fn commands_options_paths_and_controllers() {
    let words = |list: &str| list.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
    assert_eq!(candidates("lss"), (0, words("lssubsys")));
    assert_eq!(candidates("echo x | ls"), (9, words("ls lscgroup lsns lssubsys")));
    assert_eq!(candidates("if mk"), (3, words("mkdir mkfifo mknod")));
    assert_eq!(candidates("mkdir --v"), (6, words("--verbose")));
    assert_eq!(candidates("cat /proc/cg"), (4, words("/proc/cgroups")));
    assert_eq!(candidates("ls /sys/fs/cgroup/m"), (3, words("/sys/fs/cgroup/memory/")));
    assert_eq!(
        candidates("echo 1 > /sys/fs/cgroup/pids/cgroup.p"),
        (9, words("/sys/fs/cgroup/pids/cgroup.procs"))
    );
    assert_eq!(candidates("mount -t cgroup -o cpu,mem"), (23, words("memory")));
    assert_eq!(candidates("mount -t cgroup -o cpu,cpu"), (23, words("cpuacct cpuset")));
    assert_eq!(candidates("mount -t cg"), (9, words("cgroup cgroup2")));
    assert_eq!(candidates("umount /sys/fs/cgroup/fr"), (7, words("/sys/fs/cgroup/freezer")));
    assert_eq!(candidates("ps -O cg"), (6, words("cgroup")));
    assert_eq!(candidates("sys um"), (4, words("umount2")));
    assert_eq!(candidates("help lsc"), (5, words("lscgroup")));
    assert_eq!(candidates("echo $PA"), (5, words("$PATH")));
    assert_eq!(candidates("cd /sy"), (3, words("/sys/")));
    assert_eq!(candidates("lssubsys mem"), (9, words("memory")));
}

#[test]
fn odd_cursors() {
    let session = ModelSession::new(HostKind::Lecture);
    for line in ["", " ", "äö", "echo ä", "a'b", "$", "-", "|", "mount -o ,"] {
        for cursor in 0..line.len() + 3 {
            complete(line, cursor, &session.shell, &session.kernel);
        }
    }
}
