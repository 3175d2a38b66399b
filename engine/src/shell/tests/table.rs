//! The table of commands: sorted, complete, and with a sentence for everything.

use crate::plan::Fidelity;
use crate::shell::commands::{ALL, message_id};
use crate::shell::wording::sentence;

#[test]
fn every_command_and_option_has_its_sentence() {
    let mut missing = Vec::new();
    for command in ALL {
        let id = message_id(command.name);
        if sentence(&id, None).is_none_or(str::is_empty) {
            missing.push(id.clone());
        }
        for option in command.options {
            let attribute = format!("option-{}", option.id());
            if sentence(&id, Some(&attribute)).is_none_or(str::is_empty) {
                missing.push(format!("{id}.{attribute}"));
            }
        }
        if let Fidelity::Partial(note) = command.fidelity
            && sentence(note, None).is_none_or(str::is_empty)
        {
            missing.push(note.to_owned());
        }
    }
    assert!(missing.is_empty(), "{missing:?}");
}

#[test]
fn names_are_there_once() {
    let mut names: Vec<&str> = ALL.iter().map(|command| command.name).collect();
    let count = names.len();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), count);
}

#[test]
fn every_hint_and_reason_has_its_sentence() {
    let hints = include_str!("../../../messages/en/hints.ftl");
    let sources = [
        include_str!("../background.rs"),
        include_str!("../builtin.rs"),
        include_str!("../interpret.rs"),
        include_str!("../job.rs"),
        include_str!("../pipeline.rs"),
        include_str!("../program.rs"),
        include_str!("../redirect.rs"),
        include_str!("../perform.rs"),
        include_str!("../simple.rs"),
        include_str!("../suggest.rs"),
        include_str!("../wait.rs"),
        include_str!("../stream.rs"),
        include_str!("../commands/kill.rs"),
        include_str!("../commands/ls.rs"),
        include_str!("../commands/mkdir.rs"),
        include_str!("../commands/mount.rs"),
        include_str!("../commands/options.rs"),
        include_str!("../commands/ps.rs"),
        include_str!("../commands/ps_options.rs"),
        include_str!("../commands/sys.rs"),
        include_str!("../commands/cat.rs"),
        include_str!("../commands/tick.rs"),
        include_str!("../commands/cgcreate.rs"),
        include_str!("../commands/cgdelete.rs"),
        include_str!("../commands/cgexec.rs"),
        include_str!("../commands/cgget.rs"),
        include_str!("../commands/cgset.rs"),
        include_str!("../commands/cgtop.rs"),
        include_str!("../commands/nice.rs"),
        include_str!("../commands/taskset.rs"),
    ];
    for source in sources {
        for word in source.split('"').filter(|word| word.starts_with("hint-") || word.starts_with("why-")) {
            assert!(hints.contains(&format!("\n{word} = ")), "{word} has no sentence");
        }
    }
}
