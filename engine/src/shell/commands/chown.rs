//! `chown` and `chgrp`, as coreutils': whose a file is.

use super::accounts::Accounts;
use super::options::{self, Opt, Parsed, flag};
use super::{Action, Command, Fidelity, Output, Planned, Request, TOOL, join};
use crate::plan::reply::FileKind;
use crate::plan::{Call, Observation, Plan, Probe, Step, Text};

const OPTIONS: &[Opt] = &[flag('R', "recursive"), flag('f', "silent"), flag('h', "no-dereference")];

pub(super) const CHOWN: Command = Command {
    name: "chown",
    usage: "[-Rfh] [OWNER][:[GROUP]] FILE…",
    options: OPTIONS,
    fidelity: Fidelity::Partial("partial-command-chown"),
    action: Action::Plan(chown),
    ..TOOL
};

pub(super) const CHGRP: Command = Command {
    name: "chgrp",
    usage: "[-Rfh] GROUP FILE…",
    options: OPTIONS,
    fidelity: Fidelity::Partial("partial-command-chown"),
    action: Action::Plan(chgrp),
    ..TOOL
};

/// The new owner and group.
type Owner = (Option<u32>, Option<u32>);

fn chown(request: &Request<'_>) -> Planned {
    match read(request, owner) {
        Ok(planned) => planned,
        Err(output) => output.into(),
    }
}

fn chgrp(request: &Request<'_>) -> Planned {
    let group = |accounts: &Accounts, spec: &str| match group(accounts, spec) {
        Some(gid) => Ok((None, Some(gid))),
        None => Err(format!("invalid group: '{spec}'")),
    };
    match read(request, group) {
        Ok(planned) => planned,
        Err(output) => output.into(),
    }
}

fn group(accounts: &Accounts, word: &str) -> Option<u32> {
    accounts.group_named(word).or_else(|| word.parse().ok())
}

/// `OWNER`, `OWNER:GROUP`, `:GROUP`; `OWNER:` by name means the owner's own group.
fn owner(accounts: &Accounts, spec: &str) -> Result<Owner, String> {
    let (user, rest) = spec.split_once(':').map_or((spec, None), |(user, rest)| (user, Some(rest)));
    let named = accounts.user_named(user);
    let uid = match named {
        _ if user.is_empty() => None,
        Some((uid, _)) => Some(uid),
        None => Some(user.parse().map_err(|_| format!("invalid user: '{spec}'"))?),
    };
    let gid = match rest {
        None => None,
        Some("") if user.is_empty() => None,
        Some("") => match named {
            Some((_, gid)) => Some(gid),
            None => return Err(format!("invalid spec: '{spec}'")),
        },
        Some(word) => Some(group(accounts, word).ok_or_else(|| format!("invalid group: '{spec}'"))?),
    };
    Ok((uid, gid))
}

fn read(
    request: &Request<'_>,
    owner: impl Fn(&Accounts, &str) -> Result<Owner, String>,
) -> Result<Planned, Output> {
    let parsed = options::parse(request)?;
    let Some((word, files)) = parsed.operands.split_first() else {
        return Err(options::usage(request, "missing operand"));
    };
    let shown = request.show(word);
    if files.is_empty() {
        return Err(options::usage(request, &format!("missing operand after '{shown}'")));
    }
    let wrong = |message: String| Output::error(request.message(&message), 1);
    let owner = owner(&Accounts::read(request), &shown).map_err(wrong)?;
    let mut work = Work { request, owner, parsed: &parsed, steps: Vec::new(), changes: Vec::new() };
    for file in files {
        work.add(file, parsed.has('h'));
    }
    let (name, silent, changes) = (request.command.name, parsed.has('f'), work.changes);
    let what = if owner.0.is_none() && owner.1.is_some() { "group" } else { "ownership" };
    Ok(Planned::new(Plan::independent(work.steps), move |answers| {
        let mut output = Output::default();
        for ((path, known), answer) in changes.iter().zip(answers.answers) {
            let Err(refusal) = answer else { continue };
            let does = if *known { format!("changing {what} of") } else { "cannot access".to_owned() };
            if silent {
                output.status = 1;
            } else {
                output.err(format!("{name}: {does} '{path}': {}\n", refusal.errno.text()), 1);
            }
        }
        output
    }))
}

struct Work<'r> {
    request: &'r Request<'r>,
    owner: Owner,
    parsed: &'r Parsed,
    steps: Vec<Step>,
    /// Each path, and whether it could be looked at.
    changes: Vec<(String, bool)>,
}

impl Work<'_> {
    /// A file, and with `-R` what is below it, the directory last.
    fn add(&mut self, path: &Text, nofollow: bool) {
        let actor = self.request.actor;
        let kind = match self.request.look(path) {
            Observation::Stat(stat) => Some(stat.kind),
            // A link that leads nowhere is there all the same.
            _ if nofollow => Some(FileKind::Symlink),
            _ => None,
        };
        if self.parsed.has('R') && kind == Some(FileKind::Directory) {
            let probe = Probe::Directory(path.clone());
            if let Observation::Entries(entries) = self.request.observe.observe(actor, &probe) {
                for entry in entries {
                    self.add(&join(path, &entry.name), entry.kind == FileKind::Symlink);
                }
            }
        }
        let (uid, gid) = self.owner;
        let call = match kind {
            Some(_) => Call::Fchownat { path: path.clone(), uid, gid, nofollow },
            // The refusal is the kernel's to give.
            None => Call::Stat { path: path.clone() },
        };
        self.steps.push(Step::new(actor, call));
        self.changes.push((self.request.show(path), kind.is_some()));
    }
}
