//! `hostname`, as Debian's, and `domainname`: the names of a UTS namespace.

use super::options::{self, flag};
use super::{Action, Command, Completes, Fidelity, Output, Planned, Request, TOOL};
use crate::plan::{Answer, Call, Errno, FileRef, Plan, Reply, Step, Text};

pub(super) const HOSTNAME: Command = Command {
    name: "hostname",
    usage: "[-s] [NAME]",
    options: &[flag('s', "short")],
    fidelity: Fidelity::Partial("partial-command-hostname"),
    completes: Completes::Nothing,
    action: Action::Plan(hostname),
    ..TOOL
};

pub(super) const DOMAINNAME: Command = Command {
    name: "domainname",
    usage: "[NAME]",
    completes: Completes::Nothing,
    action: Action::Plan(domainname),
    ..TOOL
};

/// uname(2) tells the names; they are in /proc as well.
const HOST: &str = "/proc/sys/kernel/hostname";
const DOMAIN: &str = "/proc/sys/kernel/domainname";

fn hostname(request: &Request<'_>) -> Planned {
    let parsed = match options::parse(request) {
        Ok(parsed) => parsed,
        Err(output) => return output.into(),
    };
    let short = parsed.has('s');
    match parsed.operands.first() {
        // "it trims newlines and blanks": what is set is what was typed.
        Some(name) => set(request, Call::Sethostname { name: name.clone() }, name.is_empty(), "host"),
        None => ask(request, HOST, move |name| {
            let name = if short { name.split('.').next().unwrap_or_default() } else { name };
            format!("{name}\n")
        }),
    }
}

fn domainname(request: &Request<'_>) -> Planned {
    let parsed = match options::parse(request) {
        Ok(parsed) => parsed,
        Err(output) => return output.into(),
    };
    match parsed.operands.first() {
        Some(name) => set(request, Call::Setdomainname { name: name.clone() }, false, "domain"),
        None => ask(request, DOMAIN, |name| format!("{name}\n")),
    }
}

fn set(request: &Request<'_>, call: Call, empty: bool, what: &'static str) -> Planned {
    let command = request.command.name;
    if empty {
        return Output::error(format!("{command}: the specified hostname is invalid\n"), 1).into();
    }
    Planned::new(Plan::independent(vec![Step::new(request.actor, call)]), move |answers| {
        match answers.answers.first() {
            Some(Err(refusal)) => {
                let said = match refusal.errno {
                    Errno::EPERM => format!("you must be root to change the {what} name"),
                    Errno::EINVAL => "name too long".to_owned(),
                    other => other.text().to_owned(),
                };
                Output::error(format!("{command}: {said}\n"), 1)
            }
            _ => Output::default(),
        }
    })
}

fn ask(request: &Request<'_>, path: &str, print: impl FnOnce(&str) -> String + 'static) -> Planned {
    let call = Call::Read { file: FileRef::Path(Text::from(path)), at_most: None };
    let command = request.command.name;
    Planned::new(Plan::independent(vec![Step::new(request.actor, call)]), move |answers| {
        match answers.answers.first() {
            Some(Ok(Reply::Data(name))) => Output::text(print(name.trim_end_matches('\n'))),
            Some(Answer::Err(refusal)) => Output::error(format!("{command}: {}\n", refusal.errno.text()), 1),
            _ => Output::default(),
        }
    })
}
