//! `unshare`, as util-linux 2.38: a command in namespaces of its own.

use super::options::{self, Opt, Parsed, flag, value};
use super::{
    Act, Action, Command, Completes, Fidelity, Launch, Launched, Output, Refused, Request, Setup, TOOL,
};
use crate::plan::{Call, Errno, FileRef, OpenMode, Text};

const fn long(short: char, long: &'static str, takes: bool) -> Opt {
    Opt { short, long, takes, only_long: true }
}

pub(super) const UNSHARE: Command = Command {
    name: "unshare",
    usage: "[-muinpUCT] [-f] [-r|-c|--map-user=UID|--map-group=GID] [--mount-proc[=DIR]] COMMAND [ARGUMENT…]",
    options: &[
        flag('m', "mount"),
        flag('u', "uts"),
        flag('i', "ipc"),
        flag('n', "net"),
        flag('p', "pid"),
        flag('U', "user"),
        flag('C', "cgroup"),
        flag('T', "time"),
        flag('f', "fork"),
        flag('r', "map-root-user"),
        flag('c', "map-current-user"),
        long('1', "map-user", true),
        long('2', "map-group", true),
        long('3', "mount-proc", false),
        long('4', "setgroups", true),
        long('5', "propagation", true),
        long('6', "monotonic", true),
        long('7', "boottime", true),
        value('R', "root"),
        value('w', "wd"),
        value('S', "setuid"),
        value('G', "setgid"),
    ],
    fidelity: Fidelity::Partial("partial-command-unshare"),
    completes: Completes::Commands,
    action: Action::Launch(launch),
    ..TOOL
};

/// Letters of the kinds, and flags of unshare(2).
pub(super) const KINDS: [(char, &str); 8] = [
    ('m', "newns"),
    ('u', "newuts"),
    ('i', "newipc"),
    ('n', "newnet"),
    ('p', "newpid"),
    ('U', "newuser"),
    ('C', "newcgroup"),
    ('T', "newtime"),
];

fn launch(request: &Request<'_>) -> Launched {
    match read(request) {
        Ok(launch) => Launched::Command(launch),
        Err(output) => Launched::Planned(output.into()),
    }
}

/// A value of `--mount-proc` is optional, which no other command has: it is taken off before the options are read.
fn proc_mount(request: &Request<'_>) -> (Vec<Text>, Option<String>) {
    let mut place = None;
    let mut words = Vec::new();
    let mut leading = true;
    for word in request.arguments {
        let text = word.plain().unwrap_or_default();
        leading &= text.starts_with('-');
        match text.strip_prefix("--mount-proc").filter(|_| leading) {
            Some("") => place = Some("/proc".to_owned()),
            Some(rest) if rest.starts_with('=') => place = Some(rest[1..].to_owned()),
            _ => words.push(word.clone()),
        }
    }
    (words, place)
}

fn read(request: &Request<'_>) -> Result<Launch, Output> {
    let (words, proc) = proc_mount(request);
    let request = &Request { arguments: &words, ..*request };
    let parsed = options::parse_leading(request)?;
    let wrong = |message: &str| Output::error(request.message(message), 1);
    let mut flags: Vec<String> = Vec::new();
    for (letter, name) in KINDS {
        let implied = match letter {
            'U' => ['r', 'c', '1', '2'].iter().any(|option| parsed.has(*option)),
            'm' => proc.is_some(),
            _ => false,
        };
        if implied || parsed.has(letter) {
            flags.push(name.to_owned());
        }
    }
    if (parsed.has('6') || parsed.has('7')) && !parsed.has('T') {
        return Err(wrong("options --monotonic and --boottime require unsharing of a time namespace (-t)"));
    }
    let maps = Maps::read(request, &parsed)?;
    if parsed.operands.is_empty() {
        return Err(super::wording_error(request, "command-unshare"));
    }
    let mut setup = Vec::new();
    setup.push(step(Act::Call(Call::Unshare { flags: flags.clone() }), |errno, _| {
        ended(&format!("unshare failed: {}", errno.text()))
    }));
    setup.extend(offsets(&parsed));
    if parsed.has('f') {
        setup.push(step(Act::Fork("unshare"), |errno, _| ended(&format!("fork failed: {}", errno.text()))));
    }
    setup.extend(maps.setup());
    if flags.iter().any(|flag| flag == "newns") {
        setup.extend(propagation(request, &parsed)?);
    }
    setup.extend(directories(&parsed));
    if let Some(place) = proc {
        setup.push(mount_proc(&place));
    }
    setup.extend(ids(request, &parsed)?);
    setup.push(step(Act::Become, |errno, _| ended(&format!("failed to execute: {}", errno.text()))));
    let missing = |name: &str| (127, format!("unshare: failed to execute {name}: {}", Errno::ENOENT.text()));
    Ok(Launch { setup, words: parsed.operands, missing })
}

fn step(act: Act, refused: fn(Errno, u32) -> Refused) -> Setup {
    Setup { act, why: "why-unshare", refused }
}

fn ended(message: &str) -> Refused {
    Refused::Ends(1, format!("unshare: {message}"))
}

fn write(path: &str, data: &str) -> Act {
    Act::Call(Call::Write {
        file: FileRef::Path(Text::from(path)),
        data: Text::from(data),
        mode: OpenMode::Write,
    })
}

/// Which ids are mapped to the caller's own.
struct Maps {
    user: Option<u32>,
    group: Option<u32>,
    /// `-c`: each to itself.
    current: bool,
    setgroups: Option<&'static str>,
}

impl Maps {
    fn read(request: &Request<'_>, parsed: &Parsed) -> Result<Self, Output> {
        let wrong = |message: &str| Output::error(request.message(message), 1);
        let number = |letter: char, what: &str| match parsed.value(letter) {
            None => Ok(None),
            Some(word) => {
                let word = request.show(word);
                let unknown = || wrong(&format!("failed to parse {what}: '{word}': Invalid argument"));
                word.parse::<u32>().map(Some).map_err(|_| unknown())
            }
        };
        let root = parsed.has('r').then_some(0);
        let (user, group) = (number('1', "uid")?.or(root), number('2', "gid")?.or(root));
        let setgroups = match parsed.value('4').map(|word| request.show(word)).as_deref() {
            None => None,
            Some("allow") if group.is_some() || parsed.has('c') => {
                return Err(wrong("options --setgroups=allow and --map-group are mutually exclusive"));
            }
            Some("allow") => Some("allow"),
            Some("deny") => Some("deny"),
            Some(_) => return Err(wrong("unsupported --setgroups argument")),
        };
        Ok(Self { user, group, current: parsed.has('c'), setgroups })
    }

    fn setup(&self) -> Vec<Setup> {
        let mut setup = Vec::new();
        if self.user.is_some() || self.current {
            setup.push(step(Act::MapOwn { group: false, inside: self.user }, |errno, _| {
                ended(&format!("write failed /proc/self/uid_map: {}", errno.text()))
            }));
        }
        let maps_group = self.group.is_some() || self.current;
        if maps_group || self.setgroups.is_some() {
            let word = if maps_group { "deny" } else { self.setgroups.unwrap_or("deny") };
            setup.push(step(write("/proc/self/setgroups", word), |errno, _| {
                ended(&format!("write failed /proc/self/setgroups: {}", errno.text()))
            }));
        }
        if maps_group {
            setup.push(step(Act::MapOwn { group: true, inside: self.group }, |errno, _| {
                ended(&format!("write failed /proc/self/gid_map: {}", errno.text()))
            }));
        }
        setup
    }
}

fn offsets(parsed: &Parsed) -> impl Iterator<Item = Setup> {
    let clocks = [('7', "boottime"), ('6', "monotonic")];
    let lines: Vec<String> = clocks
        .into_iter()
        .filter_map(|(letter, clock)| Some(format!("{clock} {} 0", parsed.value(letter)?)))
        .collect();
    lines.into_iter().map(|line| {
        step(write("/proc/self/timens_offsets", &line), |errno, _| {
            ended(&format!("failed to write /proc/self/timens_offsets: {}", errno.text()))
        })
    })
}

/// "unshare since util-linux version 2.27 automatically sets propagation to private".
fn propagation(request: &Request<'_>, parsed: &Parsed) -> Result<Option<Setup>, Output> {
    let mode = parsed.value('5').map(|word| request.show(word));
    let flag = match mode.as_deref() {
        None | Some("private") => "private",
        Some("slave") => "slave",
        Some("shared") => "shared",
        Some("unchanged") => return Ok(None),
        Some(other) => {
            return Err(Output::error(request.message(&format!("unsupported propagation mode: {other}")), 1));
        }
    };
    let call = Call::Mount {
        source: Text::from("none"),
        target: Text::from("/"),
        fstype: String::new(),
        flags: vec!["rec".to_owned(), flag.to_owned()],
        data: Text::default(),
    };
    Ok(Some(step(Act::Call(call), |errno, _| {
        ended(&format!("cannot change root filesystem propagation: {}", errno.text()))
    })))
}

fn directories(parsed: &Parsed) -> Vec<Setup> {
    let root = parsed.value('R').map(|path| {
        step(Act::Call(Call::Chroot { path: path.clone() }), |errno, _| {
            ended(&format!("cannot change root directory: {}", errno.text()))
        })
    });
    let chdir = |path: Text| {
        step(Act::Call(Call::Chdir { path }), |errno, _| ended(&format!("cannot chdir: {}", errno.text())))
    };
    let slash = root.as_ref().map(|_| chdir(Text::from("/")));
    let directory = parsed.value('w').cloned().map(chdir);
    root.into_iter().chain(slash).chain(directory).collect()
}

fn mount_proc(place: &str) -> Setup {
    let call = Call::Mount {
        source: Text::from("proc"),
        target: Text::from(place),
        fstype: "proc".to_owned(),
        flags: ["nosuid", "noexec", "nodev"].map(str::to_owned).to_vec(),
        data: Text::default(),
    };
    step(Act::Call(call), |errno, _| ended(&format!("mount /proc failed: {}", errno.text())))
}

fn ids(request: &Request<'_>, parsed: &Parsed) -> Result<Vec<Setup>, Output> {
    let number = |letter: char| match parsed.value(letter).map(|word| request.show(word)) {
        None => Ok(None),
        Some(word) => word.parse::<u32>().map(Some).map_err(|_| {
            let what = if letter == 'S' { "uid" } else { "gid" };
            Output::error(request.message(&format!("failed to parse {what}: '{word}': Invalid argument")), 1)
        }),
    };
    let mut setup = Vec::new();
    if let Some(gid) = number('G')? {
        setup.push(step(Act::Call(Call::Setgroups { groups: Vec::new() }), |errno, _| {
            ended(&format!("setgroups failed: {}", errno.text()))
        }));
        let call = Call::Setresgid { rgid: Some(gid), egid: Some(gid), sgid: Some(gid) };
        setup.push(step(Act::Call(call), |errno, _| ended(&format!("setgid failed: {}", errno.text()))));
    }
    if let Some(uid) = number('S')? {
        let call = Call::Setresuid { ruid: Some(uid), euid: Some(uid), suid: Some(uid) };
        setup.push(step(Act::Call(call), |errno, _| ended(&format!("setuid failed: {}", errno.text()))));
    }
    Ok(setup)
}
