//! Odd input: nothing that is typed makes the shell panic or run for ever.

use super::Session;
use proptest::prelude::{ProptestConfig, any, prop, proptest};

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn any_text(line in any::<String>()) {
        Session::new().run(&line);
    }

    #[test]
    fn text_of_shell_characters(line in r#"[a-c0-9$(){}\[\]"'`;&|<>!*?~#=:%/\\ \n-]{0,40}"#) {
        Session::new().run(&line);
    }

    #[test]
    fn words_of_the_language(words in prop::collection::vec(prop::sample::select(WORDS.to_vec()), 0..14)) {
        Session::new().run(&words.join(" "));
    }
}

const WORDS: [&str; 40] = [
    "if",
    "then",
    "else",
    "fi",
    "for",
    "in",
    "do",
    "done",
    "while",
    "until",
    "case",
    "esac",
    "{",
    "}",
    "(",
    ")",
    "|",
    "&&",
    "||",
    ";",
    "&",
    "!",
    "echo",
    "cat",
    "x=1",
    "$x",
    "${x:-y}",
    "$(echo a)",
    "$((1+2))",
    ">",
    "<",
    "2>&1",
    "f",
    "/tmp/f",
    "'q'",
    "\"d\"",
    "ls",
    "true",
    "false",
    "sleep 9",
];

/// Runs a line and gives its status and what went to standard error.
fn run(line: &str) -> (u8, String) {
    let result = Session::new().run(line);
    (result.status, result.stderr())
}

#[test]
fn endless_lines_are_stopped() {
    for line in [
        "while :; do :; done",
        "until false; do x=1; done",
        "f() { f; }; f",
        "f() { (f); }; f",
        "f() { echo $(f); }; f",
        "f() { eval f; }; f",
        "f() { f | f; }; f",
        "x=aaaaaaaaaaaaaaaa; while :; do x=$x$x; done",
        "x=a; for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22; do x=$x$x; done; echo $x$x$x$x",
        "while :; do echo y; done | head -n 1",
        "while :; do echo yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy; done",
    ] {
        let (status, stderr) = run(line);
        assert!(
            status != 0 && stderr.contains("sh: "),
            "{line}: {status} {}",
            &stderr[..stderr.len().min(300)]
        );
    }
}

#[test]
fn deep_nesting_is_refused_or_run() {
    for (open, close) in [
        ("(", ")"),
        ("{ ", "; }"),
        ("$(", ")"),
        ("\"$(", ")\""),
        ("$((", "))"),
        ("${x:-", "}"),
        ("if ", "; then :; fi"),
        ("! ", ""),
        ("`", "`"),
        ("[ ", " ]"),
        ("while ", "; do break; done"),
        ("f() ", ""),
    ] {
        for depth in [1_usize, 2, 5, 8, 12, 20, 39, 60, 500, 5000] {
            let line = format!("{}echo a{}", open.repeat(depth), close.repeat(depth));
            run(&line);
            run(&open.repeat(depth));
            run(&format!("echo {}", open.repeat(depth)));
        }
    }
}

#[test]
fn large_numbers_are_refused() {
    for line in [
        "echo ~99999999999999999999",
        "echo a 99999999999999999999>f",
        "echo ${99999999999999999999}",
        "echo {1..99999999999}",
        "echo $((99999999999999999999))",
        "echo 12345678901>f",
        "echo 99999999999 >f",
        "echo 2147483648<f",
        "echo ~+99999999999",
        "printf %99999999999d 1",
        "head -n 99999999999999999999 f",
        "shift 99999999999",
        "exit 99999999999",
        "break 99999999999",
        "kill 99999999999",
        "seq 1 99999999999",
        "sleep 99999999999999",
    ] {
        run(line);
    }
}
