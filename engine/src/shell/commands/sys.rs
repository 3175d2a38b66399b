//! `sys`: one kernel call by hand, answered as strace shows it.

use super::options::value;
use super::{Action, Command, Completes, Output, Planned, Request, TOOL};
use crate::plan::sys::SysError;
use crate::plan::table::CALLS;
use crate::plan::{Actor, Call, Plan, Reply, Step, strace, sys};
use crate::shell::{Hint, nearest};

pub(super) const SYS: Command = Command {
    name: "sys",
    usage: "[-a ACTOR] CALL [ARGUMENT…]",
    options: &[value('a', "actor")],
    completes: Completes::Calls,
    usage_status: 2,
    action: Action::Plan(plan),
    ..TOOL
};

fn plan(request: &Request<'_>) -> Planned {
    // Not the usual reading of options: what follows the call may begin with `-` (`write FILE -1`).
    let (actor, words) = match request.arguments {
        [option, name, words @ ..] if matches!(option.plain(), Some("-a" | "--actor")) => {
            (Actor::new(request.show(name)), words)
        }
        words => (request.actor.clone(), words),
    };
    let call = match sys::parse(words) {
        Ok(call) => call,
        Err(error) => return refuse(&error).into(),
    };
    if matches!(call, Call::ExitGroup { .. } | Call::Exit { .. } | Call::Execve { .. })
        && actor == Actor::shell()
    {
        // The session would be left without its shell.
        let message = format!("sys: {}: not by the session's own shell\n", call.name());
        return Output::error(message, 1).with_hint(Some(Hint::new("hint-sys-ends-shell"))).into();
    }
    let shown = strace::call(&call, &|actor| request.observe.pid(actor));
    let plan = Plan::independent(vec![Step::new(&actor, call)]);
    Planned::new(plan, move |answers| {
        let mut output = Output::default();
        if let Some(answer) = answers.answers.first() {
            if let Ok(Reply::Data(text)) = answer {
                output.out(text.clone());
                if !text.is_empty() && !text.ends_with('\n') {
                    output.out("\n");
                }
            }
            output.out(format!("{shown} = {}\n", strace::answer(answer)));
            output.status = u8::from(answer.is_err());
        }
        output
    })
}

fn refuse(error: &SysError) -> Output {
    match error {
        SysError::Nothing => {
            let calls: String = CALLS.iter().map(|row| format!("  {} {}\n", row.name, row.usage)).collect();
            Output::error(format!("usage: sys [-a ACTOR] CALL [ARGUMENT…]\n{calls}"), 2)
        }
        SysError::UnknownCall(name) => {
            let near = nearest(name, CALLS.iter().map(|row| row.name));
            let hint = near.and_then(|near| CALLS.iter().find(|row| row.name == near)).map(|row| {
                Hint::new("hint-call")
                    .with("typed", name)
                    .with("suggestion", row.name)
                    .with("usage", row.usage)
            });
            Output::error(format!("sys: {name}: no such call\n"), 2).with_hint(hint)
        }
        SysError::Usage(name, usage) => Output::error(format!("usage: sys {name} {usage}\n"), 2),
        SysError::Word(word, expected) => Output::error(format!("sys: {word}: {expected} expected\n"), 2),
    }
}
