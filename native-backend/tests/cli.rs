//! The command line: exit statuses and messages, bad input above all. On the model; nothing needs root.

use std::io::{Read, Write};
use std::process::{Command, Output, Stdio};

fn drydock(arguments: &[&str]) -> Output {
    let command = Command::new(env!("CARGO_BIN_EXE_drydock")).args(arguments).env("NO_COLOR", "1").output();
    command.expect("the program starts")
}

/// Exit status 2 and one line on stderr with these words; nothing on stdout.
fn refuses(arguments: &[&str], words: &[&str]) {
    let output = drydock(arguments);
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{arguments:?}: {said}");
    assert!(output.stdout.is_empty(), "{arguments:?}");
    for word in words {
        assert!(said.contains(word), "{arguments:?}: {said:?} lacks {word:?}");
    }
}

struct File(std::path::PathBuf);

impl File {
    fn new(name: &str, text: &str) -> Self {
        let path = std::env::temp_dir().join(format!("drydock-cli-{}-{name}", std::process::id()));
        std::fs::write(&path, text).expect("a temporary file");
        Self(path)
    }

    fn path(&self) -> &str {
        self.0.to_str().unwrap_or_default()
    }
}

impl Drop for File {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

#[test]
fn a_plan_that_is_planned_is_executed() {
    let planned = drydock(&["plan", "--format", "json", "--", "mkdir /a"]);
    assert!(planned.status.success());
    let file = File::new("good.json", &String::from_utf8_lossy(&planned.stdout));
    let done = drydock(&["execute", file.path()]);
    assert_eq!(done.status.code(), Some(0));
    assert!(String::from_utf8_lossy(&done.stdout).contains("mkdir(\"/a\""));
    let refused = File::new("refused.json", &String::from_utf8_lossy(&planned.stdout).replace("/a", "/tmp"));
    let done = drydock(&["execute", refused.path()]);
    assert_eq!(done.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&done.stdout).contains("EEXIST"));
}

#[test]
fn bad_plans_are_refused_with_the_place() {
    refuses(&["execute", "/nowhere.json"], &["/nowhere.json", "No such file"]);
    let cases = [
        ("half", "{\n\"drydock\": ", "line 2"),
        ("deep", &"[".repeat(200_000), "line 1"),
        ("kind", r#"{"drydock":"session","version":1}"#, "not a plan"),
        ("version", r#"{"drydock":"plan","version":99}"#, "version 99"),
        ("huge", r#"{"drydock":"plan","version":18446744073709551616}"#, "line 1"),
        ("long", &" ".repeat(5 << 20), "bytes"),
    ];
    for (name, text, word) in cases {
        let file = File::new(name, text);
        refuses(&["execute", file.path()], &[file.path(), word]);
    }
}

#[test]
fn unknown_words_are_refused_with_the_known_ones() {
    refuses(&["sh", "--host", "mars", "-c", "true"], &["mars", "lecture"]);
    refuses(&["explode"], &["explode", "--help"]);
    refuses(&["compare"], &["-c LINE"]);
    refuses(&["sh", "/nowhere.sh"], &["/nowhere.sh", "No such file"]);
}

#[test]
fn json_is_one_object_a_line() {
    let file = File::new("lines.sh", "mkdir /a\nrmdir /etc\n");
    let output = drydock(&["sh", "--json", file.path()]);
    let text = String::from_utf8_lossy(&output.stdout);
    let lines: Vec<serde_json::Value> =
        text.lines().map(|line| serde_json::from_str(line).expect("an object")).collect();
    assert_eq!(lines.len(), 2);
    assert_eq!(lines[1]["line"], "rmdir /etc");
    assert_eq!(lines[1]["refusals"][0]["errno"], "ENOTEMPTY");
    assert_ne!(lines[1]["refusals"][0]["advice"], "");
    assert_eq!(output.status.code(), Some(1));
}

#[test]
fn a_reader_that_goes_away_ends_it_quietly() {
    let program = env!("CARGO_BIN_EXE_drydock");
    let script = format!("for i in 1 2 3 4 5 6 7 8; do {program} plan -- mkdir /a; done | head -1");
    let output = Command::new("sh").args(["-c", &script]).output().expect("sh starts");
    assert!(String::from_utf8_lossy(&output.stderr).is_empty());
    assert!(output.status.success());
}

/// Lines typed ahead, without the marks of a paste, are read one after the other.
#[test]
fn what_is_typed_ahead_is_not_lost() {
    let terminal = nix::pty::openpty(None, None).expect("a terminal");
    let side = || Stdio::from(terminal.slave.try_clone().expect("one more descriptor"));
    let state = std::env::temp_dir().join(format!("drydock-cli-{}-ahead", std::process::id()));
    let mut child = Command::new(env!("CARGO_BIN_EXE_drydock"))
        .arg("sh")
        .env("TERM", "xterm")
        .env("XDG_STATE_HOME", &state)
        .stdin(side())
        .stdout(side())
        .stderr(side())
        .spawn()
        .expect("the program starts");
    drop(terminal.slave);
    let mut keys = std::fs::File::from(terminal.master);
    keys.write_all(b"expr() { echo $(($1)); }\rexpr 1100+11\rexpr 2200+22\rexpr 3300+33\rexit 7\r")
        .expect("typed");
    let mut screen = String::new();
    let mut bytes = [0; 4096];
    // The kernel answers EIO once the other side is closed.
    while let Ok(count @ 1..) = keys.read(&mut bytes) {
        screen.push_str(&String::from_utf8_lossy(&bytes[..count]));
    }
    assert_eq!(child.wait().expect("it ends").code(), Some(7), "{screen}");
    std::fs::remove_dir_all(state).expect("it has kept its history");
    for sum in ["1111", "2222", "3333"] {
        assert!(screen.contains(sum), "{sum} is missing:\n{screen}");
    }
}
