//! What text tools have in common: they read files, or standard input where none is named.

use super::{Answers, Enough, Planned, Request};
use crate::plan::{Call, FileRef, Plan, Refusal, Reply, Step, Text};

/// A text that was read, or why not.
pub(super) struct Read {
    /// The file as it was named; `-` for standard input.
    pub(super) name: String,
    /// Its content.
    pub(super) text: Result<String, Refusal>,
}

/// Plans the reading of all files and gives them to `render`.
pub(super) fn read(
    request: &Request<'_>,
    files: &[Text],
    render: impl FnOnce(Vec<Read>) -> super::Output + 'static,
) -> Planned {
    read_enough(request, files, None, render)
}

/// The same for a tool that needs only so much of each.
pub(super) fn read_enough(
    request: &Request<'_>,
    files: &[Text],
    enough: Option<Enough>,
    render: impl FnOnce(Vec<Read>) -> super::Output + 'static,
) -> Planned {
    let at_most = match enough {
        Some(Enough::Bytes(count)) => Some(count),
        Some(Enough::Lines(_)) | None => None,
    };
    let names: Vec<String> = if files.is_empty() {
        vec!["-".to_owned()]
    } else {
        files.iter().map(|file| request.show(file)).collect()
    };
    let paths = files.iter().filter(|file| file.plain() != Some("-"));
    let steps = paths
        .map(|path| Step::new(request.actor, Call::Read { file: FileRef::Path(path.clone()), at_most }))
        .collect();
    let reads_input = names.iter().any(|name| name == "-");
    let collect = move |answers: &Answers<'_>| render(collect(names, answers));
    let plan = Plan::independent(steps);
    let planned = if reads_input { Planned::reading(plan, collect) } else { Planned::new(plan, collect) };
    Planned { enough, ..planned }
}

fn collect(names: Vec<String>, answers: &Answers<'_>) -> Vec<Read> {
    let mut next = answers.answers.iter();
    let mut input = Some(answers.stdin());
    let mut texts = Vec::new();
    for name in names {
        let text = if name == "-" {
            input.take().unwrap_or(Ok(String::new()))
        } else {
            match next.next() {
                Some(Ok(Reply::Data(text))) => Ok(text.clone()),
                Some(Err(refusal)) => Err(refusal.clone()),
                _ => Ok(String::new()),
            }
        };
        texts.push(Read { name, text });
    }
    texts
}

/// A tool's text with a newline at its end, where it has any.
pub(super) fn lines(text: &str) -> impl Iterator<Item = &str> {
    text.split_terminator('\n')
}
