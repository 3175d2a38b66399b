//! Programs that the scripts use and the shell does not have.

use super::{awk as program, missing};
use drydock_engine::plan::Text;
use drydock_engine::shell::tool::ToolRun;

/// `sh -c TEXT`.
pub(super) fn sh(run: &mut ToolRun<'_, '_>) -> u8 {
    match run.arguments().as_slice() {
        [option, text] if option == "-c" => run.become_shell(text),
        _ => missing(run, "sh without -c"),
    }
}

/// `awk PROGRAM [FILE]`, as far as the scripts use it.
pub(super) fn awk(run: &mut ToolRun<'_, '_>) -> u8 {
    let words = run.arguments();
    let Some((text, files)) = words.split_first() else { return missing(run, "awk without a program") };
    let Some(parsed) = program::parse(text) else { return missing(run, &format!("awk {text}")) };
    let mut input = String::new();
    if files.is_empty() && !parsed.is_begin() {
        input = run.input();
    }
    for path in files {
        match super::read(run, path) {
            Ok(text) => input.push_str(&text),
            Err(refusal) => {
                run.print(&format!("awk: {path}: {}\n", refusal.errno.text()));
                return 2;
            }
        }
    }
    let output = parsed.run(&input);
    run.print(&output);
    0
}

/// `mv FROM TO`.
pub(super) fn mv(run: &mut ToolRun<'_, '_>) -> u8 {
    missing(run, "rename(2)")
}

/// libcgroup 0.41's `lssubsys`, which is the one that the shell has.
pub(super) fn lssubsys(run: &mut ToolRun<'_, '_>) -> u8 {
    let mut words = vec![Text::from("lssubsys")];
    words.extend(run.arguments().into_iter().map(Text::from));
    run.become_words(&words)
}
