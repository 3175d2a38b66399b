//! `seq`, for whole numbers.

use super::options::{self, Opt, flag, value};
use super::{Action, Command, Completes, Output, Planned, Request, TOOL};
use crate::plan::{Fidelity, Text};

const OPTIONS: &[Opt] = &[value('s', "separator"), flag('w', "equal-width")];

pub(super) const SEQ: Command = Command {
    name: "seq",
    usage: "[-w] [-s SEPARATOR] [FIRST [STEP]] LAST",
    options: OPTIONS,
    fidelity: Fidelity::Partial("partial-command-seq"),
    completes: Completes::Nothing,
    only_prints: true,
    action: Action::Plan(plan),
    ..TOOL
};

/// Numbers that one `seq` may print.
const MOST: usize = 100_000;

fn plan(request: &Request<'_>) -> Planned {
    // Negative numbers are no options.
    let (numbers, words): (Vec<Text>, Vec<Text>) =
        request.arguments.iter().cloned().partition(|word| request.show(word).parse::<i64>().is_ok());
    let parsed = match options::parse(&Request { arguments: &words, ..*request }) {
        Ok(parsed) => parsed,
        Err(output) => return output.into(),
    };
    if let Some(word) = parsed.operands.first() {
        let message = format!("invalid floating point argument: '{}'", request.show(word));
        return options::usage(request, &message).into();
    }
    let numbers: Vec<i64> = numbers.iter().filter_map(|word| request.show(word).parse().ok()).collect();
    let (first, step, last) = match numbers.as_slice() {
        [last] => (1, 1, *last),
        [first, last] => (*first, 1, *last),
        [first, step, last] => (*first, *step, *last),
        [] => return options::usage(request, "missing operand").into(),
        [_, _, _, extra, ..] => return options::usage(request, &format!("extra operand '{extra}'")).into(),
    };
    if step == 0 {
        return options::usage(request, &format!("invalid Zero increment value: '{step}'")).into();
    }
    let separator = parsed.value('s').map_or_else(|| "\n".to_owned(), |word| request.show(word));
    let next = |number: &i64| number.checked_add(step);
    let in_range = |number: &i64| if step > 0 { *number <= last } else { *number >= last };
    let numbers: Vec<i64> =
        std::iter::successors(Some(first), next).take_while(in_range).take(MOST + 1).collect();
    if numbers.len() > MOST {
        return options::usage(request, &format!("more than {MOST} numbers are not printed here")).into();
    }
    let widest = numbers.iter().map(|number| number.to_string().len()).max().unwrap_or(0);
    let width = if parsed.has('w') { widest } else { 0 };
    let words: Vec<String> = numbers.iter().map(|number| format!("{number:0width$}")).collect();
    let end = if words.is_empty() { "" } else { "\n" };
    Output::text(format!("{}{end}", words.join(&separator))).into()
}
