//! Every lesson, executed on the model: its commands in order, its outputs, its goals.

use drydock_engine::history::Session;
use drydock_engine::host::HostProfile;
use drydock_engine::lesson::{Block, Goal, Lesson, course};
use drydock_engine::shell::Stream;
use std::collections::BTreeSet;

fn lessons() -> Vec<Lesson> {
    course().expect("every lesson is of the form")
}

/// Types a command; one that is unknown or has a syntax error fails the lesson.
fn run(session: &mut Session, lesson: &Lesson, command: &str) -> String {
    let record = session.run(command);
    let stderr = record.text_of(Stream::Stderr);
    for slip in ["command not found", "syntax error", "invalid option", "unrecognized option"] {
        assert!(!stderr.contains(slip), "{}: {command}: {stderr}", lesson.id);
    }
    assert!(!record.incomplete, "{}: {command}: is not complete", lesson.id);
    record.text_of(Stream::Stdout)
}

fn is_met(session: &Session, goal: &Goal) -> bool {
    goal.conditions.iter().all(|condition| condition.holds(session.now()))
}

#[test]
fn commands_run_outputs_match_and_solutions_reach_their_goals() {
    let mut n_outputs = 0;
    for lesson in lessons() {
        let mut session = Session::new(HostProfile::named(lesson.host));
        let mut last = String::new();
        for block in &lesson.blocks {
            match block {
                Block::Run(commands) => {
                    for command in commands {
                        last = run(&mut session, &lesson, command);
                    }
                }
                Block::Output(expected) => {
                    n_outputs += 1;
                    assert_eq!(&last, expected, "{}: output", lesson.id);
                }
                Block::Goal(goal) => {
                    assert!(
                        !is_met(&session, goal),
                        "{}: \"{}\" is met before it is done",
                        lesson.id,
                        goal.title
                    );
                    for command in &goal.solution {
                        run(&mut session, &lesson, command);
                    }
                    assert!(
                        is_met(&session, goal),
                        "{}: \"{}\" is not met by its solution",
                        lesson.id,
                        goal.title
                    );
                }
                _ => {}
            }
        }
    }
    assert!(n_outputs > 0, "no lesson compares an output");
}

#[test]
fn every_goal_has_hints_and_a_solution() {
    for lesson in lessons() {
        assert!(lesson.goals().count() > 0, "{} has no goal", lesson.id);
        for goal in lesson.goals() {
            assert!(!goal.hints.is_empty() && goal.hints.len() <= 3, "{}: \"{}\"", lesson.id, goal.title);
            assert!(!goal.solution.is_empty(), "{}: \"{}\"", lesson.id, goal.title);
        }
    }
}

#[test]
fn a_goal_can_be_reached_by_another_route() {
    let lesson =
        lessons().into_iter().find(|lesson| lesson.id == "control-groups").expect("the first lesson");
    let mut session = Session::new(HostProfile::named(lesson.host));
    session.run("mkdir -p /cgroup/cpu_and_mem && cd /cgroup");
    session.run("mount -t cgroup -o memory,cpuacct,cpuset,cpu other-name cpu_and_mem");
    let first = lesson.goals().next().expect("a goal");
    assert!(is_met(&session, first), "all four controllers at once are as good as a remount");
}

#[test]
fn every_file_in_the_folder_is_in_the_course() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../lessons");
    let entries = std::fs::read_dir(folder).expect("the folder lessons");
    let names = entries.map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned());
    let files: BTreeSet<_> = names.filter(|name| name != "README.md").collect();
    let course: BTreeSet<_> = lessons().iter().map(|lesson| format!("{}.md", lesson.id)).collect();
    assert_eq!(files, course);
}
