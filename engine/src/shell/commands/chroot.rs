//! `chroot`, as coreutils': a command with another root directory; and `pivot_root`, as util-linux'.

use super::options::{self, Opt};
use super::{
    Act, Action, Command, Completes, Fidelity, Launch, Launched, Output, Planned, Refused, Request, Setup,
    TOOL,
};
use crate::plan::{Call, Errno, Plan, Step, Text};

pub(super) const CHROOT: Command = Command {
    name: "chroot",
    usage: "[--skip-chdir] DIRECTORY [COMMAND [ARGUMENT…]]",
    options: &[Opt { short: 's', long: "skip-chdir", takes: false, only_long: true }],
    fidelity: Fidelity::Partial("partial-command-chroot"),
    completes: Completes::Directories,
    usage_status: FAILED,
    action: Action::Launch(chroot),
    ..TOOL
};

pub(super) const PIVOT_ROOT: Command = Command {
    name: "pivot_root",
    usage: "NEW_ROOT PUT_OLD",
    completes: Completes::Directories,
    action: Action::Plan(pivot_root),
    ..TOOL
};

/// Where chroot itself fails (coreutils, `EXIT_CANCELED`).
const FAILED: u8 = 125;

fn chroot(request: &Request<'_>) -> Launched {
    match read(request) {
        Ok(launch) => Launched::Command(launch),
        Err(output) => Launched::Planned(output.into()),
    }
}

fn read(request: &Request<'_>) -> Result<Launch, Output> {
    let parsed = options::parse_leading(request)?;
    let Some((directory, words)) = parsed.operands.split_first() else {
        return Err(options::usage(request, "missing operand"));
    };
    let root = Setup {
        act: Act::Call(Call::Chroot { path: directory.clone() }),
        why: "why-chroot",
        refused: |errno, _| {
            let message = format!("chroot: cannot change root directory to '{{path}}': {}", errno.text());
            Refused::Ends(FAILED, message)
        },
    };
    let inside = Setup {
        act: Act::Call(Call::Chdir { path: Text::from("/") }),
        why: "why-chroot-chdir",
        refused: |errno, _| {
            Refused::Ends(FAILED, format!("chroot: cannot chdir to root directory: {}", errno.text()))
        },
    };
    let setup = if parsed.has('s') { vec![root] } else { vec![root, inside] };
    let words = if words.is_empty() { vec![Text::from("sh")] } else { words.to_vec() };
    let missing =
        |name: &str| (127, format!("chroot: failed to run command '{name}': {}", Errno::ENOENT.text()));
    Ok(Launch { setup, words, missing })
}

fn pivot_root(request: &Request<'_>) -> Planned {
    let parsed = match options::parse(request) {
        Ok(parsed) => parsed,
        Err(output) => return output.into(),
    };
    let [new_root, put_old] = parsed.operands.as_slice() else {
        let usage = "pivot_root: bad usage\nTry 'pivot_root --help' for more information.\n";
        return Output::error(usage, 1).into();
    };
    let (new, old) = (request.show(new_root), request.show(put_old));
    let call = Call::PivotRoot { new_root: new_root.clone(), put_old: put_old.clone() };
    Planned::new(Plan::independent(vec![Step::new(request.actor, call)]), move |answers| {
        match answers.answers {
            [Err(refusal)] => {
                let why = refusal.errno.text();
                Output::error(
                    format!("pivot_root: failed to change root from `{new}' to `{old}': {why}\n"),
                    1,
                )
            }
            _ => Output::default(),
        }
    })
}
