//! The invariants of ARCHITECTURE.md, as far as they can be read off the sources.

use drydock_engine::explain::catalogue;
use drydock_engine::plan::Fidelity;
use drydock_engine::plan::table::CALLS;
use std::fs;
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// Every Rust file below a folder with its text.
fn sources(folder: &str) -> Vec<(PathBuf, String)> {
    fn collect(folder: &Path, into: &mut Vec<(PathBuf, String)>) {
        for entry in fs::read_dir(folder).expect("a folder of sources") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                collect(&path, into);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let text = fs::read_to_string(&path).expect("a source file");
                into.push((path, text));
            }
        }
    }
    let mut files = Vec::new();
    collect(&root().join(folder), &mut files);
    assert!(!files.is_empty(), "{folder} has sources");
    files
}

#[test]
fn the_engine_reaches_nothing_outside_of_itself() {
    let forbidden =
        ["std::fs", "std::env", "std::net", "std::process", "std::thread", "std::time", "HashMap", "HashSet"];
    let product = |path: &Path| !path.components().any(|part| part.as_os_str() == "tests");
    for (path, text) in sources("engine/src").into_iter().filter(|(path, _)| product(path)) {
        for word in forbidden {
            assert!(!text.contains(word), "{} uses {word}", path.display());
        }
    }
    let lints = fs::read_to_string(root().join("engine/clippy.toml")).expect("engine/clippy.toml");
    for word in ["std::fs::read", "std::env::var", "std::thread::spawn", "std::time::Instant::now", "HashMap"]
    {
        assert!(lints.contains(word), "engine/clippy.toml forbids {word}");
    }
}

#[test]
fn the_engine_knows_neither_the_page_nor_linux() {
    let manifest = fs::read_to_string(root().join("engine/Cargo.toml")).expect("engine/Cargo.toml");
    for name in ["yew", "web-sys", "wasm-bindgen", "nix", "libc", "drydock-web", "native-backend"] {
        assert!(!manifest.contains(name), "engine depends on {name}");
    }
}

#[test]
fn backends_match_calls_without_a_wildcard() {
    for file in
        ["engine/src/plan/table.rs", "engine/src/kernel/calls/mod.rs", "native-backend/src/host/resolve.rs"]
    {
        let text = fs::read_to_string(root().join(file)).expect(file);
        assert!(!text.contains("_ =>"), "{file} has a wildcard arm");
    }
}

#[test]
fn nothing_saved_has_a_size_that_depends_on_the_machine() {
    for (path, text) in sources("engine/src/plan") {
        for line in
            text.lines().filter(|line| line.trim_start().starts_with("pub ") && line.contains("usize"))
        {
            assert!(line.contains("const") || line.contains("fn "), "{}: {line}", path.display());
        }
    }
}

/// Words in quotes that begin like a message's name.
fn names_of_messages(text: &str) -> Vec<String> {
    let starts = ["rule-", "file-", "hint-", "command-", "partial-", "why-", "step-"];
    let quoted = text.split('"').skip(1).step_by(2);
    let is_name = |word: &&str| {
        starts.iter().any(|start| word.starts_with(start) && word.len() > start.len())
            && !word.ends_with('-')
            // An option of stat(1).
            && **word != *"file-system"
            && word.chars().all(|character| {
                character.is_ascii_lowercase() || character.is_ascii_digit() || character == '-'
            })
    };
    quoted.filter(is_name).map(str::to_owned).collect()
}

#[test]
fn every_message_that_the_code_names_is_there() {
    let mut n_names = 0;
    for (path, text) in sources("engine/src") {
        let product = text.split("#[cfg(test)]").next().unwrap_or_default();
        for line in product.lines().filter(|line| !line.trim_start().starts_with("//")) {
            for name in names_of_messages(line) {
                n_names += 1;
                assert!(catalogue().has(&name), "{}: no message \"{name}\"", path.display());
            }
        }
    }
    assert!(n_names > 100, "only {n_names} names were found");
    for row in CALLS {
        if let Fidelity::Partial(note) = row.fidelity {
            assert!(catalogue().has(note), "{note}");
        }
    }
}

#[test]
fn every_rule_has_its_source_and_advice() {
    for file in [
        "rules-cgroup.ftl",
        "rules-fs.ftl",
        "rules-mount.ftl",
        "rules-namespaces.ftl",
        "rules-overlay.ftl",
        "rules-user.ftl",
    ] {
        let text = fs::read_to_string(root().join("engine/messages/en").join(file)).expect(file);
        let rules = text.lines().filter_map(|line| line.split_once(" =")).map(|(name, _)| name);
        for rule in rules.filter(|name| name.starts_with("rule-")) {
            for part in ["rule", "source", "advice"] {
                let found = catalogue().attribute(rule, part, &drydock_engine::explain::Facts::new());
                assert!(found.is_some_and(|text| !text.trim().is_empty()), "{rule} has no .{part}");
            }
        }
    }
}

#[test]
fn architecture_names_every_folder() {
    let map = fs::read_to_string(root().join("ARCHITECTURE.md")).expect("ARCHITECTURE.md");
    for folder in ["engine/", "web/", "native-backend/", "lessons/", "tests/", "xtask/"] {
        assert!(map.contains(&format!("`{folder}`")), "ARCHITECTURE.md has no row for {folder}");
    }
    let engine = fs::read_to_string(root().join("engine/src/lib.rs")).expect("engine/src/lib.rs");
    for line in engine.lines().filter_map(|line| line.strip_prefix("pub mod ")) {
        let module = line.trim_end_matches(';');
        assert!(engine.contains(&format!("[`{module}`]")), "the map in engine/src/lib.rs has no {module}");
    }
}
