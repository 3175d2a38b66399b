//! The language: lines whose output and status are bash's.

use super::Session;
use super::language_cases::CASES;

#[test]
fn as_bash() {
    let mut wrong = Vec::new();
    for (line, stdout, status) in CASES {
        let mut session = Session::new();
        let result = session.run(line);
        if result.stdout() != stdout || result.status != status {
            wrong.push(format!(
                "{line}\n   wanted {status} {stdout:?}\n   got    {} {:?}\n   stderr {:?}",
                result.status,
                result.stdout(),
                result.stderr()
            ));
        }
    }
    assert!(
        wrong.is_empty(),
        "{} of {} lines differ from bash\n{}",
        wrong.len(),
        CASES.len(),
        wrong.join("\n")
    );
}
