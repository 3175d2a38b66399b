//! dd(1) of coreutils: copies from a file or standard input to a file or standard output.

use super::text::{amount, byte_count, general, is_too_large, rate, size};
use super::{Behaviour, Demand, Ends, Launch, sleep};
use crate::kernel::cgroup::disk::Transfer;
use crate::kernel::fs::Place;
use crate::kernel::fs::device::Device;
use crate::kernel::refuse::not_modelled;
use crate::kernel::task::Stdio;
use crate::kernel::{Kernel, Task, limits};
use crate::plan::reply::FileKind;
use crate::plan::{Errno, OpenMode, Refusal};
use serde::Serialize;

/// Bytes a millisecond that one CPU copies from /dev/zero, from /dev/urandom, and that bzip2 takes from a
/// pipe: orders of magnitude, measured on a machine of 2026.
const ZERO_RATE: u64 = 8 << 20;
const RANDOM_RATE: u64 = 400 << 10;
const PIPE_RATE: u64 = 10 << 10;

/// What dd was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Operands {
    input: Option<String>,
    output: Option<String>,
    block: u64,
    count: Option<u64>,
    /// Blocks that are left out at the start of the input, and of the output.
    skip: u64,
    seek: u64,
    /// What the output holds stays.
    keep: bool,
    report: Report,
    /// O_DIRECT at the input and at the output: past the cache.
    direct: [bool; 2],
}

/// What dd says at its end (`status=`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
enum Report {
    /// Records, and how fast it was.
    All,
    /// Records.
    Records,
    Nothing,
}

/// Words that conv=, iflag= and oflag= take. Those marked true change nothing that is seen here.
const CONVERSIONS: [(&str, bool); 16] = [
    ("ascii", false),
    ("block", false),
    ("ebcdic", false),
    ("excl", false),
    ("fdatasync", true),
    ("fsync", true),
    ("ibm", false),
    ("lcase", false),
    ("nocreat", false),
    ("noerror", true),
    ("notrunc", true),
    ("sparse", true),
    ("swab", false),
    ("sync", false),
    ("ucase", false),
    ("unblock", false),
];
const FLAGS: [(&str, bool); 16] = [
    ("append", false),
    ("binary", true),
    ("cio", false),
    ("count_bytes", false),
    ("direct", true),
    ("directory", false),
    ("dsync", true),
    ("fullblock", true),
    ("noatime", true),
    ("nocache", true),
    ("noctty", true),
    ("nofollow", false),
    ("nonblock", true),
    ("seek_bytes", false),
    ("skip_bytes", false),
    ("sync", true),
];

/// What dd has copied when it ends.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Copy {
    block: u64,
    bytes: u64,
    /// No more is copied than this (`count=`).
    most: Option<u64>,
    /// What is copied, where it is known.
    text: Option<String>,
    /// Standard input is read until its end.
    pub(super) from_input: bool,
    /// The file that is read, where only its size is known.
    from: Option<Place>,
    /// The file that is written; `None` is standard output.
    pub(super) to: Option<Place>,
    report: Report,
    rate: u64,
    /// How it goes past the cache, if it does.
    pub(in crate::kernel) transfer: Option<Transfer>,
    started_ms: u64,
}

/// Where the bytes come from.
enum Source {
    Text(String),
    /// A file of which only the size is known.
    Sized(Place, u64),
    Endless(u64),
    /// Zero bytes without end.
    Zeros,
    /// A pipe or terminal: until it ends.
    Input,
}

/// Reads the operands, opens the files, and starts.
pub(super) fn start(kernel: &mut Kernel, pid: u32, arguments: &[String]) -> Result<Launch, Refusal> {
    let operands = match Operands::parse(arguments)? {
        Ok(operands) => operands,
        Err(message) => return Ok(Launch::fail(message)),
    };
    let Some(task) = kernel.task(pid).cloned() else { return Ok(Launch::fail(String::new())) };
    let source = match source(kernel, &task, &operands) {
        Ok(source) => source,
        Err(refusal) => return complain(&operands.input, refusal),
    };
    let source = operands.behind_skipped(source)?;
    let to = match operands.open_output(kernel, &task) {
        Ok(to) => to,
        Err(refusal) => return complain(&operands.output, refusal),
    };
    if let Err(message) = kernel.check_direct(&operands, &source, to.as_ref()) {
        return Ok(Launch::fail(message));
    }
    let transfer = kernel.transfer_of(&operands, &source, to.as_ref());
    // mm/util.c, __vm_enough_memory(): "obvious overcommits" are refused.
    if operands.buffer() > kernel.profile.memory {
        let (bytes, shown) = (operands.block, size(operands.block));
        let message = format!("dd: memory exhausted by input buffer of size {bytes} bytes ({shown})\n");
        return Ok(Launch::fail(message));
    }
    let to_pipe = to.is_none() && matches!(task.stdio[1], Stdio::Pipe(_));
    let launch = operands.work(source, to, to_pipe);
    Ok(match transfer {
        Some(transfer) => launch.by_disk(transfer, kernel.now_ms()),
        None => launch,
    })
}

/// A file that can't be opened is dd's own failure; what the model can't do is the model's.
fn complain(path: &Option<String>, refusal: Refusal) -> Result<Launch, Refusal> {
    let path = path.as_deref().unwrap_or("standard input");
    if refusal.at == "read" && refusal.errno == Errno::EISDIR {
        let none = "0+0 records in\n0+0 records out\n0 bytes copied, 1e-05 s, 0.0 kB/s\n";
        return Ok(Launch::fail(format!("dd: error reading '{path}': {}\n{none}", refusal.errno.text())));
    }
    if refusal.at != "open" {
        return Err(refusal);
    }
    Ok(Launch::fail(format!("dd: failed to open '{path}': {}\n", refusal.errno.text())))
}

fn source(kernel: &Kernel, task: &Task, operands: &Operands) -> Result<Source, Refusal> {
    let place = match &operands.input {
        Some(path) => kernel.open_to_read(task, path)?,
        None => match &task.stdio[0] {
            Stdio::File(place) => place.clone(),
            Stdio::Closed => return Ok(Source::Text(String::new())),
            Stdio::Terminal | Stdio::Pipe(_) => return Ok(Source::Input),
        },
    };
    match kernel.device_of(&place.node) {
        Some(Device::Random) => Ok(Source::Endless(RANDOM_RATE)),
        Some(device) if device.is_endless() => Ok(Source::Zeros),
        _ => match kernel.opaque_size(&place.node) {
            Some(size) => Ok(Source::Sized(place, size)),
            None => kernel.read_place(task, &place, "").map(Source::Text),
        },
    }
}

impl Launch {
    /// A copy that takes as long as the disk needs for it.
    fn by_disk(mut self, transfer: Transfer, now_ms: u64) -> Self {
        if let Behaviour::Copy(copy) = &mut self.work.behaviour {
            let endless = matches!(self.work.ends, Ends::Never);
            self.work.ends = Ends::AfterTransfer(if endless { u64::MAX } else { copy.bytes });
            (copy.transfer, copy.started_ms) = (Some(transfer), now_ms);
            self.demand.cpu_milli = 0;
        }
        self
    }
}

impl Kernel {
    /// open(2), O_DIRECT: EINVAL on a file system that has no such thing, as tmpfs before 6.6.
    fn check_direct(&self, operands: &Operands, source: &Source, to: Option<&Place>) -> Result<(), String> {
        let kernel = self.profile.kernel;
        let refuses = |place: &Place| {
            let device = self.device_of(&place.node).is_some();
            !device && self.disk_of(&place.node).is_none() && (kernel.major, kernel.minor) < (6, 6)
        };
        let from = match source {
            Source::Sized(place, _) => Some(place),
            Source::Text(_) | Source::Endless(_) | Source::Zeros | Source::Input => None,
        };
        let ends = [(from, &operands.input), (to, &operands.output)];
        for ((place, path), direct) in ends.into_iter().zip(operands.direct) {
            if direct && place.is_some_and(refuses) {
                let path = path.as_deref().unwrap_or_default();
                return Err(format!("dd: failed to open '{path}': {}\n", Errno::EINVAL.text()));
            }
        }
        Ok(())
    }

    /// A copy of a pipe that has ended: what came through it.
    fn with_input(&mut self, task: &Task, copy: &Copy) -> Copy {
        let mut copy = copy.clone();
        if let (true, Stdio::Pipe(handle)) = (copy.from_input, &task.stdio[0])
            && let Some(pipe) = self.pipes.get_mut(&handle.pipe)
        {
            let text = std::mem::take(&mut pipe.text);
            let bytes = (text.len() as u64).saturating_add(pipe.passed);
            copy.bytes = bytes.min(copy.most.unwrap_or(bytes));
            copy.text = (pipe.passed == 0).then(|| cut(text, copy.most));
            pipe.opaque = 0;
        }
        copy
    }

    /// How the bytes go past the cache: to a disk, or from one.
    fn transfer_of(&self, operands: &Operands, source: &Source, to: Option<&Place>) -> Option<Transfer> {
        let block = operands.block;
        let disk = |place: &Place, direct: bool| self.disk_of(&place.node).filter(|_| direct);
        if let Some(device) = to.and_then(|place| disk(place, operands.direct[1])) {
            return Some(Transfer { device, write: true, block });
        }
        match source {
            Source::Sized(place, _) => {
                disk(place, operands.direct[0]).map(|device| Transfer { device, write: false, block })
            }
            Source::Text(_) | Source::Endless(_) | Source::Zeros | Source::Input => None,
        }
    }
}

impl Operands {
    /// The outer error is what the model lacks, the inner one what dd says.
    fn parse(arguments: &[String]) -> Result<Result<Self, String>, Refusal> {
        let mut operands = Self {
            input: None,
            output: None,
            block: 512,
            count: None,
            skip: 0,
            seek: 0,
            keep: false,
            report: Report::All,
            direct: [false; 2],
        };
        for argument in arguments {
            let (name, value) = argument.split_once('=').unwrap_or((argument, ""));
            let wrong = || match is_too_large(value) {
                true => format!("dd: invalid number: '{value}': {}\n", Errno::EOVERFLOW.text()),
                false => format!("dd: invalid number: '{value}'\n"),
            };
            let number = || amount(value).ok_or_else(wrong);
            let positive = || number().and_then(|number| if number == 0 { Err(wrong()) } else { Ok(number) });
            let mut set = Ok(());
            match name {
                "if" => operands.input = Some(value.to_owned()),
                "of" => operands.output = Some(value.to_owned()),
                "bs" => set = positive().map(|number| operands.block = number),
                "count" => set = number().map(|number| operands.count = Some(number)),
                "skip" | "iseek" => set = number().map(|number| operands.skip = number),
                "seek" | "oseek" => set = number().map(|number| operands.seek = number),
                "status" if value == "none" => operands.report = Report::Nothing,
                "status" if value == "noxfer" => operands.report = Report::Records,
                "status" if value != "progress" => set = Err(wrong_word("status level", value)),
                "conv" | "iflag" | "oflag" => set = operands.read_words(name, value)?,
                "ibs" | "obs" | "cbs" | "status" => {
                    return not_modelled("execve", &format!("dd's operand {name}"));
                }
                _ => {
                    let help = "Try 'dd --help' for more information.";
                    set = Err(format!("dd: unrecognized operand '{argument}'\n{help}\n"));
                }
            }
            if let Err(message) = set {
                return Ok(Err(message));
            }
        }
        Ok(Ok(operands))
    }

    /// The words of conv=, iflag= and oflag=. The outer error is what the model lacks.
    fn read_words(&mut self, name: &str, value: &str) -> Result<Result<(), String>, Refusal> {
        let (known, what) = match name {
            "conv" => (&CONVERSIONS[..], "conversion"),
            "iflag" => (&FLAGS[..], "input flag"),
            _ => (&FLAGS[..], "output flag"),
        };
        for word in value.split(',') {
            match known.iter().find(|(known, _)| *known == word && !word.is_empty()) {
                None => return Ok(Err(wrong_word(what, word))),
                Some((_, false)) => return not_modelled("execve", &format!("dd's {name}={word}")),
                Some(_) => {}
            }
            self.keep |= word == "notrunc";
            if word == "direct" {
                self.direct[usize::from(name == "oflag")] = true;
            }
        }
        Ok(Ok(()))
    }

    /// The input without the blocks that are skipped.
    fn behind_skipped(&self, source: Source) -> Result<Source, Refusal> {
        let bytes = self.skip.saturating_mul(self.block);
        if bytes == 0 {
            return Ok(source);
        }
        let short = || not_modelled("execve", "dd that skips more than there is");
        match source {
            Source::Text(text) => match usize::try_from(bytes).ok().and_then(|bytes| text.get(bytes..)) {
                Some(rest) => Ok(Source::Text(rest.to_owned())),
                None => short(),
            },
            Source::Sized(place, size) => match size.checked_sub(bytes) {
                Some(rest) => Ok(Source::Sized(place, rest)),
                None => short(),
            },
            Source::Input => not_modelled("execve", "dd that skips what comes through a pipe"),
            endless => Ok(endless),
        }
    }

    /// Opens the output. What is behind the place where the copy begins is cut off, and what is missing before it is a
    /// hole.
    fn open_output(&self, kernel: &mut Kernel, task: &Task) -> Result<Option<Place>, Refusal> {
        let Some(path) = &self.output else { return Ok(None) };
        if self.seek == 0 && !self.keep {
            return kernel.open(task, path, OpenMode::Truncate).map(Some);
        }
        let place = kernel.open(task, path, OpenMode::Append)?;
        let begin = self.seek.saturating_mul(self.block);
        let is_regular = kernel.kind(&place.node) == FileKind::Regular;
        if is_regular && kernel.stat(&place.node).size != begin {
            if self.keep && kernel.stat(&place.node).size > begin {
                return not_modelled("execve", "dd that writes into the middle of a file");
            }
            kernel.truncate(task, &place, begin, path)?;
        }
        Ok(Some(place))
    }

    /// Bytes of its buffer, which is made for the first block.
    fn buffer(&self) -> u64 {
        if self.count == Some(0) { 0 } else { self.block }
    }

    fn work(self, source: Source, to: Option<Place>, to_pipe: bool) -> Launch {
        let most = self.count.map(|count| count.saturating_mul(self.block));
        let mut from = None;
        let (text, bytes, rate, from_input) = match source {
            Source::Text(text) => {
                let text = cut(text, most);
                let bytes = text.len() as u64;
                (Some(text), Some(bytes), ZERO_RATE, false)
            }
            Source::Sized(place, size) => {
                from = Some(place);
                (None, Some(size.min(most.unwrap_or(size))), ZERO_RATE, false)
            }
            Source::Endless(rate) => (None, most, rate, false),
            // What a reader of a pipe takes at once, it may look at.
            Source::Zeros if to_pipe => {
                let few = most.filter(|most| *most <= limits::READ_MAX);
                let text = few.map(|most| "\0".repeat(usize::try_from(most).unwrap_or(0)));
                (text, most, ZERO_RATE, false)
            }
            Source::Zeros => (None, most, ZERO_RATE, false),
            Source::Input => (None, None, PIPE_RATE, true),
        };
        let rate = if to_pipe { rate.min(PIPE_RATE) } else { rate };
        // Most of the time it waits for what is behind the pipe.
        let cpu_milli = if to_pipe || from_input { 100 } else { 1000 };
        let ms = bytes.map(|bytes| bytes / rate);
        let demand =
            Demand { cpu_milli, memory: self.buffer().saturating_add(sleep::MEMORY), ends_after_ms: ms };
        let copy = Copy {
            block: self.block,
            bytes: bytes.unwrap_or(0),
            most,
            text,
            from_input,
            from,
            to,
            report: self.report,
            rate,
            transfer: None,
            started_ms: 0,
        };
        let ends = ms.map_or(Ends::Never, |ms| Ends::AfterWork(ms.saturating_mul(u64::from(cpu_milli))));
        Launch::new(demand, ends, Behaviour::Copy(copy))
    }
}

fn wrong_word(what: &str, word: &str) -> String {
    format!("dd: invalid {what}: '{word}'\nTry 'dd --help' for more information.\n")
}

fn cut(mut text: String, most: Option<u64>) -> String {
    let most = most.and_then(|most| usize::try_from(most).ok()).unwrap_or(usize::MAX);
    let mut end = text.len().min(most);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.truncate(end);
    text
}

/// Writes what was copied, and the three lines about it.
pub(super) fn finish(kernel: &mut Kernel, task: &Task, copy: &Copy) {
    let copy = &kernel.with_input(task, copy);
    let mut writer = task.clone();
    if let Some(place) = &copy.to {
        writer.stdio[1] = Stdio::File(place.clone());
    }
    if let Some(from) = copy.from.as_ref().filter(|_| !copy.passes_cache(false)) {
        kernel.cache_file(task.pid, &from.node, copy.bytes);
    }
    match (&copy.text, &copy.to) {
        _ if copy.bytes == 0 => {}
        (None, Some(to)) if copy.passes_cache(true) => kernel.append(to, "", copy.bytes),
        (Some(text), _) => kernel.say(&writer, 1, text),
        (None, _) => kernel.put_bytes(&writer, copy.bytes),
    }
    // It may have been killed for want of memory.
    if copy.report != Report::Nothing && kernel.is_alive(task.pid) {
        kernel.say(task, 2, &copy.summary(kernel.now_ms()));
    }
}

impl Copy {
    /// True where it goes past the cache in this direction.
    fn passes_cache(&self, write: bool) -> bool {
        self.transfer.is_some_and(|transfer| transfer.write == write)
    }

    /// coreutils' print_stats(). The time is what the rates above give: on Linux it is measured.
    fn summary(&self, now_ms: u64) -> String {
        let (full, rest) = if self.from_input && self.text.is_none() && self.block > limits::PIPE_CAPACITY {
            // A read gives what is in the pipe, and that is no whole block.
            (0, self.bytes.div_ceil(limits::PIPE_CAPACITY))
        } else {
            (self.bytes / self.block, u64::from(!self.bytes.is_multiple_of(self.block)))
        };
        let records = format!("{full}+{rest} records");
        if self.report == Report::Records {
            return format!("{records} in\n{records} out\n");
        }
        let milliseconds = match self.transfer {
            Some(_) => now_ms.saturating_sub(self.started_ms) as f64,
            None => self.bytes as f64 / self.rate as f64,
        };
        let seconds = (milliseconds / 1000.0).max(1e-5);
        format!(
            "{records} in\n{records} out\n{} copied, {} s, {}\n",
            byte_count(self.bytes),
            general(seconds),
            rate(self.bytes, seconds)
        )
    }
}

#[cfg(test)]
mod tests {
    use super::{Ends, Operands, Source};

    fn parse(words: &[&str]) -> Result<Operands, String> {
        let words: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
        Operands::parse(&words).expect("operands that are modelled")
    }

    #[test]
    fn complains_like_coreutils() {
        let cases: [(&[&str], &str); 7] = [
            (&["conv=fsync,foo"], "dd: invalid conversion: 'foo'\nTry 'dd --help' for more information.\n"),
            (&["oflag=foo"], "dd: invalid output flag: 'foo'\nTry 'dd --help' for more information.\n"),
            (&["status=foo"], "dd: invalid status level: 'foo'\nTry 'dd --help' for more information.\n"),
            (&["foo=1"], "dd: unrecognized operand 'foo=1'\nTry 'dd --help' for more information.\n"),
            (&["foo"], "dd: unrecognized operand 'foo'\nTry 'dd --help' for more information.\n"),
            (&["bs=x"], "dd: invalid number: 'x'\n"),
            (&["bs=0"], "dd: invalid number: '0'\n"),
        ];
        for (words, message) in cases {
            assert_eq!(parse(words), Err(message.to_owned()));
        }
    }

    #[test]
    fn ends_only_where_something_ends_it() {
        let endless = parse(&["if=/dev/zero"]).expect("good operands");
        assert_eq!(endless.work(Source::Endless(1000), None, false).work.ends, Ends::Never);
        let counted = parse(&["bs=1k", "count=10"]).expect("good operands");
        assert_eq!(counted.work(Source::Endless(1024), None, false).work.ends, Ends::AfterWork(10_000));
    }
}
