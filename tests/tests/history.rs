//! Time travel: the same lines give the same bytes, and any step can be reached from any other.

use drydock_engine::history::Session;
use drydock_engine::host::{HostKind, HostProfile};
use drydock_engine::lesson::course;
use drydock_engine::view::{host, step, timeline};
use proptest::prelude::{Just, Strategy, prop_oneof, proptest};

fn lecture() -> HostProfile {
    HostProfile::named(HostKind::Lecture)
}

fn first_lesson() -> Vec<String> {
    course().expect("lessons")[0].script()
}

fn played(lines: &[String]) -> Session {
    Session::replay(lecture(), lines.iter().map(String::as_str))
}

#[test]
fn two_runs_give_the_same_bytes() {
    let lines = first_lesson();
    let (one, two) = (played(&lines), played(&lines));
    assert!(one.n_steps() > 30);
    assert_eq!(one.save(), two.save());
    assert_eq!(one.digest().len(), 64);
    assert_ne!(one.digest(), played(&lines[..5]).digest());
}

#[test]
fn a_saved_history_is_played_again_and_a_changed_one_is_refused() {
    let saved = played(&first_lesson()).save();
    assert_eq!(Session::load(&saved).expect("is loaded").save(), saved);
    let changed = saved.replacen("cpu_and_mem", "cpu_and_mam", 1);
    assert!(Session::load(&changed).is_err());
    assert!(Session::load("{}").is_err());
}

#[test]
fn a_fork_forgets_what_was_typed_after_it() {
    let lines = first_lesson();
    let mut session = played(&lines);
    let whole = session.digest();
    session.fork_before_line(6);
    assert_eq!(session.digest(), played(&lines[..6]).digest());
    for line in &lines[6..] {
        session.run(line);
    }
    assert_eq!(session.digest(), whole);
}

#[test]
fn every_step_can_be_drawn() {
    let session = played(&first_lesson());
    let lines = timeline::timeline(&session);
    let drawn: usize = lines.iter().flat_map(|line| &line.commands).map(|command| command.steps.len()).sum();
    assert_eq!(drawn, session.n_steps() as usize);
    for at in 0..=session.n_steps() {
        let card = step::step_card(&session, at);
        assert!(
            !card.sentence.is_empty() && !card.sentence.starts_with("step-"),
            "step {at}: {}",
            card.sentence
        );
        let line = session.line_of_step(at).map(|line| &lines[line as usize]);
        assert!(line.is_none_or(|line| line.first_step <= at && at <= line.last_step));
        if let Some(refusal) = card.refusal {
            assert!(!refusal.sentence.starts_with("rule-"), "step {at}: {}", refusal.sentence);
            assert!(!refusal.rule.is_empty() && !refusal.source.is_empty() && !refusal.advice.is_empty());
            assert!(card.changes.is_empty(), "a refused step changes nothing");
        }
    }
}

/// Lines that make groups, move tasks, fail, and look.
fn any_line() -> impl Strategy<Value = String> {
    let group = prop_oneof![Just("a"), Just("b"), Just("a/c"), Just(".")];
    let pid = prop_oneof![Just("1701"), Just("$$"), Just("1"), Just("4000")];
    prop_oneof![
        group.clone().prop_map(|group| format!("mkdir /c/{group}")),
        group.clone().prop_map(|group| format!("rmdir /c/{group}")),
        (group.clone(), pid).prop_map(|(group, pid)| format!("echo {pid} > /c/{group}/tasks")),
        (group, 0..3000_u32).prop_map(|(group, shares)| format!("echo {shares} > /c/{group}/cpu.shares")),
        Just("sleep 10 &".to_owned()),
        Just("kill $!".to_owned()),
        Just("umount /c".to_owned()),
    ]
}

proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(40))]

    #[test]
    fn walking_back_and_forth_ends_in_the_same_state(
        lines in proptest::collection::vec(any_line(), 1..20),
        walk in proptest::collection::vec(0..200_u32, 1..20),
    ) {
        let mut session = Session::new(lecture());
        session.run("mkdir /c && mount -t cgroup -o cpu,memory x /c");
        for line in &lines {
            session.run(line);
        }
        let pictures: Vec<_> = (0..=session.n_steps()).map(|at| host::host(&session, at)).collect();
        for at in walk {
            let at = at % (session.n_steps() + 1);
            assert_eq!(host::host(&session, at), pictures[at as usize]);
        }
    }
}
