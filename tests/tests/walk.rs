//! A random walk of control group operations finds no difference between the model and this machine's kernel, nor the
//! kernels of test hosts.
//!
//! Needs root, and qemu; without it a test is skipped, visibly and counted. Where `CI` is set that is a failure.

use drydock_engine::host::HostKind;
use drydock_native::conformance::judge::KERNELS;
use drydock_native::host::{HostError, LinuxHost, Options, profile, run_if_part_of_a_session};
use drydock_native::test_host::Files;
use drydock_tests::walk::emulated::{self, Walked};
use drydock_tests::walk::{self, Outcome, mounts, script};
use libtest_mimic::{Arguments, Completion, Failed, Trial};
use std::process::ExitCode;

/// The walk that is always the same.
const SEED: u64 = 1;
const STEPS: usize = 2000;

/// Walks in each kind of test host, and the steps of each.
const EMULATED_SEEDS: u64 = 2;
const EMULATED_STEPS: usize = 150;

/// Walks over mounts, and the steps of each.
const MOUNT_SEEDS: u64 = 5;
const MOUNT_STEPS: usize = 300;

fn main() -> ExitCode {
    // The sessions' keepers and agents are this program, too.
    run_if_part_of_a_session();
    let arguments = Arguments::from_args();
    let trials = vec![
        Trial::ignorable_test("2,000 random operations are answered alike", walk_on_this_machine),
        Trial::ignorable_test("300 random operations on host v2 are answered alike", || {
            in_test_host(HostKind::V2)
        }),
        Trial::ignorable_test("300 random operations on host lecture are answered alike", || {
            in_test_host(HostKind::Lecture)
        }),
        Trial::ignorable_test("1,500 random mounts leave the same tables", mounts_on_this_machine),
    ];
    libtest_mimic::run(&arguments, trials).exit_code()
}

fn walk_on_this_machine() -> Result<Completion, Failed> {
    let profile = profile::available(HostKind::This)?;
    let state = tempfile::tempdir()?;
    let options = Options { state: state.path().to_owned(), program: None };
    let outcome = match walk::run(&profile, SEED, STEPS, || LinuxHost::start(&profile, &options)) {
        Err(HostError::NotRoot) => return skip(&HostError::NotRoot.to_string()),
        other => other?,
    };
    match outcome {
        Outcome::Same(report) => {
            // A walk that only looks, or is only refused, would prove nothing.
            assert_eq!(report.steps, STEPS);
            assert!(report.refused > STEPS / 20 && report.refused < STEPS * 3 / 4, "{report:?}");
            assert!(
                ["mkdir", "rmdir", "write", "read", "clone3"]
                    .iter()
                    .all(|call| { report.calls.get(call).is_some_and(|(_, performed)| *performed > 0) })
            );
            Ok(Completion::Completed)
        }
        Outcome::Different(finding) => {
            let lines = script::lines(&profile, &finding.steps).join("\n");
            let difference = &finding.difference;
            Err(format!(
                "{} {}\nmodel: {}\nlinux: {}\nthe steps, for `drydock compare FILE`:\n{lines}\n\
                 rerun: cargo xtask walk --seed {SEED} --steps {STEPS}",
                difference.what, difference.about, difference.model, difference.real
            )
            .into())
        }
    }
}

fn in_test_host(kind: HostKind) -> Result<Completion, Failed> {
    let files = match Files::find(None) {
        Ok(files) => files,
        Err(error) => return skip(&error.to_string()),
    };
    for walked in emulated::run(kind, 1..=EMULATED_SEEDS, EMULATED_STEPS, &files)? {
        let Walked { seed, refused, lines, difference } = walked;
        if let Some(difference) = difference? {
            return Err(format!(
                "{}\nthe steps, for `drydock compare --test-host --host {kind} FILE`:\n{}\n\
                 rerun: cargo xtask walk --host {kind} --test-host --seed {seed} --steps {EMULATED_STEPS}",
                difference.side_by_side(KERNELS),
                lines[..difference.number].join("\n"),
                kind = kind.word(),
            )
            .into());
        }
        assert!(
            refused > EMULATED_STEPS / 20 && refused < EMULATED_STEPS * 3 / 4,
            "seed {seed}: {refused} refused"
        );
    }
    Ok(Completion::Completed)
}

fn mounts_on_this_machine() -> Result<Completion, Failed> {
    let profile = profile::available(HostKind::This)?;
    let state = tempfile::tempdir()?;
    let options = Options { state: state.path().to_owned(), program: None };
    for seed in 1..=MOUNT_SEEDS {
        match mounts::run(&profile, seed, MOUNT_STEPS, || LinuxHost::start(&profile, &options)) {
            Err(HostError::NotRoot) => return skip(&HostError::NotRoot.to_string()),
            Err(other) => return Err(other.into()),
            Ok(Ok(report)) => assert!(report.refused < report.steps * 3 / 4, "{report:?}"),
            Ok(Err(finding)) => {
                let (difference, steps) = (&finding.difference, finding.steps.join("\n"));
                return Err(format!(
                    "{}\nmodel: {}\nlinux: {}\nthe steps:\n{steps}\n\
                     rerun: cargo xtask walk -- --mounts --seed {seed} --steps {MOUNT_STEPS}",
                    difference.about, difference.model, difference.real
                )
                .into());
            }
        }
    }
    Ok(Completion::Completed)
}

fn skip(reason: &str) -> Result<Completion, Failed> {
    if std::env::var_os("CI").is_some() {
        return Err(format!("may not be skipped where CI is set: {reason}").into());
    }
    Ok(Completion::ignored_with(reason))
}
