//! `cp`, as coreutils'.

use super::copy_tree::{Copy, Follow, How, copy, destination, operands};
use super::options::{self, Opt, flag};
use super::work::planned;
use super::{Action, Command, Fidelity, Output, Planned, Request, TOOL};

const OPTIONS: &[Opt] = &[
    flag('a', "archive"),
    flag('d', ""),
    flag('f', "force"),
    flag('i', "interactive"),
    flag('L', "dereference"),
    flag('n', "no-clobber"),
    flag('p', ""),
    flag('P', "no-dereference"),
    flag('r', "recursive"),
    flag('R', "recursive"),
    flag('T', "no-target-directory"),
    flag('v', "verbose"),
];

pub(super) const CP: Command = Command {
    name: "cp",
    usage: "[-adfLnpPrRTv] SOURCE… DESTINATION",
    options: OPTIONS,
    fidelity: Fidelity::Partial("partial-command-cp"),
    action: Action::Plan(plan),
    ..TOOL
};

fn plan(request: &Request<'_>) -> Planned {
    read(request).unwrap_or_else(Planned::from)
}

fn read(request: &Request<'_>) -> Result<Planned, Output> {
    let parsed = options::parse(request)?;
    if parsed.has('i') {
        return Err(Output::error(request.message("-i asks questions, which this shell does not"), 1));
    }
    let (sources, target, into) = operands(request, &parsed.operands, parsed.has('T'))?;
    let recursive = ['r', 'R', 'a'].into_iter().any(|letter| parsed.has(letter));
    let last = parsed.options.iter().rev().map(|(letter, _)| *letter);
    let follow = match last.into_iter().find(|letter| "LPda".contains(*letter)) {
        Some('L') => Follow::All,
        Some(_) => Follow::None,
        None if recursive => Follow::None,
        None => Follow::All,
    };
    let how = How {
        tool: "cp",
        recursive,
        follow,
        preserve: parsed.has('p') || parsed.has('a'),
        force: parsed.has('f'),
        keep: parsed.has('n'),
        verbose: parsed.has('v'),
    };
    let job = |from: &crate::plan::Text| {
        let to = destination(request, from, &target, into);
        copy(Copy { from: from.clone(), to, operand: true }, how)
    };
    Ok(planned(request, sources.iter().map(job).collect()))
}
