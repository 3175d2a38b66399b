//! memhog(8) of numactl: touches so much memory, once or several times, and ends.

use super::stress::TOUCH_RATE;
use super::{Behaviour, Demand, Ends, Launch, sleep};
use crate::kernel::Kernel;
use crate::kernel::refuse::not_modelled;
use crate::plan::Refusal;
use serde::Serialize;

/// What was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Hog {
    /// Bytes.
    pub bytes: u64,
    /// How often they are touched.
    pub rounds: u64,
}

/// Why there is nothing to run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stop {
    /// No size, or a word that memhog does not know: it prints its help. Status 1.
    Usage,
    /// mmap(2) of nothing is refused. Status 1.
    Nothing,
    /// An option of memhog that neither the model nor Drydock's own memhog has.
    NotHere(String),
}

/// memhog's help, for standard output.
pub const USAGE: &str = "memhog [-fFILE] [-rNUM] size[kmg] [policy [nodeset]]
-f mmap is backed by FILE
-rNUM repeat memset NUM times
-H disable transparent hugepages
Policies: preferred-many local interleave membind preferred default
";

/// What memhog says when there is no memory of that size.
pub const NO_MAPPING: &str = "numactl: mmap: Invalid argument\n";

/// What memhog says when the machine has not got so much.
pub const NO_MEMORY: &str = "numactl: mmap: Cannot allocate memory\n";

/// memhog prints a dot for each of these.
const DOT: u64 = 10 << 20;

impl Hog {
    /// Reads the arguments behind the program's name.
    ///
    /// # Errors
    /// What memhog says instead of running, or what is missing here.
    pub fn parse<S: AsRef<str>>(arguments: &[S]) -> Result<Self, Stop> {
        let mut rounds = 1;
        let mut words = arguments.iter().map(AsRef::as_ref).peekable();
        while let Some(option) = words.next_if(|word| word.starts_with('-')) {
            match option.strip_prefix("-r").and_then(|number| number.parse().ok()) {
                Some(number) => rounds = number,
                None if option.starts_with("-f") => return Err(Stop::NotHere(option.to_owned())),
                None if option == "-H" => {}
                None => return Err(Stop::Usage),
            }
        }
        let size = words.next().ok_or(Stop::Usage)?;
        match words.next() {
            None => {}
            Some(
                policy @ ("default" | "local" | "interleave" | "membind" | "preferred" | "preferred-many"),
            ) => {
                return Err(Stop::NotHere(policy.to_owned()));
            }
            Some(_) => return Err(Stop::Usage),
        }
        match bytes(size) {
            0 => Err(Stop::Nothing),
            bytes => Ok(Self { bytes, rounds }),
        }
    }

    /// Dots of a round: one for each 10 MiB, and for what is left.
    fn dots(self) -> u64 {
        self.bytes.div_ceil(DOT).min(MOST)
    }
}

/// A bound on what is printed.
const MOST: u64 = 10_000;

/// A memhog at work, as the model keeps it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Run {
    hog: Hog,
    /// Dots of the first round that are on the terminal: what has been touched.
    printed: u64,
}

impl Run {
    /// What it prints at its end: the rest of the first round, and the others.
    pub(super) fn rest(self) -> String {
        let dots = |count: u64| ".".repeat(usize::try_from(count).unwrap_or(0)) + "\n";
        let all = self.hog.dots();
        let others = usize::try_from(self.hog.rounds.saturating_sub(1).min(MOST)).unwrap_or(0);
        dots(all.saturating_sub(self.printed)) + &dots(all).repeat(others)
    }
}

impl Kernel {
    /// A memhog has touched some of its memory: a dot for each part that it is through with.
    pub(crate) fn print_dots(&mut self, pid: u32) {
        let Some(task) = self.task(pid).cloned() else { return };
        let Some(Behaviour::Memhog(run)) = task.work.as_ref().map(|work| &work.behaviour) else { return };
        let touched = self.cgroups.memory_of(pid).saturating_sub(sleep::MEMORY);
        let through = if touched >= run.hog.bytes { run.hog.dots() } else { (touched / DOT).min(MOST) };
        let more = usize::try_from(through.saturating_sub(run.printed)).unwrap_or(0);
        self.say(&task, 1, &".".repeat(more));
        if let Some(mut task) = self.task_mut(pid)
            && let Some(Behaviour::Memhog(run)) = task.work.as_mut().map(|work| &mut work.behaviour)
        {
            run.printed = run.printed.max(through);
        }
    }
}

/// memsize() of numactl's util.c: digits in front, and one letter behind them.
fn bytes(word: &str) -> u64 {
    let end = word.find(|c: char| !c.is_ascii_digit()).unwrap_or(word.len());
    let number = word[..end].parse::<u64>().unwrap_or(if end == 0 { 0 } else { u64::MAX });
    let shift = match word[end..].chars().next().map(|c| c.to_ascii_lowercase()) {
        Some('k') => 10,
        Some('m') => 20,
        Some('g') => 30,
        _ => 0,
    };
    number.saturating_mul(1 << shift)
}

/// Reads the arguments and starts. mmap(2) gives no more than the machine has (mm/util.c, __vm_enough_memory(): "obvious
/// overcommits" are refused).
pub(super) fn start(kernel: &Kernel, arguments: &[String]) -> Result<Launch, Refusal> {
    let hog = match Hog::parse(arguments) {
        Ok(hog) => hog,
        Err(Stop::Usage) => {
            return Ok(Launch::at_once(Behaviour::Print { text: USAGE.to_owned(), status: 1 }));
        }
        Err(Stop::Nothing) => return Ok(Launch::fail(NO_MAPPING.to_owned())),
        Err(Stop::NotHere(word)) => return not_modelled("execve", &format!("memhog's {word}")),
    };
    if hog.bytes > kernel.profile.memory {
        return Ok(Launch::fail(NO_MEMORY.to_owned()));
    }
    let work = hog.bytes.saturating_mul(hog.rounds) / TOUCH_RATE;
    let memory = hog.bytes.saturating_add(sleep::MEMORY);
    let demand = Demand { cpu_milli: 1000, memory, ends_after_ms: Some(work) };
    let behaviour = Behaviour::Memhog(Run { hog, printed: 0 });
    Ok(Launch::new(demand, Ends::AfterWork(work.saturating_mul(1000)), behaviour))
}

#[cfg(test)]
mod tests {
    use super::{Hog, Run, Stop};

    #[test]
    fn reads_and_prints_what_memhog_does() {
        let parse = |line: &str| Hog::parse(&line.split(' ').collect::<Vec<_>>());
        let rest = |line: &str| parse(line).map(|hog| Run { hog, printed: 0 }.rest());
        assert_eq!(rest("25m"), Ok("...\n".to_owned()));
        assert_eq!(rest("-r2 15m"), Ok("..\n..\n".to_owned()));
        assert_eq!(rest("5"), Ok(".\n".to_owned()));
        assert_eq!(parse("10mb"), Ok(Hog { bytes: 10 << 20, rounds: 1 }));
        assert_eq!(parse("abc"), Err(Stop::Nothing));
        assert_eq!(parse("-x 1m"), Err(Stop::Usage));
        assert_eq!(parse("10m foo"), Err(Stop::Usage));
        assert_eq!(Hog::parse::<&str>(&[]), Err(Stop::Usage));
        assert_eq!(parse("10m membind"), Err(Stop::NotHere("membind".to_owned())));
    }
}
