//! `mountpoint`, as util-linux': is something mounted there?

use super::mount::canonical;
use super::options::{self, flag};
use super::{Action, Command, Completes, Output, Planned, Request, TOOL};
use crate::plan::{Call, Observation, Plan, Probe, Step};

pub(super) const MOUNTPOINT: Command = Command {
    name: "mountpoint",
    usage: "[-q] PATH",
    options: &[flag('q', "quiet")],
    completes: Completes::Directories,
    action: Action::Plan(plan),
    ..TOOL
};

/// The status for what is no mount point (`MNT_EX_FAIL`).
const NO_MOUNT_POINT: u8 = 32;

fn plan(request: &Request<'_>) -> Planned {
    let parsed = match options::parse(request) {
        Ok(parsed) => parsed,
        Err(output) => return output.into(),
    };
    let [path] = parsed.operands.as_slice() else {
        let usage = "mountpoint: bad usage\nTry 'mountpoint --help' for more information.\n";
        return Output::error(usage, 1).into();
    };
    let (shown, target) = (request.show(path), canonical(request, path));
    let mounted = match request.observe.observe(request.actor, &Probe::Mounts) {
        Observation::Mounts(mounts) => mounts.iter().any(|mount| mount.target == target),
        _ => false,
    };
    let quiet = parsed.has('q');
    let call = Call::Stat { path: path.clone() };
    Planned::new(Plan::independent(vec![Step::new(request.actor, call)]), move |answers| {
        let text = |text: String| if quiet { String::new() } else { text };
        match answers.answers {
            [Err(refusal)] => {
                Output::error(text(format!("mountpoint: {shown}: {}\n", refusal.errno.text())), 1)
            }
            _ if mounted => Output::text(text(format!("{shown} is a mountpoint\n"))),
            _ => Output {
                status: NO_MOUNT_POINT,
                ..Output::text(text(format!("{shown} is not a mountpoint\n")))
            },
        }
    })
}
