//! `ipcs`, `ipcmk` and `ipcrm`, as util-linux 2.38: System V IPC objects.

use super::accounts::Accounts;
use super::options::{self, flag, value};
use super::{Action, Command, Completes, Fidelity, Output, Planned, Request, TOOL};
use crate::plan::{Answer, Call, Errno, FileRef, IpcFlags, Plan, Reply, Step, Text};

pub(super) const IPCS: Command = Command {
    name: "ipcs",
    usage: "[-mqsa]",
    options: &[flag('m', "shmems"), flag('q', "queues"), flag('s', "semaphores"), flag('a', "all")],
    fidelity: Fidelity::Partial("partial-command-ipcs"),
    completes: Completes::Nothing,
    action: Action::Plan(ipcs),
    ..TOOL
};

pub(super) const IPCMK: Command = Command {
    name: "ipcmk",
    usage: "[-M BYTES] [-Q] [-S NUMBER] [-p MODE]",
    options: &[value('M', "shmem"), value('S', "semaphore"), flag('Q', "queue"), value('p', "mode")],
    fidelity: Fidelity::Partial("partial-command-ipcmk"),
    completes: Completes::Nothing,
    action: Action::Plan(ipcmk),
    ..TOOL
};

pub(super) const IPCRM: Command = Command {
    name: "ipcrm",
    usage: "[-m ID] [-M KEY] [-q ID] [-Q KEY] [-s ID] [-S KEY]",
    options: &[
        value('m', "shmem-id"),
        value('M', "shmem-key"),
        value('q', "queue-id"),
        value('Q', "queue-key"),
        value('s', "semaphore-id"),
        value('S', "semaphore-key"),
    ],
    completes: Completes::Nothing,
    action: Action::Plan(ipcrm),
    ..TOOL
};

/// The kinds in the order of ipcs: letter, file, title, names of the columns behind `perms`.
const KINDS: [(char, &str, &str, &str, &[&str]); 3] = [
    ('q', "msg", "Message Queues", "msqid", &["used-bytes", "messages"]),
    ('m', "shm", "Shared Memory Segments", "shmid", &["bytes", "nattch", "status"]),
    ('s', "sem", "Semaphore Arrays", "semid", &["nsems"]),
];

fn ipcs(request: &Request<'_>) -> Planned {
    let parsed = match options::parse(request) {
        Ok(parsed) => parsed,
        Err(output) => return output.into(),
    };
    let all = parsed.has('a') || !['m', 'q', 's'].iter().any(|letter| parsed.has(*letter));
    let shown: Vec<usize> = (0..3).filter(|index| all || parsed.has(KINDS[*index].0)).collect();
    let file = |index: &usize| FileRef::Path(Text::from(format!("/proc/sysvipc/{}", KINDS[*index].1)));
    let steps =
        shown.iter().map(|index| Step::new(request.actor, Call::Read { file: file(index), at_most: None }));
    let plan = Plan::independent(steps.collect());
    let accounts = Accounts::read(request);
    Planned::new(plan, move |answers| {
        let mut text = String::new();
        for (index, answer) in shown.iter().zip(answers.answers) {
            if let Ok(Reply::Data(lines)) = answer {
                text.push_str(&section(*index, lines, &accounts));
            }
        }
        text.push('\n');
        Output::text(text)
    })
}

fn section(index: usize, lines: &str, accounts: &Accounts) -> String {
    let (_, file, title, id, columns) = KINDS[index];
    let pad = |column: &&str| match *column {
        "used-bytes" | "messages" | "status" => format!("{column:<12}"),
        _ => format!("{column:<10}"),
    };
    let headings: Vec<String> = columns.iter().map(pad).collect();
    let mut text = format!("\n------ {title} --------\n");
    text.push_str(&format!(
        "{:<10} {id:<10} {:<10} {:<10} {}\n",
        "key",
        "owner",
        "perms",
        headings.join(" ")
    ));
    for line in lines.lines().skip(1) {
        let fields: Vec<&str> = line.split_whitespace().collect();
        let field = |index: usize| fields.get(index).copied().unwrap_or_default();
        let key = field(0).parse::<i32>().unwrap_or(0);
        // The owner's column in the file, and what is told of the object.
        let (owner, rest) = match file {
            "msg" => (7, format!("{:<12} {:<12}", field(3), field(4))),
            "shm" => (7, format!("{:<10} {:<10} {:<6} {:<6}", field(3), field(6), "", "")),
            _ => (4, format!("{:<10}", field(3))),
        };
        let uid = field(owner).parse::<u32>().unwrap_or(0);
        let user = accounts.user(uid).map_or_else(|| uid.to_string(), str::to_owned);
        let user: String = user.chars().take(10).collect();
        text.push_str(&format!("{key:#010x} {:<10} {user:<10} {:<10} {rest}\n", field(1), field(2)));
    }
    text
}

fn ipcmk(request: &Request<'_>) -> Planned {
    match read_ipcmk(request) {
        Ok(planned) => planned,
        Err(output) => output.into(),
    }
}

/// `4096`, `1KiB`, `2M`: strtosize(3) of util-linux.
fn size(word: &str) -> Option<u64> {
    let digits = word.find(|char: char| !char.is_ascii_digit()).unwrap_or(word.len());
    let number: u64 = word.get(..digits)?.parse().ok()?;
    let (base, suffix): (u64, &str) = match word.get(digits..)? {
        "" => return Some(number),
        suffix if suffix.ends_with("iB") => (1024, suffix.strip_suffix("iB")?),
        suffix if suffix.ends_with('B') => (1000, suffix.strip_suffix('B')?),
        suffix => (1024, suffix),
    };
    let power = "KMGT".find(suffix.to_ascii_uppercase().as_str()).filter(|_| suffix.len() == 1)?;
    number.checked_mul(base.checked_pow(u32::try_from(power + 1).ok()?)?)
}

fn read_ipcmk(request: &Request<'_>) -> Result<Planned, Output> {
    let parsed = options::parse(request)?;
    let wrong = |message: String| Output::error(request.message(&message), 1);
    let mode = match parsed.value('p').map(|word| request.show(word)) {
        None => 0o644,
        Some(word) => {
            u32::from_str_radix(&word, 8).map_err(|_| wrong(format!("failed to parse mode: '{word}'")))?
        }
    };
    let flags = IpcFlags { create: true, exclusive: false, mode };
    let mut made = Vec::new();
    if let Some(word) = parsed.value('M').map(|word| request.show(word)) {
        let unknown = || wrong(format!("failed to parse size: '{word}': Invalid argument"));
        let size = size(&word).ok_or_else(unknown)?;
        made.push((
            "Shared memory id",
            "create share memory failed",
            Call::Shmget { key: key(request, 1), size, flags },
        ));
    }
    if parsed.has('Q') {
        made.push((
            "Message queue id",
            "create message queue failed",
            Call::Msgget { key: key(request, 2), flags },
        ));
    }
    if let Some(word) = parsed.value('S').map(|word| request.show(word)) {
        let nsems = word.parse().map_err(|_| wrong(format!("failed to parse elements: '{word}'")))?;
        made.push((
            "Semaphore id",
            "create semaphore failed",
            Call::Semget { key: key(request, 3), nsems, flags },
        ));
    }
    if made.is_empty() {
        return Err(options::usage(request, "bad usage"));
    }
    let steps = made.iter().map(|(.., call)| Step::new(request.actor, call.clone())).collect();
    let words: Vec<(&str, &str)> = made.iter().map(|(name, failed, _)| (*name, *failed)).collect();
    Ok(Planned::new(Plan::independent(steps), move |answers| {
        let mut output = Output::default();
        for ((name, failed), answer) in words.iter().zip(answers.answers) {
            match answer {
                Ok(Reply::Object(id)) => output.out(format!("{name}: {id}\n")),
                Err(refusal) => {
                    output.err(format!("ipcmk: {failed}: {}\n", refusal.errno.text()), 1);
                    break;
                }
                _ => {}
            }
        }
        output
    }))
}

/// The real one takes a random key. This one is made of who asks and what there is, so that a line gives the same
/// wherever it is played again.
fn key(request: &Request<'_>, kind: u32) -> i32 {
    let pid = request.observe.pid_for(request.actor, request.actor).unwrap_or(0);
    let file = |name: &str| {
        let path = Text::from(format!("/proc/sysvipc/{name}"));
        match request.observe.observe(request.actor, &crate::plan::Probe::File(path)) {
            crate::plan::Observation::Data(text) => u32::try_from(text.lines().count()).unwrap_or(0),
            _ => 0,
        }
    };
    let objects = ["shm", "msg", "sem"].map(file).into_iter().sum::<u32>();
    let mixed = (pid.wrapping_mul(0x9e37_79b9) ^ objects.wrapping_mul(0x85eb_ca6b)).rotate_left(7 * kind);
    (mixed | 1).cast_signed()
}

fn ipcrm(request: &Request<'_>) -> Planned {
    match read_ipcrm(request) {
        Ok(planned) => planned,
        Err(output) => output.into(),
    }
}

fn read_ipcrm(request: &Request<'_>) -> Result<Planned, Output> {
    let parsed = options::parse(request)?;
    if let Some(extra) = parsed.operands.first() {
        return Err(options::usage(request, &format!("unknown argument: {}", request.show(extra))));
    }
    if parsed.options.is_empty() {
        return Err(options::usage(request, "bad usage"));
    }
    let mut calls = Vec::new();
    let mut output = Output::default();
    for (letter, word) in &parsed.options {
        let word = request.show(word);
        let by_key = letter.is_ascii_uppercase();
        let Some(number) = number(&word) else {
            output.err(format!("ipcrm: failed to parse argument: '{word}'\n"), 1);
            break;
        };
        let id = if by_key { id_of(request, letter.to_ascii_lowercase(), number) } else { Some(number) };
        let Some(id) = id else {
            output.err(format!("ipcrm: invalid key ({word})\n"), 1);
            continue;
        };
        let call = match letter.to_ascii_lowercase() {
            'm' => Call::Shmctl { id },
            'q' => Call::Msgctl { id },
            _ => Call::Semctl { id },
        };
        calls.push((word, call));
    }
    let steps = calls.iter().map(|(_, call)| Step::new(request.actor, call.clone())).collect();
    Ok(Planned::new(Plan::independent(steps), move |answers| {
        for ((word, _), answer) in calls.iter().zip(answers.answers) {
            let Answer::Err(refusal) = answer else { continue };
            let said = match refusal.errno {
                Errno::EPERM | Errno::EACCES => format!("permission denied for id ({word})"),
                _ => format!("invalid id ({word})"),
            };
            output.err(format!("ipcrm: {said}\n"), 1);
        }
        output
    }))
}

fn number(word: &str) -> Option<i32> {
    match word.strip_prefix("0x") {
        Some(digits) => u32::from_str_radix(digits, 16).ok().map(u32::cast_signed),
        None => word.parse().ok(),
    }
}

/// The id of the object with a key, from the lists of the kernel.
fn id_of(request: &Request<'_>, letter: char, key: i32) -> Option<i32> {
    let (_, file, ..) = KINDS.iter().find(|(kind, ..)| *kind == letter)?;
    let path = Text::from(format!("/proc/sysvipc/{file}"));
    let crate::plan::Observation::Data(text) =
        request.observe.observe(request.actor, &crate::plan::Probe::File(path))
    else {
        return None;
    };
    let row = |line: &str| {
        let mut fields = line.split_whitespace();
        let same = fields.next()?.parse::<i32>().ok()? == key;
        same.then(|| fields.next()?.parse().ok()).flatten()
    };
    text.lines().skip(1).find_map(row)
}
