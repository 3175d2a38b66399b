//! `nsenter`, as util-linux 2.38: a command in the namespaces of another task.

use super::options::{self, Parsed, flag, value};
use super::unshare::KINDS;
use super::{
    Act, Action, Command, Completes, Fidelity, Launch, Launched, Output, Refused, Request, Setup, TOOL,
};
use crate::plan::{Call, Errno, NamespaceRef, Observation, Probe, Text};

pub(super) const NSENTER: Command = Command {
    name: "nsenter",
    usage: "-t PID [-a] [-muinpUCT] [-F] [-S UID] [-G GID] COMMAND [ARGUMENT…]",
    options: &[
        value('t', "target"),
        flag('a', "all"),
        flag('m', "mount"),
        flag('u', "uts"),
        flag('i', "ipc"),
        flag('n', "net"),
        flag('p', "pid"),
        flag('U', "user"),
        flag('C', "cgroup"),
        flag('T', "time"),
        value('S', "setuid"),
        value('G', "setgid"),
        flag('F', "no-fork"),
        options::Opt { short: '1', long: "preserve-credentials", takes: false, only_long: true },
    ],
    fidelity: Fidelity::Partial("partial-command-nsenter"),
    completes: Completes::Commands,
    action: Action::Launch(launch),
    ..TOOL
};

/// What a refusal means.
type WhenRefused = fn(Errno, u32) -> Refused;

/// In the order in which they are entered, with the file and what is said of one that can't be.
const ORDER: [(char, &str, WhenRefused); 8] = [
    ('U', "user", |errno, _| failed("user", errno)),
    ('C', "cgroup", |errno, _| failed("cgroup", errno)),
    ('i', "ipc", |errno, _| failed("ipc", errno)),
    ('u', "uts", |errno, _| failed("uts", errno)),
    ('n', "net", |errno, _| failed("net", errno)),
    ('p', "pid", |errno, _| failed("pid", errno)),
    ('m', "mnt", |errno, _| failed("mnt", errno)),
    ('T', "time", |errno, _| failed("time", errno)),
];

fn failed(kind: &str, errno: Errno) -> Refused {
    Refused::Ends(1, format!("nsenter: reassociate to namespace 'ns/{kind}' failed: {}", errno.text()))
}

fn launch(request: &Request<'_>) -> Launched {
    match read(request) {
        Ok(launch) => Launched::Command(launch),
        Err(output) => Launched::Planned(output.into()),
    }
}

fn step(act: Act, refused: fn(Errno, u32) -> Refused) -> Setup {
    Setup { act, why: "why-nsenter", refused }
}

fn read(request: &Request<'_>) -> Result<Launch, Output> {
    let parsed = options::parse_leading(request)?;
    let wrong = |message: &str| Output::error(request.message(message), 1);
    let target = parsed.value('t').cloned();
    if let Some(word) =
        target.as_ref().map(|word| request.show(word)).filter(|word| word.parse::<u32>().is_err())
    {
        return Err(wrong(&format!("failed to parse pid: '{word}'")));
    }
    if parsed.has('a') && target.is_none() {
        return Err(wrong("no target PID specified for --all"));
    }
    let chosen = chosen(request, &parsed, target.as_ref())?;
    if parsed.operands.is_empty() {
        return Err(super::wording_error(request, "command-nsenter"));
    }
    let mut setup = Vec::new();
    for (letter, file, refused) in &chosen {
        let flags = KINDS.iter().filter(|(kind, _)| kind == letter).map(|(_, name)| (*name).to_owned());
        let call = Call::Setns { from: NamespaceRef::File(file.clone()), nstype: flags.collect() };
        setup.push(step(Act::Call(call), *refused));
    }
    let enters = |letter: char| chosen.iter().any(|(kind, ..)| *kind == letter);
    if enters('p') && !parsed.has('F') {
        setup.push(step(Act::Fork("nsenter"), |errno, _| {
            Refused::Ends(1, format!("nsenter: fork failed: {}", errno.text()))
        }));
    }
    setup.extend(ids(request, &parsed, enters('U') && !parsed.has('1'))?);
    setup.push(step(Act::Become, |errno, _| Refused::Ends(1, format!("nsenter: {}", errno.text()))));
    let missing = |name: &str| (127, format!("nsenter: failed to execute {name}: {}", Errno::ENOENT.text()));
    Ok(Launch { setup, words: parsed.operands, missing })
}

/// A namespace that is entered: the letter of its kind, its file, what is said where that is refused.
type Chosen = (char, Text, WhenRefused);

fn chosen(request: &Request<'_>, parsed: &Parsed, target: Option<&Text>) -> Result<Vec<Chosen>, Output> {
    let wrong = |message: String| Output::error(request.message(&message), 1);
    let mut chosen = Vec::new();
    for (letter, name, refused) in ORDER {
        if !parsed.has(letter) && !parsed.has('a') {
            continue;
        }
        let Some(target) = target else {
            return Err(wrong(format!("neither filename nor target pid supplied for ns/{name}")));
        };
        let mut file = Text::from("/proc/");
        file.push(target);
        file.push_str(&format!("/ns/{name}"));
        let link = |path: Text| request.observe.observe(request.actor, &Probe::Target(path));
        let there = link(file.clone());
        // "the target's namespaces that are not the caller's own".
        let own = link(Text::from(format!("/proc/self/ns/{name}")));
        if parsed.has('a') && !parsed.has(letter) && there == own {
            continue;
        }
        if let Observation::Refused(errno) = there {
            return Err(wrong(format!("cannot open {}: {}", request.show(&file), errno.text())));
        }
        chosen.push((letter, file, refused));
    }
    Ok(chosen)
}

/// In another user namespace nsenter becomes its root, unless told otherwise.
fn ids(request: &Request<'_>, parsed: &Parsed, root: bool) -> Result<Vec<Setup>, Output> {
    let number = |letter: char| match parsed.value(letter).map(|word| request.show(word)) {
        None => Ok(root.then_some(0)),
        Some(word) => word.parse::<u32>().map(Some).map_err(|_| {
            let what = if letter == 'S' { "uid" } else { "gid" };
            Output::error(request.message(&format!("failed to parse {what}: '{word}'")), 1)
        }),
    };
    let mut setup = Vec::new();
    if let Some(gid) = number('G')? {
        // Where setgroups is denied, the groups stay.
        setup.push(step(Act::TryClearGroups, |_, _| Refused::GoesOn(String::new())));
        let call = Call::Setresgid { rgid: Some(gid), egid: Some(gid), sgid: Some(gid) };
        setup.push(step(Act::Call(call), |errno, _| {
            Refused::Ends(1, format!("nsenter: setgid failed: {}", errno.text()))
        }));
    }
    if let Some(uid) = number('S')? {
        let call = Call::Setresuid { ruid: Some(uid), euid: Some(uid), suid: Some(uid) };
        setup.push(step(Act::Call(call), |errno, _| {
            Refused::Ends(1, format!("nsenter: setuid failed: {}", errno.text()))
        }));
    }
    Ok(setup)
}
