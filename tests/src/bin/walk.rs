//! `cargo xtask walk`: a random walk on the model and on this machine's kernel.

use drydock_engine::host::{HostKind, HostProfile};
use drydock_native::host::{HostError, LinuxHost, Options, profile, run_if_part_of_a_session};
use drydock_tests::walk::pair::Difference;
use drydock_tests::walk::{self, Finding, Outcome, Report, mounts, script};
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
}

fn kind(word: &str) -> Result<HostKind, String> {
    HostKind::parse(word).ok_or_else(|| "this, lecture, v1 or v2".to_owned())
}

fn main() -> ExitCode {
    run_if_part_of_a_session();
    let arguments = <Arguments as clap::Parser>::parse();
    match run(&arguments) {
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
    for seed in arguments.seed..arguments.seed.saturating_add(arguments.seeds) {
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
