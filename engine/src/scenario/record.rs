//! Writing what Linux answered into a file of scenarios; all else in it stays as it is.

use super::{CONTINUATION, Exchange, PROMPT, shown};
use std::ops::Range;

/// Puts new content into blocks of a file: the place of each, and its commands with their output.
///
/// # Errors
/// When an output cannot stand in a block, since it would be read as a command or as the block's end.
pub fn record(text: &str, blocks: &[(Range<usize>, Vec<Exchange>)]) -> Result<String, String> {
    let mut blocks: Vec<_> = blocks.iter().collect();
    blocks.sort_by_key(|(place, _)| place.start);
    let mut out = String::new();
    let mut behind = 0;
    for (place, exchanges) in blocks {
        out.push_str(text.get(behind..place.start).ok_or("two blocks at one place")?);
        for exchange in exchanges {
            out.push_str(&written(exchange)?);
        }
        behind = place.end;
    }
    out.push_str(text.get(behind..).unwrap_or_default());
    Ok(out)
}

fn written(Exchange { command, output }: &Exchange) -> Result<String, String> {
    let clashes = |line: &str| line.starts_with(PROMPT) || line.starts_with("```");
    if output.lines().any(clashes) || output.starts_with(CONTINUATION) {
        return Err(format!(
            "{command}: its output has a line that looks like a command or the end of the block; \
             print it in another way, with sed or grep"
        ));
    }
    let mut lines = command.lines();
    let first = format!("{PROMPT}{}\n", lines.next().unwrap_or_default());
    let more: String = lines.map(|line| format!("{CONTINUATION}{line}\n")).collect();
    Ok(format!("{first}{more}{}", shown(output)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::parse;

    #[test]
    fn only_outputs_change() {
        let text = "# T\n\nHosts: v1\n\n## A\n\nprose\n\n```console\n$ a\n> b\nold\n$ c\n```\n\nend\n";
        let scenarios = parse("t", text).expect("scenarios");
        let block = &scenarios[0].blocks[0];
        assert_eq!(record(text, &[(block.place.clone(), block.exchanges.clone())]).as_deref(), Ok(text));
        let answer =
            |command: &str, output: &str| Exchange { command: command.into(), output: output.into() };
        let new = record(text, &[(block.place.clone(), vec![answer("a\nb", "new"), answer("c", "")])]);
        assert_eq!(new, Ok(text.replace("old", "new")));
        assert!(record(text, &[(block.place.clone(), vec![answer("a", "$ x\n")])]).is_err());
    }
}
