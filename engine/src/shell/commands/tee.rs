//! `tee`, as coreutils'.

use super::options::{self, Opt, flag};
use super::{Action, Command, Output, Planned, Request, TOOL};

const OPTIONS: &[Opt] = &[flag('a', "append"), flag('i', "ignore-interrupts")];

pub(super) const TEE: Command =
    Command { name: "tee", usage: "[-a] [FILE…]", options: OPTIONS, action: Action::Plan(plan), ..TOOL };

/// What is written to the files is known only once standard input has been read; the shell does the writing.
fn plan(request: &Request<'_>) -> Planned {
    let parsed = match options::parse(request) {
        Ok(parsed) => parsed,
        Err(output) => return output.into(),
    };
    let append = parsed.has('a');
    let files = parsed.operands;
    Planned::reading(crate::plan::Plan::default(), move |answers| {
        let text = match &answers.stdin {
            Ok(text) => text.clone().unwrap_or_default(),
            Err(refusal) => return Output::error(format!("tee: read error: {}\n", refusal.errno.text()), 1),
        };
        let mut output = Output::text(text.clone());
        output.copies =
            files.into_iter().map(|path| super::Copy { path, append, text: text.clone() }).collect();
        output
    })
}
