//! memhog(8) of numactl: touches so much memory, once or several times, and ends.

use super::stress::TOUCH_RATE;
use super::{Behaviour, Demand, Ends, Launch, sleep};
use crate::kernel::refuse::not_modelled;
use crate::plan::Refusal;

/// What was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
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

    /// What it prints: a dot for each 10 MiB, a line a round.
    pub fn dots(self) -> String {
        let dots = usize::try_from(self.bytes.div_ceil(DOT)).unwrap_or(usize::MAX).min(10_000);
        let rounds = usize::try_from(self.rounds).unwrap_or(usize::MAX).min(10_000);
        (".".repeat(dots) + "\n").repeat(rounds)
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

/// Reads the arguments and starts.
pub(super) fn start(arguments: &[String]) -> Result<Launch, Refusal> {
    let hog = match Hog::parse(arguments) {
        Ok(hog) => hog,
        Err(Stop::Usage) => {
            return Ok(Launch::at_once(Behaviour::Print { text: USAGE.to_owned(), status: 1 }));
        }
        Err(Stop::Nothing) => return Ok(Launch::fail(NO_MAPPING.to_owned())),
        Err(Stop::NotHere(word)) => return not_modelled("execve", &format!("memhog's {word}")),
    };
    let work = hog.bytes.saturating_mul(hog.rounds) / TOUCH_RATE;
    let memory = hog.bytes.saturating_add(sleep::MEMORY);
    let demand = Demand { cpu_milli: 1000, memory, ends_after_ms: Some(work) };
    let print = Behaviour::Print { text: hog.dots(), status: 0 };
    Ok(Launch::new(demand, Ends::AfterWork(work.saturating_mul(1000)), print))
}

#[cfg(test)]
mod tests {
    use super::{Hog, Stop};

    #[test]
    fn reads_and_prints_what_memhog_does() {
        let parse = |line: &str| Hog::parse(&line.split(' ').collect::<Vec<_>>());
        assert_eq!(parse("25m").map(Hog::dots), Ok("...\n".to_owned()));
        assert_eq!(parse("-r2 15m").map(Hog::dots), Ok("..\n..\n".to_owned()));
        assert_eq!(parse("5").map(Hog::dots), Ok(".\n".to_owned()));
        assert_eq!(parse("10mb"), Ok(Hog { bytes: 10 << 20, rounds: 1 }));
        assert_eq!(parse("abc"), Err(Stop::Nothing));
        assert_eq!(parse("-x 1m"), Err(Stop::Usage));
        assert_eq!(parse("10m foo"), Err(Stop::Usage));
        assert_eq!(Hog::parse::<&str>(&[]), Err(Stop::Usage));
        assert_eq!(parse("10m membind"), Err(Stop::NotHere("membind".to_owned())));
    }
}
