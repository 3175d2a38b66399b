//! Tasks: which steps the shell plans for programs, pipes, subshells and the background.

use super::Session;

fn steps(line: &str) -> Vec<String> {
    let mut session = Session::new();
    session.run(line);
    session.kernel.log
}

#[test]
fn echo_with_a_redirection_is_one_step() {
    let wanted = r#"[shell] {"write":{"file":{"path":"/tmp/tasks"},"data":[{"pid_of":"shell"},"\n"],"mode":"truncate"}}"#;
    assert_eq!(steps("echo $$ > /tmp/tasks"), [wanted]);
}

/// What each step is, without its arguments.
fn calls(line: &str) -> String {
    let name = |step: &String| {
        let (actor, call) = step.split_once("] ").expect("a step has an actor");
        let call = call.trim_start_matches("{\"").split('"').next().unwrap_or_default().to_owned();
        format!("{} {call}", &actor[1..])
    };
    steps(line).iter().map(name).collect::<Vec<_>>().join(", ")
}

#[test]
fn the_lectures_pipeline() {
    let line = "echo $$ > /tmp/tasks && dd if=/dev/urandom | bzip2 -9 >> /dev/null";
    assert_eq!(
        calls(line),
        "shell write, shell pipe2, shell clone3, dd.1 dup2, dd.1 execve, shell close, shell clone3, bzip2.1 dup2, \
         bzip2.1 dup2, bzip2.1 execve, shell close, shell wait4, shell kill, shell kill, shell wait4, shell wait4"
    );
    let result = Session::new().run(line);
    assert_eq!((result.status, result.stderr().as_str()), (130, "^C\n"));
    assert_eq!(result.hints[0].id, "hint-interrupted");
}

#[test]
fn redirections_open_before_the_command() {
    for (line, wanted) in [
        ("echo a > /tmp/f", "shell write"),
        ("echo a b >> /tmp/f", "shell write"),
        (": > /tmp/f", "shell open"),
        ("> /tmp/f", "shell open"),
        ("cat /tmp > /tmp/f", "shell open, shell read"),
        ("cat < /dev/null", "shell read"),
        ("cat < /nope > /tmp/f", "shell open"),
        ("cat < /dev/null > /tmp/f", "shell open, shell open, shell read"),
        ("cat /dev/null > /tmp/f", "shell open, shell read"),
        ("echo a > /tmp/f > /tmp/g", "shell open, shell open, shell write"),
        ("{ echo a; echo b; } > /tmp/f", "shell open, shell write, shell write"),
        ("true < /dev/null", "shell open"),
        ("echo a | cat", ""),
        ("echo $(echo a)", ""),
    ] {
        assert_eq!(calls(line), wanted, "{line}");
    }
}

#[test]
fn tasks_are_made_where_linux_makes_them() {
    for (line, wanted) in [
        ("sleep 1", "shell clone3, sleep.1 execve, shell wait4"),
        ("sleep 9 &", "shell clone3, sleep.1 execve"),
        ("sleep 1 > /nope/f", "shell clone3, sleep.1 dup2, sleep.1 exit_group, shell wait4"),
        ("(echo a)", "shell clone3, sh.1 exit_group, shell wait4"),
        ("(echo a; sleep 1)", "shell clone3, sh.1 execve, shell wait4"),
        (
            "(sleep 1; echo a)",
            "shell clone3, sh.1 clone3, sleep.1 execve, sh.1 wait4, sh.1 exit_group, shell wait4",
        ),
        ("{ echo a > /tmp/f; sleep 9; } &", "shell clone3, sh.1 write, sh.1 execve"),
        ("echo a &", "shell clone3, sh.1 exit_group, shell wait4"),
        (
            "prog a | cat",
            "shell pipe2, shell clone3, prog.1 dup2, prog.1 execve, shell close, shell read, shell close, shell wait4",
        ),
        (
            "echo a | prog cat",
            "shell pipe2, shell clone3, prog.1 dup2, prog.1 execve, shell close, shell write, shell close, shell wait4",
        ),
        (
            "x=$(prog a)",
            "shell pipe2, shell clone3, prog.1 dup2, prog.1 execve, shell close, shell read, shell close, shell wait4",
        ),
        ("nosuch", ""),
    ] {
        assert_eq!(calls(line), wanted, "{line}");
    }
}

#[test]
fn text_goes_through_pipes_between_the_shell_and_programs() {
    for (line, wanted) in [
        ("prog hello", "hello\n"),
        ("prog hello | cat", "hello\n"),
        ("echo a b | prog cat | tr a-z A-Z", "A B\n"),
        ("x=$(prog a b); echo [$x]", "[a b]\n"),
        ("prog cat <<E\nhere\nE", "here\n"),
        ("echo in > /tmp/f; prog cat < /tmp/f", "in\n"),
        ("prog out > /tmp/f; cat /tmp/f", "out\n"),
        ("{ echo a; prog b; echo c; } > /tmp/f; cat /tmp/f", "a\nb\nc\n"),
        ("for i in 1 2; do prog $i; done | sort -r", "2\n1\n"),
        ("echo x | { read y; prog $y; }", "x\n"),
        ("f() { prog $1; }; f q | cat", "q\n"),
    ] {
        let result = Session::new().run(line);
        assert_eq!(result.stdout(), wanted, "{line}: {}", result.stderr());
    }
}

#[test]
fn writes_that_are_refused() {
    for (line, stderr) in [
        ("echo a > /nope/f", "sh: /nope/f: No such file or directory\n"),
        ("echo a > /tmp", "sh: /tmp: Is a directory\n"),
        ("echo a > /tmp/refuses", "sh: echo: write error: Invalid argument\n"),
        ("cat /usr/bin/dd > /tmp/refuses", "cat: write error: Invalid argument\n"),
        ("cat < /nope", "sh: /nope: No such file or directory\n"),
        ("cat < /tmp", "cat: -: Is a directory\n"),
    ] {
        let result = Session::new().run(line);
        assert_eq!((result.status, result.stderr().as_str()), (1, stderr), "{line}");
    }
}

#[test]
fn unfinished_lines_ask_for_more() {
    for line in [
        "echo 'a",
        "echo \"a",
        "echo `a",
        "echo $(a",
        "if true",
        "while true; do",
        "{ echo",
        "f() {",
        "cat <<E\na",
        "a |",
        "a &&",
        "a \\",
    ] {
        let result = Session::new().run(line);
        assert!(result.incomplete && result.status == 2 && !result.stderr().is_empty(), "{line}");
    }
    for line in ["fi", "done", ")", "a | | b", "; a", "then", "if true; done", "echo )", "}", "esac"] {
        let result = Session::new().run(line);
        assert!(
            !result.incomplete && result.status == 2 && result.stderr().contains("syntax error"),
            "{line}"
        );
    }
}
