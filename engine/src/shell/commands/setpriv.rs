//! `setpriv`, as util-linux': runs a command as another user.

use super::accounts::{Accounts, myself};
use super::options::{self, Opt, Parsed};
use super::{
    Act, Action, Command, Completes, Fidelity, Launch, Launched, Output, Refused, Request, Setup, TOOL,
};
use crate::plan::{Call, Errno};

const fn long(short: char, long: &'static str, takes: bool) -> Opt {
    Opt { short, long, takes, only_long: true }
}

pub(super) const SETPRIV: Command = Command {
    name: "setpriv",
    usage: "[--reuid=USER] [--regid=GROUP] [--clear-groups|--keep-groups|--init-groups|--groups=LIST] COMMAND [ARGUMENT…]",
    options: &[
        long('u', "reuid", true),
        long('g', "regid", true),
        long('r', "ruid", true),
        long('e', "euid", true),
        long('R', "rgid", true),
        long('E', "egid", true),
        long('c', "clear-groups", false),
        long('k', "keep-groups", false),
        long('i', "init-groups", false),
        long('G', "groups", true),
    ],
    fidelity: Fidelity::Partial("partial-command-setpriv"),
    completes: Completes::Commands,
    action: Action::Launch(launch),
    ..TOOL
};

fn launch(request: &Request<'_>) -> Launched {
    match read(request) {
        Ok(launch) => Launched::Command(launch),
        Err(output) => Launched::Planned(output.into()),
    }
}

/// Real and effective id as they were asked for.
type Pair = (Option<u32>, Option<u32>);

fn read(request: &Request<'_>) -> Result<Launch, Output> {
    let parsed = options::parse_leading(request)?;
    let wrong = |message: &str| Output::error(request.message(message), 1);
    let accounts = Accounts::read(request);
    let user = pair(request, &parsed, ['u', 'r', 'e'], "uid", |word| {
        accounts.user_named(word).map(|(uid, _)| uid).or_else(|| word.parse().ok())
    })?;
    let group = |word: &str| accounts.group_named(word).or_else(|| word.parse().ok());
    let group_ids = pair(request, &parsed, ['g', 'R', 'E'], "gid", group)?;
    if parsed.operands.is_empty() {
        return Err(wrong("No program specified"));
    }
    let about_groups = ['c', 'k', 'i', 'G'].into_iter().filter(|letter| parsed.has(*letter));
    match about_groups.count() {
        0 if group_ids != (None, None) => {
            return Err(wrong(
                "--[re]gid requires --keep-groups, --clear-groups, --init-groups, or --groups",
            ));
        }
        0 | 1 => {}
        _ => {
            return Err(wrong(
                "mutually exclusive arguments: --clear-groups --keep-groups --init-groups --groups",
            ));
        }
    }
    let mut setup = Vec::new();
    setup.extend(ids(user, true));
    setup.extend(ids(group_ids, false));
    setup.extend(supplementary(request, &parsed, &accounts, user)?);
    // Root's rights go with its user id: setpriv keeps them until all is set (PR_SET_KEEPCAPS), and here the user
    // comes last. Who is no root has nothing to lose, and hears first of what setpriv tries first.
    if myself(request).euid == 0 {
        setup.reverse();
    }
    let missing =
        |name: &str| (127, format!("setpriv: failed to execute {name}: {}\n", Errno::ENOENT.text()));
    Ok(Launch { setup, words: parsed.operands, missing })
}

/// Reads the three options about users, or those about groups.
fn pair(
    request: &Request<'_>,
    parsed: &Parsed,
    [both, real, effective]: [char; 3],
    kind: &str,
    number: impl Fn(&str) -> Option<u32>,
) -> Result<Pair, Output> {
    let wrong = |message: String| Output::error(request.message(&message), 1);
    let mut ids = (None, None);
    for (letter, word) in &parsed.options {
        let name = match *letter {
            letter if letter == both => "re",
            letter if letter == real => "r",
            letter if letter == effective => "e",
            _ => continue,
        };
        let (sets_real, sets_effective) = (name != "e", name != "r");
        if (sets_real && ids.0.is_some()) || (sets_effective && ids.1.is_some()) {
            let twice = match name {
                "re" => format!("duplicate r{kind} or e{kind}"),
                _ => format!("duplicate {name}{kind}"),
            };
            return Err(wrong(twice));
        }
        let word = request.show(word);
        let Some(id) = number(&word) else {
            return Err(wrong(format!("failed to parse {name}{kind}: '{word}'")));
        };
        if sets_real {
            ids.0 = Some(id);
        }
        if sets_effective {
            ids.1 = Some(id);
        }
    }
    Ok(ids)
}

/// "Also copy effective to saved (for paranoia)": setpriv.c, `do_setresuid`.
fn ids((real, effective): Pair, user: bool) -> Option<Setup> {
    if (real, effective) == (None, None) {
        return None;
    }
    if user {
        let call = Call::Setresuid { ruid: real, euid: effective, suid: effective };
        let refused = |errno: Errno, _| ended("setresuid", errno);
        return Some(Setup { act: Act::Call(call), why: "why-setpriv", refused });
    }
    let call = Call::Setresgid { rgid: real, egid: effective, sgid: effective };
    let refused = |errno: Errno, _| ended("setresgid", errno);
    Some(Setup { act: Act::Call(call), why: "why-setpriv", refused })
}

fn ended(call: &str, errno: Errno) -> Refused {
    Refused::Ends(127, format!("setpriv: {call} failed: {}", errno.text()))
}

fn supplementary(
    request: &Request<'_>,
    parsed: &Parsed,
    accounts: &Accounts,
    user: Pair,
) -> Result<Option<Setup>, Output> {
    let wrong = |message: String| Output::error(request.message(&message), 1);
    let groups = match parsed.last_of("ciG") {
        None => return Ok(None),
        Some('c') => Vec::new(),
        Some('i') => {
            let Some(uid) = user.0 else {
                return Err(wrong("--init-groups requires --ruid or --reuid".to_owned()));
            };
            let Some(name) = accounts.user(uid) else {
                return Err(wrong(format!(
                    "uid {uid} not found, --init-groups requires an user that can be found on the system"
                )));
            };
            let own = accounts.user_named(name).map(|(_, gid)| gid);
            own.into_iter().chain(accounts.groups_of(name)).collect()
        }
        Some(_) => {
            let list = parsed.value('G').map(|word| request.show(word)).unwrap_or_default();
            let number = |word: &str| accounts.group_named(word).or_else(|| word.parse().ok());
            let groups = list.split(',').map(|word| {
                number(word).ok_or_else(|| wrong(format!("Invalid supplementary group id: '{word}'")))
            });
            groups.collect::<Result<Vec<u32>, Output>>()?
        }
    };
    let refused = |errno: Errno, _| ended("setgroups", errno);
    Ok(Some(Setup { act: Act::Call(Call::Setgroups { groups }), why: "why-setpriv", refused }))
}
