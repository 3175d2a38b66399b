//! `uname`, as coreutils': the kernel's name and version, and the host's name.

use super::options::{self, Opt, flag};
use super::{Action, Command, Completes, Output, Planned, Request, TOOL};
use crate::plan::{Answer, Call, Fidelity, FileRef, Plan, Reply, Step, Text};

const OPTIONS: &[Opt] = &[
    flag('a', "all"),
    flag('s', "kernel-name"),
    flag('n', "nodename"),
    flag('r', "kernel-release"),
    flag('v', "kernel-version"),
    flag('m', "machine"),
    flag('o', "operating-system"),
];

pub(super) const UNAME: Command = Command {
    name: "uname",
    usage: "[-asnrvmo]",
    options: OPTIONS,
    fidelity: Fidelity::Partial("partial-command-uname"),
    completes: Completes::Nothing,
    action: Action::Plan(plan),
    ..TOOL
};

/// What uname(2) answers is in these files, too.
const FILES: [&str; 2] = ["/proc/version", "/proc/sys/kernel/hostname"];

fn plan(request: &Request<'_>) -> Planned {
    let parsed = match options::parse(request) {
        Ok(parsed) => parsed,
        Err(output) => return output.into(),
    };
    if let Some(extra) = parsed.operands.first() {
        return options::usage(request, &format!("extra operand '{}'", request.show(extra))).into();
    }
    let read = |path| Call::Read { file: FileRef::Path(Text::from(path)), at_most: None };
    let steps = FILES.map(|path| Step::new(request.actor, read(path))).to_vec();
    Planned::new(Plan::independent(steps), move |answers| {
        let text = |index: usize| match answers.answers.get(index) {
            Some(Answer::Ok(Reply::Data(text))) => text.as_str(),
            _ => "",
        };
        let parts = parts(text(0), text(1));
        let shown = parts.iter().filter(|(letter, part)| {
            let asked = parsed.has(*letter) || (*letter == 's' && parsed.options.is_empty());
            asked || (parsed.has('a') && *part != UNKNOWN)
        });
        let words: Vec<&str> = shown.map(|(_, part)| *part).collect();
        Output::text(format!("{}\n", words.join(" ")))
    })
}

const UNKNOWN: &str = "unknown";

/// Each option's part, in the order in which they are printed.
fn parts<'t>(version: &'t str, hostname: &'t str) -> [(char, &'t str); 6] {
    let release = version.split_whitespace().nth(2).unwrap_or(UNKNOWN);
    // The kernel's own version follows who built it; the model's was built by nobody.
    let built = version.find('#').and_then(|at| version.get(at..)).map_or(UNKNOWN, str::trim_end);
    [
        ('s', "Linux"),
        ('n', hostname.trim_end()),
        ('r', release),
        ('v', built),
        ('m', "x86_64"),
        ('o', "GNU/Linux"),
    ]
}

#[cfg(test)]
mod tests {
    use super::parts;

    #[test]
    fn parts_of_a_version() {
        let line = "Linux version 6.1.0-56-cloud-amd64 (debian-kernel@lists.debian.org) (gcc-12 (Debian 12.2.0) 12.2.0, \
                    GNU ld) #1 SMP PREEMPT_DYNAMIC Debian 6.1.192-1\n";
        let parts = parts(line, "host\n").map(|(_, part)| part);
        let built = "#1 SMP PREEMPT_DYNAMIC Debian 6.1.192-1";
        assert_eq!(parts, ["Linux", "host", "6.1.0-56-cloud-amd64", built, "x86_64", "GNU/Linux"]);
        assert_eq!(super::parts("Linux version 6.18\n", "").map(|(_, part)| part)[2..4], ["6.18", "unknown"]);
    }
}
