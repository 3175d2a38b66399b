//! Rules as cases: what is done, and what a real kernel answered.
//!
//! The scripts are in the words of this file's little language, one step a line; the answers are those of the
//! truth records for 6.1 (v1mount.sh, v1tree.sh, v1ctl.sh, v2.sh), 6.12 or 6.18 where a kernel is named.
//!
//! | line | means |
//! |---|---|
//! | `mount cpu,cpuset` / `mount2 nsdelegate` / `remount cpu` / `umount` | on the hierarchy mounted last |
//! | `mkdir a/b`, `rmdir a` | paths in that hierarchy |
//! | `a/cpu.shares < 0x200` | what `echo` writes; quotes keep blanks |
//! | `a/cpu.shares = 512` | what `cat` prints, lines joined by bars |
//! | `fork 1 7`, `exit 7`, `reap 7`, `memory 7 4096`, `run 1000 7:1000` | tasks |
//! | `/proc/7/cgroup = …`, `/proc/cgroups cpu = …`, `options = cpu`, `files a = …`, `frozen 7 = V1` | looking |
//! | `… ! EBUSY` | is refused |

use super::{CgroupState, Effect, FileRow, GroupId, HierarchyId, WriteContext};
use crate::host::{HostKind, HostProfile, KernelVersion};
use crate::kernel::resources::Claim;
use crate::plan::Refusal;
use std::collections::BTreeSet;

const WRITER: u32 = 1650;

struct Bench {
    state: CgroupState,
    mounted: HierarchyId,
    effects: Vec<Effect>,
}

impl Bench {
    fn new(profile: &HostProfile) -> Self {
        let profile = HostProfile { block_devices: vec![(7, 0)], ..profile.clone() };
        Self { state: CgroupState::boot(&profile), mounted: HierarchyId(0), effects: Vec::new() }
    }

    fn group(&self, path: &str) -> GroupId {
        let mut at = self.state.root(self.mounted);
        for name in path.split('/').filter(|name| !name.is_empty() && *name != ".") {
            at = self.state.child(at, name).unwrap_or_else(|| panic!("no group {path}"));
        }
        at
    }

    fn split<'a>(&self, path: &'a str) -> (GroupId, &'a str) {
        let (parent, name) = path.rsplit_once('/').unwrap_or(("", path));
        (self.group(parent), name)
    }

    fn act(&mut self, line: &str) -> Result<Option<String>, Refusal> {
        if let Some((path, data)) = line.split_once(" < ") {
            let (group, file) = self.split(path);
            let data = data.trim_matches('"').to_owned() + "\n";
            let context = WriteContext::of_kernel(WRITER);
            let effects = self.state.write(group, file, &data, &context)?;
            self.effects.extend(effects);
            return Ok(None);
        }
        let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
        let numbers: Vec<u32> = rest.split([' ', ':']).filter_map(|number| number.parse().ok()).collect();
        match word {
            "mount" => self.mounted = self.state.mount("cgroup", rest)?,
            "mount2" => self.mounted = self.state.mount("cgroup2", rest)?,
            "remount" => self.state.remount(self.mounted, rest)?,
            "umount" => self.state.last_unmount(self.mounted),
            "mkdir" => {
                let (parent, name) = self.split(rest);
                self.state.mkdir(parent, name, 0o755)?;
            }
            "rmdir" => {
                let effects = self.state.rmdir(self.group(rest))?;
                self.effects.extend(effects);
            }
            "fork" => self.state.fork(numbers[0], numbers[1])?,
            "refused" => self.state.fork_refused(numbers[0]),
            "exit" => {
                let effects = self.state.exit(numbers[0]);
                self.effects.extend(effects);
            }
            "reap" => self.state.reap(numbers[0]),
            "memory" => self.state.set_memory(numbers[0], u64::from(numbers[1])),
            "run" => {
                let claim = |pair: &[u32]| {
                    let cpus = self.state.cpus_allowed(pair[0]).into_iter().collect();
                    Claim { pid: pair[0], cpu_milli: pair[1], nice: 0, cpus }
                };
                let claims: Vec<_> = numbers[1..].chunks(2).map(claim).collect();
                self.state.advance(u64::from(numbers[0]), &claims);
            }
            _ => return self.look(line).map(Some),
        }
        Ok(None)
    }

    fn look(&mut self, line: &str) -> Result<String, Refusal> {
        let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
        let pid = |text: &str| text.parse().expect("a pid");
        Ok(match word {
            "options" => self.state.mount_options(self.mounted).join(","),
            "files" => {
                let rows = self.state.files(self.group(rest));
                rows.iter().map(|row| row.name).collect::<Vec<_>>().join(" ")
            }
            "frozen" => format!("{:?}", self.state.is_frozen(pid(rest))),
            "cpus" => format!("{:?}", self.state.cpus_allowed(pid(rest))),
            "effects" => format!("{:?}", std::mem::take(&mut self.effects)),
            "device" => {
                let words: Vec<&str> = rest.split(' ').collect();
                self.state
                    .device_allowed(pid(words[0]), 'c', pid(words[1]), pid(words[2]), words[3])
                    .to_string()
            }
            "/proc/cgroups" => {
                let all = self.state.proc_cgroups();
                let line = all.lines().find(|line| line.split('\t').next() == Some(rest));
                line.unwrap_or_default().replace('\t', " ")
            }
            _ if word.starts_with("/proc/") => {
                let number = word.split('/').nth(2).unwrap_or_default();
                self.state.proc_pid_cgroup(pid(number)).trim_end().replace('\n', "|")
            }
            _ => {
                let (group, file) = self.split(line);
                let text = self.state.read(group, file)?;
                text.trim_end().replace('\n', "|")
            }
        })
    }

    fn run(&mut self, script: &str) {
        for line in script.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')) {
            let before = format!("{:?}", self.state);
            if let Some((step, errno)) = line.rsplit_once(" ! ") {
                let answer = self.act(step);
                let refusal = answer.err().unwrap_or_else(|| panic!("`{line}` was not refused"));
                assert_eq!(refusal.errno.to_string(), errno, "`{line}` gave {refusal:?}");
                assert!(refusal.rule.is_some(), "`{line}` names no rule");
                assert_eq!(format!("{:?}", self.state), before, "`{line}` left a trace");
                continue;
            }
            let (step, expected) = match line.split_once(" = ") {
                Some((step, expected)) => (step, Some(expected)),
                None => (line.strip_suffix(" =").unwrap_or(line), line.ends_with(" =").then_some("")),
            };
            let answer = self.act(step).unwrap_or_else(|refusal| panic!("`{line}` gave {refusal:?}"));
            if let Some(expected) = expected {
                assert_eq!(answer.as_deref(), Some(expected), "`{line}`");
            }
        }
    }
}

fn on_kernel(major: u32, minor: u32, script: &str) {
    let mut profile = HostProfile::named(HostKind::Lecture);
    profile.kernel = KernelVersion { major, minor };
    Bench::new(&profile).run(script);
}

fn check(script: &str) {
    on_kernel(6, 1, script);
}

#[test]
fn v1_mounts() {
    check(include_str!("tests/v1_mount.txt"));
}

#[test]
fn v1_tree_and_tasks() {
    check(include_str!("tests/v1_tree.txt"));
}

#[test]
fn v1_cpu() {
    check(include_str!("tests/v1_cpu.txt"));
}

#[test]
fn v1_cpuset() {
    check(include_str!("tests/v1_cpuset.txt"));
}

#[test]
fn v1_memory() {
    check(include_str!("tests/v1_memory.txt"));
}

#[test]
fn v1_other_controllers() {
    check(include_str!("tests/v1_others.txt"));
}

#[test]
fn v2_core() {
    check(include_str!("tests/v2_core.txt"));
}

#[test]
fn v2_controllers() {
    check(include_str!("tests/v2_controllers.txt"));
}

#[test]
fn later_kernels() {
    on_kernel(6, 12, include_str!("tests/kernel_6_12.txt"));
    on_kernel(6, 18, "mount memory\nmkdir a\na/memory.move_charge_at_immigrate < 1 ! EINVAL");
}

/// As seen on 6.18 in a cgroup namespace: the roots of the machine's hierarchies have a child's files; a
/// hierarchy that is made for the session has its true root.
#[test]
fn nested_root() {
    let mut profile = HostProfile::named(HostKind::V1);
    profile.nested = true;
    Bench::new(&profile).run(include_str!("tests/nested.txt"));
}

#[test]
fn ten_thousand_groups() {
    let mut bench = Bench::new(&HostProfile::named(HostKind::Lecture));
    bench.run("mount cpu,cpuset,memory");
    let root = bench.state.root(bench.mounted);
    for number in 0..10_000 {
        bench.state.mkdir(root, &format!("g{number}"), 0o755).expect("a new group");
    }
    bench.run("g77/cpuset.cpus < 0\ng77/cpuset.mems < 0\ng77/tasks < 1701\n/proc/1701/cgroup = 1:cpuset,cpu,memory:/g77");
    assert_eq!(bench.state.count(bench.mounted), 10_001);
}

#[test]
fn rows_are_documented() {
    let messages = include_str!("../../../messages/en/files.ftl");
    let mut missing = BTreeSet::new();
    for row in FileRow::all() {
        assert!(row.doc.starts_with("file-"), "{} has the message {}", row.name, row.doc);
        let partial = match row.fidelity {
            crate::plan::Fidelity::Exact => None,
            crate::plan::Fidelity::Partial(note) => Some(note),
        };
        for id in std::iter::once(row.doc).chain(partial) {
            if !messages.lines().any(|line| line.starts_with(&format!("{id} = "))) {
                missing.insert(id);
            }
        }
    }
    assert!(missing.is_empty(), "no message for {missing:?}");
}

/// Every rule that this folder's source names has its message, and no message is left over.
#[test]
fn rules_are_explained() {
    let sources = [
        include_str!("file.rs"),
        include_str!("group.rs"),
        include_str!("hierarchy.rs"),
        include_str!("immigration.rs"),
        include_str!("mount_options.rs"),
        include_str!("owner.rs"),
        include_str!("pressure.rs"),
        include_str!("tasks.rs"),
        include_str!("v1.rs"),
        include_str!("v2.rs"),
        include_str!("controller/blkio.rs"),
        include_str!("controller/blkio/weights.rs"),
        include_str!("controller/cpu.rs"),
        include_str!("controller/cpuacct.rs"),
        include_str!("controller/cpuset.rs"),
        include_str!("controller/cpuset/partition.rs"),
        include_str!("controller/devices.rs"),
        include_str!("controller/freezer.rs"),
        include_str!("controller/hugetlb.rs"),
        include_str!("controller/memory/limits.rs"),
        include_str!("controller/memory/rows.rs"),
        include_str!("controller/memory/switches.rs"),
        include_str!("controller/misc.rs"),
        include_str!("controller/net_cls.rs"),
        include_str!("controller/net_prio.rs"),
        include_str!("controller/pids.rs"),
    ];
    let used: BTreeSet<&str> =
        sources.iter().flat_map(|text| text.split('"')).filter(|w| w.starts_with("rule-")).collect();
    let messages = include_str!("../../../messages/en/rules-cgroup.ftl");
    let known: BTreeSet<&str> = messages
        .lines()
        .filter(|line| line.starts_with("rule-"))
        .filter_map(|line| line.split(" = ").next())
        .collect();
    assert_eq!(used, known);
}
