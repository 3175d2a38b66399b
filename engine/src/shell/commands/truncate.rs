//! `truncate`, as coreutils'.

use super::options::{self, Opt, flag, value};
use super::work::{Job, planned, refusal};
use super::{Action, Command, Output, Planned, Request, TOOL};
use crate::plan::{Call, Errno, Observation, OpenMode, Text};

const OPTIONS: &[Opt] = &[flag('c', "no-create"), value('s', "size"), value('r', "reference")];

pub(super) const TRUNCATE: Command = Command {
    name: "truncate",
    usage: "[-c] -s [+-<>/%]SIZE FILE…",
    options: OPTIONS,
    action: Action::Plan(plan),
    ..TOOL
};

/// A size, and what it is to the size that is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Size {
    sign: char,
    bytes: u64,
}

impl Size {
    fn parse(word: &str) -> Option<Self> {
        let sign = word.chars().next().filter(|sign| "+-<>/%".contains(*sign)).unwrap_or('=');
        let digits = word.trim_start_matches(sign);
        let size = Self { sign, bytes: bytes(digits)? };
        (!"/%".contains(sign) || size.bytes > 0).then_some(size)
    }

    fn of(self, old: u64) -> u64 {
        match self.sign {
            '+' => old.saturating_add(self.bytes),
            '-' => old.saturating_sub(self.bytes),
            '<' => old.min(self.bytes),
            '>' => old.max(self.bytes),
            '/' => old / self.bytes * self.bytes,
            '%' => old.div_ceil(self.bytes) * self.bytes,
            _ => self.bytes,
        }
    }
}

/// `10`, `1K`, `1KB`, `2M`.
pub(super) fn bytes(word: &str) -> Option<u64> {
    let end = word.find(|c: char| !c.is_ascii_digit()).unwrap_or(word.len());
    let (digits, unit) = word.split_at(end);
    let power = |letter: &str| "KMGTPE".find(letter.to_ascii_uppercase().as_str()).map(|at| at as u32 + 1);
    let factor = match unit.strip_suffix("B").unwrap_or(unit) {
        "" if unit.is_empty() => 1,
        letter if letter.len() == 1 && unit.ends_with('B') => 1000_u64.checked_pow(power(letter)?)?,
        letter if letter.len() == 1 => 1024_u64.checked_pow(power(letter)?)?,
        _ => return None,
    };
    digits.parse::<u64>().ok()?.checked_mul(factor)
}

fn plan(request: &Request<'_>) -> Planned {
    read(request).unwrap_or_else(Planned::from)
}

fn read(request: &Request<'_>) -> Result<Planned, Output> {
    let parsed = options::parse(request)?;
    let size = match (parsed.value('s').map(|word| request.show(word)), parsed.value('r')) {
        (None, None) => {
            return Err(options::usage(request, "you must specify either '--size' or '--reference'"));
        }
        (Some(word), None) => Size::parse(&word)
            .ok_or_else(|| Output::error(request.message(&format!("Invalid number: '{word}'")), 1))?,
        (_, Some(path)) => match request.look(path) {
            Observation::Stat(stat) => Size { sign: '=', bytes: stat.size },
            _ => {
                let message = format!("cannot stat '{}': {}", request.show(path), Errno::ENOENT.text());
                return Err(Output::error(request.message(&message), 1));
            }
        },
    };
    if parsed.operands.is_empty() {
        return Err(options::usage(request, "missing file operand"));
    }
    let create = !parsed.has('c');
    let job = |path: Text| Job::look(move |request, work| work.first(truncate(request, path, size, create)));
    Ok(planned(request, parsed.operands.into_iter().map(job).collect()))
}

fn truncate(request: &Request<'_>, path: Text, size: Size, create: bool) -> Option<Job> {
    let shown = request.show(&path);
    let old = match request.look(&path) {
        Observation::Stat(stat) => Some(stat.size),
        _ => None,
    };
    if old.is_none() && !create {
        return None;
    }
    let mode = if create { OpenMode::Append } else { OpenMode::Write };
    let open = Call::Open { path: path.clone(), mode };
    let call = Call::Truncate { path, length: size.of(old.unwrap_or(0)) };
    Some(Job::calls(vec![open, call], move |_, answers, work| {
        let Some(errno) = refusal(answers) else { return };
        let text = errno.text();
        match answers.len() {
            1 => work.fail(format!("truncate: cannot open '{shown}' for writing: {text}\n")),
            _ => work.fail(format!("truncate: failed to truncate '{shown}': {text}\n")),
        }
    }))
}

#[cfg(test)]
mod tests {
    use super::Size;

    #[test]
    fn sizes_are_read_as_coreutils_reads_them() {
        for (word, old, expected) in [
            ("10", 3, 10),
            ("+5", 3, 8),
            ("-5", 3, 0),
            ("<2", 3, 2),
            (">2", 3, 3),
            ("/2", 3, 2),
            ("%512", 3, 512),
            ("1K", 0, 1024),
            ("1KB", 0, 1000),
        ] {
            assert_eq!(Size::parse(word).map(|size| size.of(old)), Some(expected), "{word}");
        }
        for word in ["x", "", "1X", "%0", "1BB"] {
            assert_eq!(Size::parse(word), None, "{word}");
        }
    }
}
