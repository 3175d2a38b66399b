//! `id` and `whoami`, as coreutils': who one is.

use super::accounts::{Accounts, Identity, identity};
use super::options::{self, flag};
use super::{Action, Command, Completes, Output, Planned, Request, TOOL};
use crate::plan::{Call, FileRef, Plan, Reply, Step, Text};

pub(super) const ID: Command = Command {
    name: "id",
    usage: "[-Ggnru] [USER]",
    options: &[
        flag('u', "user"),
        flag('g', "group"),
        flag('G', "groups"),
        flag('n', "name"),
        flag('r', "real"),
    ],
    completes: Completes::Nothing,
    action: Action::Plan(id),
    ..TOOL
};

pub(super) const WHOAMI: Command = Command {
    name: "whoami",
    usage: "",
    completes: Completes::Nothing,
    action: Action::Plan(whoami),
    ..TOOL
};

fn id(request: &Request<'_>) -> Planned {
    let parsed = match options::parse(request) {
        Ok(parsed) => parsed,
        Err(output) => return output.into(),
    };
    let accounts = Accounts::read(request);
    let chosen: Vec<char> = ['u', 'g', 'G'].into_iter().filter(|letter| parsed.has(*letter)).collect();
    let (names, real) = (parsed.has('n'), parsed.has('r'));
    let wrong = |message: &str| Planned::from(Output::error(request.message(message), 1));
    let what = match chosen.as_slice() {
        [] if names || real => return wrong("cannot print only names or real IDs in default format"),
        [] => None,
        [one] => Some(*one),
        _ => return wrong("cannot print \"only\" of more than one choice"),
    };
    let print = move |accounts: &Accounts, who: &Identity| match what {
        None => Output::text(format!("{}\n", full(accounts, who))),
        Some('u') => user(accounts, if real { who.uid } else { who.euid }, names),
        Some('g') => groups(accounts, &[if real { who.gid } else { who.egid }], names),
        Some(_) => groups(accounts, &all_groups(who, true), names),
    };
    match parsed.operands.as_slice() {
        [] => of_self(request, move |who| print(&accounts, who)),
        [word] => {
            let name = request.show(word);
            match find(&accounts, &name) {
                Some(who) => print(&accounts, &who).into(),
                None => wrong(&format!("'{name}': no such user")),
            }
        }
        [_, second, ..] => {
            options::usage(request, &format!("extra operand '{}'", request.show(second))).into()
        }
    }
}

fn whoami(request: &Request<'_>) -> Planned {
    let parsed = match options::parse(request) {
        Ok(parsed) => parsed,
        Err(output) => return output.into(),
    };
    if let Some(extra) = parsed.operands.first() {
        return options::usage(request, &format!("extra operand '{}'", request.show(extra))).into();
    }
    let accounts = Accounts::read(request);
    of_self(request, move |who| match accounts.user(who.euid) {
        Some(name) => Output::text(format!("{name}\n")),
        None => Output::error(format!("whoami: cannot find name for user ID {}\n", who.euid), 1),
    })
}

/// The kernel's answers to getuid(2), getgroups(2) and their kin are in one file of /proc as well.
fn of_self(request: &Request<'_>, print: impl FnOnce(&Identity) -> Output + 'static) -> Planned {
    let call = Call::Read { file: FileRef::Path(Text::from("/proc/self/status")), at_most: None };
    Planned::new(Plan::independent(vec![Step::because(request.actor, call, "why-who-am-i")]), |answers| {
        match answers.answers.first() {
            Some(Ok(Reply::Data(status))) => print(&identity(status)),
            Some(Err(refusal)) => Output::error(format!("id: {}\n", refusal.errno.text()), 1),
            _ => Output::error("", 1),
        }
    })
}

/// A user by name or number, as the files have it.
fn find(accounts: &Accounts, name: &str) -> Option<Identity> {
    let by_number = || accounts.user(name.parse().ok()?);
    let name = if accounts.user_named(name).is_some() { name } else { by_number()? };
    let (uid, gid) = accounts.user_named(name)?;
    Some(Identity { uid, euid: uid, gid, egid: gid, groups: accounts.groups_of(name) })
}

/// The group itself first, each once.
fn all_groups(who: &Identity, real_too: bool) -> Vec<u32> {
    let mut groups = if real_too { vec![who.gid, who.egid] } else { vec![who.egid] };
    groups.extend(&who.groups);
    let mut once = Vec::new();
    for gid in groups {
        if !once.contains(&gid) {
            once.push(gid);
        }
    }
    once
}

fn full(accounts: &Accounts, who: &Identity) -> String {
    let named = |id: u32, name: Option<&str>| match name {
        Some(name) => format!("{id}({name})"),
        None => id.to_string(),
    };
    let user = |uid| named(uid, accounts.user(uid));
    let group = |gid| named(gid, accounts.group(gid));
    let mut text = format!("uid={} gid={}", user(who.uid), group(who.gid));
    if who.euid != who.uid {
        text.push_str(&format!(" euid={}", user(who.euid)));
    }
    if who.egid != who.gid {
        text.push_str(&format!(" egid={}", group(who.egid)));
    }
    let list: Vec<String> = all_groups(who, false).into_iter().map(group).collect();
    format!("{text} groups={}", list.join(","))
}

fn user(accounts: &Accounts, uid: u32, names: bool) -> Output {
    let mut output = Output::default();
    let name = accounts.user(uid).filter(|_| names);
    if names && name.is_none() {
        output.err(format!("id: cannot find name for user ID {uid}\n"), 1);
    }
    output.out(format!("{}\n", name.map_or_else(|| uid.to_string(), str::to_owned)));
    output
}

fn groups(accounts: &Accounts, groups: &[u32], names: bool) -> Output {
    let mut output = Output::default();
    let mut words = Vec::new();
    for gid in groups {
        let name = accounts.group(*gid).filter(|_| names);
        if names && name.is_none() {
            output.err(format!("id: cannot find name for group ID {gid}\n"), 1);
        }
        words.push(name.map_or_else(|| gid.to_string(), str::to_owned));
    }
    output.out(format!("{}\n", words.join(" ")));
    output
}
