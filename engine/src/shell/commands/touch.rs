//! `touch`: makes files that are not there.

use super::options;
use super::{Action, Command, Output, Planned, Request, TOOL};
use crate::plan::{Call, Fidelity, OpenMode, Plan, Step};

pub(super) const TOUCH: Command = Command {
    name: "touch",
    usage: "FILE…",
    fidelity: Fidelity::Partial("partial-command-touch"),
    action: Action::Plan(plan),
    ..TOOL
};

fn plan(request: &Request<'_>) -> Planned {
    let parsed = match options::parse(request) {
        Ok(parsed) => parsed,
        Err(output) => return output.into(),
    };
    if parsed.operands.is_empty() {
        return options::usage(request, "missing file operand").into();
    }
    let names: Vec<String> = parsed.operands.iter().map(|operand| request.show(operand)).collect();
    let open = |path| Step::new(request.actor, Call::Open { path, mode: OpenMode::Append });
    let steps = parsed.operands.into_iter().map(open).collect();
    Planned::new(Plan::independent(steps), move |answers| {
        let mut output = Output::default();
        for (name, answer) in names.iter().zip(answers.answers) {
            if let Err(refusal) = answer {
                output.err(format!("touch: cannot touch '{name}': {}\n", refusal.errno.text()), 1);
            }
        }
        output
    })
}
