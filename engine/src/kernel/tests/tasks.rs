//! Tasks, pipes, signals and simulated time.

use super::{check, host, run, show};
use crate::host::HostKind;
use crate::kernel::Kernel;
use crate::plan::{Actor, Backend, Observation, Observe, Probe};

/// pid and state of every task, as the shell sees them.
fn states(kernel: &Kernel) -> String {
    let Observation::Tasks(tasks) = kernel.observe(&Actor::shell(), &Probe::Tasks) else {
        return String::new();
    };
    tasks.iter().map(|task| format!("{}{}", task.pid, task.state)).collect::<Vec<_>>().join(" ")
}

#[test]
fn a_child_ends_and_is_waited_for() {
    let mut kernel = host(HostKind::Lecture);
    check(
        &mut kernel,
        &[
            ("clone a", "pid 1702"),
            ("clone a", "!EEXIST clone3"),
            ("a@exec /nope", "!ENOENT execve"),
            ("a@exec /etc/passwd", "!EACCES execve"),
            ("a@exec /dev/null", "!EACCES execve"),
            ("a@exec /usr", "!EACCES execve"),
            ("a@exec /bin/sleep 2", "OK"),
            ("a@cd /", "!ESRCH chdir"),
            ("wait a 500", "running"),
            ("r /proc/1702/cmdline", "/bin/sleep\x002\0"),
            ("wait 1702 5000", "exit 0"),
            ("wait a", "!ECHILD wait4"),
            ("wait 1", "!ECHILD wait4"),
            ("a@cd /", "!ESRCH chdir"),
            ("clone b", "pid 1703"),
            ("b@clone c", "pid 1704"),
            ("b@exit 3", "OK"),
            ("r /proc/1703/cmdline", ""),
            ("wait -1 0", "exit 3"),
            ("c@exit 0", "OK"),
            ("r /proc/1704/comm", "!ENOENT open"),
        ],
    );
    assert_eq!(kernel.now_ms(), 2000);
    assert_eq!(states(&kernel), "1S 1650R 1701S");
}

#[test]
fn programs_complain_on_the_terminal() {
    let mut kernel = host(HostKind::Lecture);
    let cases = [
        (
            "/bin/sleep abc",
            "sleep: invalid time interval 'abc'\nTry 'sleep --help' for more information.\n",
            1,
        ),
        ("/bin/dd if=/nope", "dd: failed to open '/nope': No such file or directory\n", 1),
        ("/bin/dd of=/nope/x", "dd: failed to open '/nope/x': No such file or directory\n", 1),
        ("/bin/bzip2 nofile", "bzip2: Can't open input file nofile: No such file or directory.\n", 1),
        ("/bin/true x", "", 0),
    ];
    for (line, text, status) in cases {
        let pid = format!("pid {}", kernel.last_pid + 1);
        check(&mut kernel, &[("clone a", &pid)]);
        check(&mut kernel, &[(&format!("a@exec {line}"), "OK"), ("wait a 1000", &format!("exit {status}"))]);
        assert_eq!(kernel.take_terminal(), text, "{line}");
    }
}

#[test]
fn dd_copies_what_is_known_and_counts_the_rest() {
    let mut kernel = host(HostKind::Lecture);
    check(
        &mut kernel,
        &[
            ("clone a", "pid 1702"),
            ("a@exec /bin/dd if=/etc/hostname of=/tmp/copy status=none", "OK"),
            ("wait a 1000", "exit 0"),
            ("r /tmp/copy", "drydock\n"),
            ("clone a", "pid 1703"),
            ("a@exec /bin/dd if=/dev/zero of=/tmp/zeros bs=1M count=100", "OK"),
            ("wait a 1000", "exit 0"),
            ("stat /tmp/zeros", "Regular 644 nlink=1 size=104857600"),
            ("r /tmp/zeros", "!ENOSYS read"),
        ],
    );
    let text = kernel.take_terminal();
    assert!(
        text.starts_with("100+0 records in\n100+0 records out\n104857600 bytes (105 MB, 100 MiB) copied, "),
        "{text}"
    );
}

/// The lecture's `dd if=/dev/urandom | bzip2 -9 >> /dev/null`.
fn pipeline(kernel: &mut Kernel) {
    check(
        kernel,
        &[
            ("pipe p", "OK"),
            ("clone dd", "pid 1702"),
            ("dd@dup p:write 1", "OK"),
            ("dd@exec /bin/dd if=/dev/urandom", "OK"),
            ("clone bzip2", "pid 1703"),
            ("bzip2@dup p:read 0", "OK"),
            ("bzip2@dup /dev/null 1 append", "OK"),
            ("bzip2@exec /bin/bzip2 -9", "OK"),
            ("close p:read", "OK"),
            ("close p:write", "OK"),
            ("close p:write", "!EBADF close"),
            ("wait bzip2 60000", "running"),
        ],
    );
    assert_eq!(states(kernel), "1S 1650R 1701S 1702S 1703R");
}

#[test]
fn a_writer_without_reader_gets_sigpipe_and_a_reader_without_writer_ends() {
    let mut kernel = host(HostKind::Lecture);
    pipeline(&mut kernel);
    let mut other = kernel.clone();
    check(
        &mut kernel,
        &[("kill bzip2 KILL", "OK"), ("wait bzip2", "signal KILL"), ("wait dd", "signal PIPE")],
    );
    check(&mut other, &[("kill dd TERM", "OK"), ("wait dd", "signal TERM"), ("wait bzip2 1000", "exit 0")]);
    assert_eq!(states(&other), "1S 1650R 1701S");
}

#[test]
fn the_shell_writes_into_and_reads_from_pipes() {
    check(
        &mut host(HostKind::Lecture),
        &[
            ("pipe p", "OK"),
            ("pipe p", "!EEXIST pipe2"),
            ("wp p hello\\n", "6"),
            ("rp p", "!EAGAIN read"),
            ("close p:write", "OK"),
            ("wp p x", "!EBADF write"),
            ("rp p", "hello\n"),
            ("rp p", ""),
            ("close p:read", "OK"),
            ("rp p", "!EBADF read"),
            ("pipe q", "OK"),
            ("close q:read", "OK"),
            ("wp q x", "!EPIPE write"),
        ],
    );
}

#[test]
fn signals_have_their_default_actions() {
    check(
        &mut host(HostKind::Lecture),
        &[
            ("kill 99999 0", "!ESRCH kill"),
            ("kill 1701 0", "OK"),
            ("kill 1701 99", "!EINVAL kill"),
            ("kill -77 TERM", "!ESRCH kill"),
            ("kill 1 KILL", "OK"),
            ("kill 1650 TERM", "OK"),
            ("clone a", "pid 1702"),
            ("a@exec /bin/sleep 10", "OK"),
            ("kill a STOP", "OK"),
            ("kill a TERM", "OK"),
            ("wait a", "running"),
            ("kill a CHLD", "OK"),
            ("kill a CONT", "OK"),
            ("wait a", "signal TERM"),
            ("kill 1701 KILL", "OK"),
            ("kill 1701 0", "!ESRCH kill"),
            ("r /proc/1/comm", "init\n"),
        ],
    );
}

#[test]
fn a_quota_makes_work_last_longer() {
    let mut kernel = host(HostKind::V1);
    check(
        &mut kernel,
        &[
            ("mkdir /sys/fs/cgroup/cpu/slow", "OK"),
            ("w /sys/fs/cgroup/cpu/slow/cpu.cfs_quota_us 20000", "5"),
            ("clone a", "pid 1702"),
            ("w /sys/fs/cgroup/cpu/slow/tasks 1702", "4"),
            // 8 MiB a millisecond with a whole CPU: 1 s of CPU time, at a fifth of a CPU 5 s.
            ("a@exec /bin/dd if=/dev/zero of=/dev/null bs=8M count=1000", "OK"),
            ("wait a 4999", "running"),
            ("wait a 1", "exit 0"),
            ("r /sys/fs/cgroup/cpuacct/cpuacct.usage", "1000000000\n"),
        ],
    );
    assert_eq!(kernel.now_ms(), 5000);
}

#[test]
fn waiting_without_end_comes_to_one() {
    let mut kernel = host(HostKind::Lecture);
    check(
        &mut kernel,
        &[
            ("clone a", "pid 1702"),
            ("a@exec /bin/sleep infinity", "OK"),
            ("clone b", "pid 1703"),
            ("b@exec /bin/dd if=/dev/zero of=/dev/null", "OK"),
            ("wait a 18446744073709551615", "running"),
            ("wait a 18446744073709551615", "running"),
        ],
    );
    assert_eq!(kernel.now_ms(), crate::kernel::limits::CLOCK_MAX_MS);
}

#[test]
fn a_stopped_sleep_ends_late() {
    let mut kernel = host(HostKind::Lecture);
    check(
        &mut kernel,
        &[
            ("clone a", "pid 1702"),
            ("a@exec /bin/sleep 2", "OK"),
            ("kill a STOP", "OK"),
            ("wait a 5000", "running"),
        ],
    );
    assert_eq!(states(&kernel), "1S 1650R 1701S 1702T");
    check(&mut kernel, &[("kill a CONT", "OK"), ("wait a 0", "exit 0")]);
    assert_eq!(kernel.now_ms(), 5000);
}

#[test]
fn version_1_freezes_against_sigkill() {
    let mut kernel = host(HostKind::V1);
    check(
        &mut kernel,
        &[
            ("mkdir /sys/fs/cgroup/freezer/f", "OK"),
            ("w /sys/fs/cgroup/freezer/f/tasks 1701", "4"),
            ("w /sys/fs/cgroup/freezer/f/freezer.state FROZEN", "6"),
            ("kill 1701 KILL", "OK"),
            ("worker@cd /", "!EINTR chdir"),
        ],
    );
    assert_eq!(states(&kernel), "1S 1650R 1701D");
    check(&mut kernel, &[("w /sys/fs/cgroup/freezer/f/freezer.state THAWED", "6")]);
    assert_eq!(states(&kernel), "1S 1650R");
}

#[test]
fn version_2_freezes_but_lets_signals_end_tasks() {
    let mut kernel = host(HostKind::V2);
    check(
        &mut kernel,
        &[
            ("mkdir /sys/fs/cgroup/f", "OK"),
            ("w /sys/fs/cgroup/f/cgroup.procs 1701", "4"),
            ("w /sys/fs/cgroup/f/cgroup.freeze 1", "1"),
            ("kill 1701 STOP", "OK"),
            ("kill 1701 QUIT", "OK"),
        ],
    );
    assert_eq!(states(&kernel), "1S 1650R 1701S");
    check(&mut kernel, &[("kill 1701 TERM", "OK")]);
    assert_eq!(states(&kernel), "1S 1650R");
    check(&mut kernel, &[("w /sys/fs/cgroup/f/cgroup.kill 1", "1"), ("rmdir /sys/fs/cgroup/f", "OK")]);
}

#[test]
fn a_forbidden_device_is_refused_at_open() {
    check(
        &mut host(HostKind::V1),
        &[
            ("mkdir /sys/fs/cgroup/devices/d", "OK"),
            ("a /sys/fs/cgroup/devices/d/devices.deny a", "1"),
            ("a /sys/fs/cgroup/devices/d/devices.allow c 1:3 r", "7"),
            ("a /sys/fs/cgroup/devices/d/tasks 0", "1"),
            ("r /dev/null", ""),
            ("w /dev/null x", "!EPERM open"),
            ("r /dev/zero", "!EPERM open"),
        ],
    );
}

#[test]
fn a_fork_above_pids_max_is_counted_though_refused() {
    let mut kernel = host(HostKind::V1);
    check(
        &mut kernel,
        &[
            ("mkdir /sys/fs/cgroup/pids/p", "OK"),
            ("w /sys/fs/cgroup/pids/p/pids.max 1", "1"),
            ("w /sys/fs/cgroup/pids/p/tasks 0", "1"),
        ],
    );
    let refused = run(&mut kernel, "clone a");
    assert_eq!(show(&refused), "!EAGAIN clone3");
    check(
        &mut kernel,
        &[("r /sys/fs/cgroup/pids/p/pids.events", "max 1\n"), ("r /proc/1702/comm", "!ENOENT open")],
    );
}
