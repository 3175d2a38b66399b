//! `cargo xtask walk`: a random walk on the model and on this machine's kernel.

use drydock_engine::host::{HostKind, HostProfile};
use drydock_native::conformance::judge::KERNELS;
use drydock_native::host::{HostError, LinuxHost, Options, profile, run_if_part_of_a_session};
use drydock_native::test_host::Files;
use drydock_tests::walk::emulated::{self, Walked};
use drydock_tests::walk::pair::Difference;
use drydock_tests::walk::{self, Finding, Outcome, Report, mounts, script};
use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;

/// Performs random operations on control groups, or on files of an overlay, on the model and on this machine's kernel, and prints the first
/// difference as a script
#[derive(Debug, clap::Parser)]
#[command(name = "cargo xtask walk")]
struct Arguments {
    /// The first seed; the same one gives the same walk
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// How many walks, each with the next seed
    #[arg(long, default_value_t = 1)]
    seeds: u64,
    /// Steps of each walk
    #[arg(long, default_value_t = 2000)]
    steps: usize,
    /// On the files of an overlay, not on control groups
    #[arg(long)]
    overlay: bool,
    /// The host that both begin with: this, lecture, v1 or v2
    #[arg(long, default_value = "this", value_parser = kind)]
    host: HostKind,
    /// Walk over mounts and mount namespaces instead of control groups
    #[arg(long)]
    mounts: bool,
    /// In a kernel booted in qemu, as host v2 or lecture; DIR as for `drydock compare --test-host`
    #[arg(long, value_name = "DIR", num_args = 0..=1, require_equals = true, conflicts_with_all = ["overlay", "mounts"])]
    test_host: Option<Option<PathBuf>>,
}

fn kind(word: &str) -> Result<HostKind, String> {
    HostKind::parse(word).ok_or_else(|| "this, lecture, v1 or v2".to_owned())
}

fn main() -> ExitCode {
    run_if_part_of_a_session();
    let arguments = <Arguments as clap::Parser>::parse();
    let done = match &arguments.test_host {
        Some(folder) => in_test_host(&arguments, folder.as_deref()),
        None => run(&arguments).map_err(Into::into),
    };
    match done {
        Ok(code) => code,
        Err(error) => {
            eprintln!("walk: {error}");
            ExitCode::from(2)
        }
    }
}

fn run(arguments: &Arguments) -> Result<ExitCode, HostError> {
    let profile = profile::available(arguments.host)?;
    let options = Options { state: "/run/drydock".into(), program: None };
    let mut code = ExitCode::SUCCESS;
    let mut all = 0;
    for seed in arguments.seed..=last_seed(arguments) {
        let started = Instant::now();
        if arguments.mounts {
            let outcome =
                mounts::run(&profile, seed, arguments.steps, || LinuxHost::start(&profile, &options))?;
            match outcome {
                Ok(report) => {
                    all += report.steps;
                    let seconds = started.elapsed().as_secs_f64();
                    println!(
                        "seed {seed}: the same: {} steps, {} of them refused, {seconds:.1} s",
                        report.steps, report.refused
                    );
                }
                Err(finding) => {
                    println!("seed {seed}: different: {}", finding.difference.about);
                    show(&finding.difference);
                    finding.steps.iter().for_each(|step| println!("  {step}"));
                    code = ExitCode::FAILURE;
                }
            }
            continue;
        }
        let start = || LinuxHost::start(&profile, &options);
        let outcome = if arguments.overlay {
            walk::overlay::run(&profile, seed, arguments.steps, start)?
        } else {
            walk::run(&profile, seed, arguments.steps, start)?
        };
        let seconds = started.elapsed().as_secs_f64();
        match outcome {
            Outcome::Same(report) => {
                all += report.steps;
                same(seed, &report, seconds);
            }
            Outcome::Different(finding) => {
                different(&profile, seed, &finding);
                code = ExitCode::FAILURE;
            }
        }
    }
    println!("{all} steps without a difference");
    Ok(code)
}

/// All walks in one boot. Nothing is shortened: each attempt would be another boot.
fn in_test_host(arguments: &Arguments, folder: Option<&Path>) -> Result<ExitCode, Box<dyn Error>> {
    let files = Files::find(folder)?;
    let walks =
        emulated::run(arguments.host, arguments.seed..=last_seed(arguments), arguments.steps, &files)?;
    let mut code = ExitCode::SUCCESS;
    for Walked { seed, refused, lines, difference } in walks {
        match difference? {
            None => println!("seed {seed}: the same: {} steps, {refused} of them refused", lines.len()),
            Some(difference) => {
                print!("seed {seed}: {}", difference.side_by_side(KERNELS));
                println!("rerun: drydock compare --test-host FILE, with these lines in it:");
                lines.iter().take(difference.number).for_each(|line| println!("{line}"));
                code = ExitCode::FAILURE;
            }
        }
    }
    Ok(code)
}

fn last_seed(arguments: &Arguments) -> u64 {
    arguments.seed.saturating_add(arguments.seeds.saturating_sub(1))
}

fn same(seed: u64, report: &Report, seconds: f64) {
    let Report { steps, refused, looks, .. } = report;
    println!(
        "seed {seed}: the same: {steps} steps, {refused} of them refused, {looks} looks at the whole state, \
         {seconds:.1} s"
    );
    let calls: Vec<_> =
        report.calls.iter().map(|(name, (made, done))| format!("{name} {done}/{made}")).collect();
    println!("  performed/made: {}", calls.join(", "));
}

fn different(profile: &HostProfile, seed: u64, finding: &Finding) {
    let Finding { at, first, difference, steps, reproduced } = finding;
    println!("seed {seed}: different after step {}: {} {}", at + 1, first.what, first.about);
    show(first);
    if *reproduced {
        println!("and in fewer steps:");
        show(difference);
        println!("rerun: drydock compare FILE, with these {} lines in it:", steps.len());
        script::lines(profile, steps).iter().for_each(|line| println!("{line}"));
    } else {
        println!("it did not come again in a fresh session: a matter of timing");
    }
}

fn show(difference: &Difference) {
    println!("  model: {}", difference.model.replace('\n', "\n         "));
    println!("  linux: {}", difference.real.replace('\n', "\n         "));
}
