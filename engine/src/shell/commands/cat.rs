//! `cat`, as coreutils'.

use super::options::{self, Opt, flag};
use super::{Action, Answers, Command, Output, Planned, Request, TOOL};
use crate::plan::{Call, Errno, FileRef, Observation, Plan, Reply, Step, Text};
use crate::shell::{Hint, suggest};

const OPTIONS: &[Opt] = &[
    flag('n', "number"),
    flag('b', "number-nonblank"),
    flag('E', "show-ends"),
    flag('T', "show-tabs"),
    flag('A', "show-all"),
    flag('s', "squeeze-blank"),
    flag('u', ""),
];

pub(super) const CAT: Command =
    Command {
        name: "cat", usage: "[-nbETAs] [FILE…]", options: OPTIONS, action: Action::Plan(plan), ..TOOL
    };

/// Where a part of the text comes from.
enum Part {
    /// Standard input.
    Input,
    /// The next answer; holds the file's name and a path that was probably meant.
    File(String, Option<Hint>),
}

fn plan(request: &Request<'_>) -> Planned {
    let parsed = match options::parse(request) {
        Ok(parsed) => parsed,
        Err(output) => return output.into(),
    };
    let mut operands = parsed.operands.clone();
    if operands.is_empty() {
        operands.push(Text::from("-"));
    }
    let mut parts = Vec::new();
    let mut steps = Vec::new();
    for operand in operands {
        if operand.plain() == Some("-") {
            parts.push(Part::Input);
            continue;
        }
        parts.push(Part::File(request.show(&operand), path_hint(request, &operand)));
        steps.push(Step::new(request.actor, Call::Read { file: FileRef::Path(operand), at_most: None }));
    }
    let reads_input = parts.iter().any(|part| matches!(part, Part::Input));
    let plan = Plan::independent(steps);
    let render = move |answers: &Answers<'_>| render(&parsed, &parts, answers);
    if reads_input { Planned::reading(plan, render) } else { Planned::new(plan, render) }
}

/// The path that was probably meant where a file is not there.
pub(super) fn path_hint(request: &Request<'_>, operand: &Text) -> Option<Hint> {
    if !matches!(request.look(operand), Observation::Refused(Errno::ENOENT)) {
        return None;
    }
    suggest::path_hint(&request.show(operand), request.actor, request.observe)
}

fn render(parsed: &options::Parsed, parts: &[Part], answers: &Answers<'_>) -> Output {
    let mut output = Output::default();
    let mut next = answers.answers.iter();
    let mut line = 0;
    let mut used = false;
    for part in parts {
        match part {
            // Standard input has an end: it is there once.
            Part::Input if used => {}
            Part::Input => {
                used = true;
                match (&answers.stdin, answers.stdin()) {
                    (Ok(Some(text)), Ok(_)) if parsed.options.is_empty() => output.out(text.clone()),
                    (_, Ok(text)) => output.out(decorate(parsed, &text, &mut line)),
                    (_, Err(refusal)) => output.err(format!("cat: -: {}\n", refusal.errno.text()), 1),
                }
            }
            Part::File(name, hint) => match next.next() {
                Some(Ok(Reply::Data(text))) => output.out(decorate(parsed, text, &mut line)),
                Some(Err(refusal)) => {
                    output.err(format!("cat: {name}: {}\n", refusal.errno.text()), 1);
                    output.hints.extend(hint.clone());
                }
                _ => {}
            },
        }
    }
    output
}

fn decorate(parsed: &options::Parsed, text: &str, line: &mut u64) -> String {
    if parsed.options.iter().all(|(letter, _)| *letter == 'u') {
        return text.to_owned();
    }
    let ends = parsed.has('E') || parsed.has('A');
    let tabs = parsed.has('T') || parsed.has('A');
    let mut result = String::new();
    let mut blank_before = false;
    for row in text.split_inclusive('\n') {
        let blank = row == "\n";
        if parsed.has('s') && blank && blank_before {
            continue;
        }
        blank_before = blank;
        if parsed.has('b') && !blank || parsed.has('n') && !parsed.has('b') {
            *line += 1;
            result.push_str(&format!("{line:>6}\t"));
        }
        let row = if tabs { row.replace('\t', "^I") } else { row.to_owned() };
        result.push_str(&if ends { row.replace('\n', "$\n") } else { row });
    }
    result
}
