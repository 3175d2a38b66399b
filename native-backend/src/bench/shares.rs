//! Performs a set-up on a kernel, the model or this machine's, and reads from /proc who got how much CPU time.
//! Both are asked in the same way, so that prediction and measurement differ only in the kernel.

use super::setups::{Of, Setup, WORDS};
use drydock_engine::host::HostProfile;
use drydock_engine::plan::{Actor, Backend, Call, Observation, Probe, Step, Text};
use drydock_engine::shell::Shell;
use std::path::{Path, PathBuf};
use std::{fs, io};

/// Before the measuring starts: the load balancer has found its places.
const WARM_UP_MS: u64 = 700;

/// What each task of a set-up gets on a kernel, in thousandths of what the set-up says, in the order of its tasks.
///
/// # Errors
/// A sentence: a line that failed, or a task that is missing.
pub fn perform(
    setup: &Setup,
    profile: &HostProfile,
    backend: &mut dyn Backend,
    milliseconds: u64,
) -> Result<Vec<u64>, String> {
    let mut shell = Shell::new(profile);
    shell.set_interactive(false);
    let last = format!("last={}", profile.cpus.saturating_sub(1));
    // A machine's true root has no weight; the root that a session sees is a group like others.
    let own = profile.nested.then_some("echo 262144 > /sys/fs/cgroup/cpu/cpu.shares");
    let lines = [last.as_str()].into_iter().chain(own).chain(WORDS).chain(setup.lines.iter().copied());
    for line in lines {
        let result = shell.run(line, backend);
        if result.status != 0 {
            return Err(format!("{line}: {}", result.stderr().trim_end()));
        }
    }
    wait(backend, WARM_UP_MS)?;
    let before = Sample::take(backend, setup.tasks.len())?;
    wait(backend, milliseconds)?;
    let after = Sample::take(backend, setup.tasks.len())?;
    Ok(before.parts(&after, setup.of))
}

fn wait(backend: &mut dyn Backend, milliseconds: u64) -> Result<(), String> {
    let step = Step::new(&Actor::shell(), Call::ClockNanosleep { milliseconds });
    backend.perform(&step).map(drop).map_err(|refusal| refusal.errno.text().to_owned())
}

/// CPU time so far by task, and the clock, all in hundredths of a second.
struct Sample {
    used: Vec<u64>,
    clock: u64,
}

impl Sample {
    fn take(backend: &dyn Backend, n_tasks: usize) -> Result<Self, String> {
        let Observation::Tasks(tasks) = backend.observe(&Actor::shell(), &Probe::Tasks) else {
            return Err("the tasks can't be seen".to_owned());
        };
        let spinning = tasks.iter().filter(|task| task.comm == "dd" && task.state != 'Z');
        let used = spinning.map(|task| cpu_time(backend, task.pid)).collect::<Result<Vec<_>, _>>()?;
        if used.len() != n_tasks {
            return Err(format!("{} tasks run instead of {n_tasks}", used.len()));
        }
        let uptime = read(backend, "/proc/uptime")?;
        let clock = uptime.split_whitespace().next().and_then(hundredths);
        Ok(Self { used, clock: clock.ok_or("/proc/uptime has no number")? })
    }

    fn parts(&self, after: &Self, of: Of) -> Vec<u64> {
        let used: Vec<u64> =
            self.used.iter().zip(&after.used).map(|(before, after)| after.saturating_sub(*before)).collect();
        let whole = match of {
            Of::All => used.iter().sum::<u64>(),
            Of::OneCpu => after.clock.saturating_sub(self.clock),
        };
        used.iter().map(|used| (used * 1000 + whole / 2).checked_div(whole).unwrap_or(0)).collect()
    }
}

fn read(backend: &dyn Backend, path: &str) -> Result<String, String> {
    match backend.observe(&Actor::shell(), &Probe::File(Text::from(path))) {
        Observation::Data(text) => Ok(text),
        _ => Err(format!("{path} can't be read")),
    }
}

/// utime and stime, proc_pid_stat(5).
fn cpu_time(backend: &dyn Backend, pid: u32) -> Result<u64, String> {
    let stat = read(backend, &format!("/proc/{pid}/stat"))?;
    let fields = stat.rsplit_once(") ").map_or("", |(_, rest)| rest).split_whitespace();
    Ok(fields.skip(11).take(2).filter_map(|field| field.parse::<u64>().ok()).sum())
}

/// `123.45` as 12345.
fn hundredths(word: &str) -> Option<u64> {
    let (whole, part) = word.split_once('.')?;
    Some(whole.parse::<u64>().ok()? * 100 + part.get(..2)?.parse::<u64>().ok()?)
}

/// As long as this lives, Drydock's own part of the machine has by far the largest weight, so that limits are
/// reached although others use the machine too. Afterwards the weight is what it was.
#[derive(Debug)]
pub struct Preferred {
    file: PathBuf,
    before: String,
}

impl Preferred {
    /// Takes the largest weight in the hierarchy of the controller cpu that is mounted at `target`.
    ///
    /// # Errors
    /// As for reading and writing the file.
    pub fn take(target: &Path) -> io::Result<Self> {
        let file = target.join(crate::host::hierarchies::OWN).join("cpu.shares");
        let before = fs::read_to_string(&file)?;
        fs::write(&file, "262144")?;
        Ok(Self { file, before })
    }
}

impl Drop for Preferred {
    /// The group may be gone by now, and its weight with it.
    fn drop(&mut self) {
        let _ = fs::write(&self.file, self.before.trim());
    }
}

#[cfg(test)]
mod tests {
    use super::{Of, Sample, hundredths, perform};
    use crate::bench::setups::SETUPS;
    use drydock_engine::host::{HostKind, HostProfile};
    use drydock_engine::kernel::Kernel;

    #[test]
    fn parts_are_of_all_or_of_the_time() {
        let before = Sample { used: vec![100, 0], clock: 1000 };
        let after = Sample { used: vec![200, 300], clock: 1500 };
        assert_eq!(before.parts(&after, Of::All), [250, 750]);
        assert_eq!(before.parts(&after, Of::OneCpu), [200, 600]);
        assert_eq!(hundredths("123.45"), Some(12_345));
    }

    /// Records of Linux 6.1 for the same set-ups (fractions within 0.005): see `as_measured` in the engine.
    #[test]
    fn the_model_predicts_every_set_up() {
        let profile = HostProfile::named(HostKind::V1);
        let predicted = |name: &str| {
            let setup = SETUPS.iter().find(|setup| setup.name == name).expect("a set-up");
            perform(setup, &profile, &mut Kernel::boot(&profile), 100_000)
        };
        assert_eq!(predicted("flat 4:2:1"), Ok(vec![571, 286, 143]));
        assert_eq!(predicted("nested"), Ok(vec![500, 167, 333]));
        assert_eq!(predicted("quota 10 % in 40 %"), Ok(vec![100, 300, 600]));
        for setup in &SETUPS {
            assert!(perform(setup, &profile, &mut Kernel::boot(&profile), 100_000).is_ok(), "{}", setup.name);
        }
    }
}
