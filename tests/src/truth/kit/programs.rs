//! Programs that the scripts use and the shell does not have.

use super::{awk as program, missing};
use drydock_engine::plan::{Actor, Call, Observation, Probe, TaskRef, Text};
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

/// `sed SCRIPT` of its input, for the two scripts that are about namespaces.
pub(super) fn sed(run: &mut ToolRun<'_, '_>) -> u8 {
    let words = run.arguments();
    let change: fn(&str) -> String = match words.first().map(String::as_str) {
        Some("s/[0-9][0-9]*/N/") => number_hidden,
        Some("s/^ *//") => |line| line.trim_start_matches(' ').to_owned(),
        _ => return missing(run, "the program sed"),
    };
    let output: String = run.input().lines().map(|line| format!("{}\n", change(line))).collect();
    run.print(&output);
    0
}

/// The first number of a line becomes `N`.
fn number_hidden(line: &str) -> String {
    let start = line.find(|char: char| char.is_ascii_digit()).unwrap_or(line.len());
    let (head, rest) = line.split_at(start);
    let tail = rest.trim_start_matches(|char: char| char.is_ascii_digit());
    if rest.is_empty() { line.to_owned() } else { format!("{head}N{tail}") }
}

/// `ip`: links, addresses and routes.
pub(super) fn ip(run: &mut ToolRun<'_, '_>) -> u8 {
    missing(run, "links, addresses and routes")
}

/// `mv FROM TO`.
pub(super) fn mv(run: &mut ToolRun<'_, '_>) -> u8 {
    let words = run.arguments();
    let [from, to] = words.as_slice() else { return missing(run, "mv with options") };
    match run.perform(Call::Rename { from: Text::from(from.as_str()), to: Text::from(to.as_str()) }) {
        Ok(_) => 0,
        Err(refusal) => super::refused(run, &refusal, "mv"),
    }
}

/// libcgroup 0.41's `lssubsys`, which is the one that the shell has.
pub(super) fn lssubsys(run: &mut ToolRun<'_, '_>) -> u8 {
    let mut words = vec![Text::from("lssubsys")];
    words.extend(run.arguments().into_iter().map(Text::from));
    run.become_words(&words)
}

/// `sleep SECONDS`. What is waited for in the foreground is short; meanwhile the main shell collects its children
/// that have ended, as busybox's does.
pub(super) fn sleep(run: &mut ToolRun<'_, '_>) -> u8 {
    let seconds = run.arguments().first().and_then(|word| word.parse::<f64>().ok()).unwrap_or(0.0);
    if seconds > 10.0 {
        let mut words = vec![Text::from("/usr/bin/sleep")];
        words.extend(run.arguments().into_iter().map(Text::from));
        return run.become_words(&words);
    }
    // As far as there is a call that waits.
    let _ = run.perform(Call::ClockNanosleep { milliseconds: (seconds * 1000.0) as u64 });
    collect(run);
    0
}

/// The main shell waits for its children that are zombies.
pub(super) fn collect(run: &mut ToolRun<'_, '_>) {
    let shell = Actor::shell();
    let main = run.pid(&shell);
    let Observation::Tasks(tasks) = run.observe(&Probe::Tasks) else { return };
    for task in tasks.iter().filter(|task| task.state == 'Z' && Some(task.ppid) == main) {
        let pid = i32::try_from(task.pid).unwrap_or(0);
        let wait = Call::Wait4 { task: TaskRef::Pid(pid), patience_ms: 0 };
        // Whoever is waited for already is not there any more.
        let _ = run.perform_by(&shell, wait);
    }
}

/// busybox's `rm [-r] [-f] PATH…`: a directory stays where something in it could not be removed.
pub(super) fn rm(run: &mut ToolRun<'_, '_>) -> u8 {
    let words = run.arguments();
    let (options, paths): (Vec<&String>, Vec<&String>) = words.iter().partition(|word| word.starts_with('-'));
    let has = |letter: char| options.iter().any(|option| option.contains(letter));
    let mut status = 0;
    for path in paths {
        let gone = matches!(run.observe(&Probe::Path(Text::from(path.as_str()))), Observation::Refused(_));
        if gone && has('f') {
            continue;
        }
        if !remove(run, path, has('r')) {
            status = 1;
        }
    }
    status
}

/// Removes a name and what is below it; false where that was refused.
fn remove(run: &mut ToolRun<'_, '_>, path: &str, below: bool) -> bool {
    let text = Text::from(path);
    let directory = match run.observe(&Probe::Directory(text.clone())) {
        Observation::Entries(entries) if below => Some(entries),
        _ => None,
    };
    let call = match directory {
        Some(entries) => {
            let mut all = true;
            for entry in entries {
                all &= remove(run, &format!("{path}/{}", entry.name), true);
            }
            if !all {
                return false;
            }
            Call::Rmdir { path: text }
        }
        None => Call::Unlink { path: text },
    };
    match run.perform(call) {
        Ok(_) => true,
        Err(refusal) => {
            run.print(&format!("rm: can't remove '{path}': {}\n", refusal.errno.text()));
            false
        }
    }
}
