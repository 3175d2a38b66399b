//! `wc`, as coreutils'.

use super::input::read;
use super::options::{self, Opt, flag};
use super::{Action, Command, Output, Planned, Request, TOOL};

const OPTIONS: &[Opt] = &[
    flag('l', "lines"),
    flag('w', "words"),
    flag('m', "chars"),
    flag('c', "bytes"),
    flag('L', "max-line-length"),
];

pub(super) const WC: Command =
    Command { name: "wc", usage: "[-clmwL] [FILE…]", options: OPTIONS, action: Action::Plan(plan), ..TOOL };

fn plan(request: &Request<'_>) -> Planned {
    let parsed = match options::parse(request) {
        Ok(parsed) => parsed,
        Err(output) => return output.into(),
    };
    let letters: Vec<char> = if parsed.options.is_empty() {
        vec!['l', 'w', 'c']
    } else {
        "lwmcL".chars().filter(|letter| parsed.has(*letter)).collect()
    };
    let named = !parsed.operands.is_empty();
    read(request, &parsed.operands, move |files| {
        let mut output = Output::default();
        let mut rows: Vec<(Vec<usize>, String)> = Vec::new();
        let several = files.len() > 1;
        let (mut any_bad, mut from_input) = (false, false);
        for file in files {
            from_input |= file.name == "-";
            match file.text {
                Ok(text) => {
                    rows.push((letters.iter().map(|letter| count(&text, *letter)).collect(), file.name))
                }
                Err(refusal) => {
                    any_bad = true;
                    output.err(format!("wc: {}: {}\n", file.name, refusal.errno.text()), 1);
                    if refusal.at == "read" {
                        rows.push((vec![0; letters.len()], file.name));
                    }
                }
            }
        }
        if several {
            let total = |column: usize| {
                let values = rows.iter().map(|(row, _)| row[column]);
                if letters[column] == 'L' { values.max().unwrap_or(0) } else { values.sum() }
            };
            rows.push(((0..letters.len()).map(total).collect(), "total".to_owned()));
        }
        let single = letters.len() == 1 && rows.len() == 1;
        let widest =
            rows.iter().flat_map(|(row, _)| row).map(|number| number.to_string().len()).max().unwrap_or(1);
        // Sizes that wc can't know beforehand get seven columns.
        let width = if single {
            1
        } else if from_input || any_bad && !several {
            widest.max(7)
        } else {
            widest
        };
        for (row, name) in rows {
            let numbers: Vec<String> = row.iter().map(|number| format!("{number:>width$}")).collect();
            let name = if named { format!(" {name}") } else { String::new() };
            output.out(format!("{}{name}\n", numbers.join(" ")));
        }
        output
    })
}

fn count(text: &str, letter: char) -> usize {
    match letter {
        'l' => text.matches('\n').count(),
        'w' => text.split_whitespace().count(),
        'm' => text.chars().count(),
        'L' => text.lines().map(|line| line.chars().count()).max().unwrap_or(0),
        _ => text.len(),
    }
}
