//! Tasks: which steps the shell plans for programs, pipes, subshells and the background.

use super::Session;

fn steps(line: &str) -> Vec<String> {
    let mut session = Session::new();
    session.run(line);
    session.kernel.log
}

#[test]
fn echo_with_a_redirection_is_one_step() {
    insta::assert_debug_snapshot!(steps("echo $$ > /tmp/tasks"), @"");
}

#[test]
fn the_lectures_pipeline() {
    let mut session = Session::new();
    let result = session.run("echo $$ > /tmp/tasks && dd if=/dev/urandom | bzip2 -9 >> /dev/null");
    insta::assert_debug_snapshot!(session.kernel.log, @"");
    insta::assert_debug_snapshot!(result, @"");
}
