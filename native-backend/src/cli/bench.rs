//! `drydock bench`

use super::state::State;
use super::{CANNOT, Outcome};
use crate::bench::setups::{SETUPS, Setup};
use crate::bench::shares::{Preferred, perform};
use crate::host::hierarchies::mounted;
use crate::host::{LinuxHost, Options, interrupt_on_sigint, profile};
use clap::Subcommand;
use drydock_engine::host::{HostKind, HostProfile};
use drydock_engine::kernel::Kernel;
use std::path::PathBuf;

/// Measure what this machine does, beside what the model predicts
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    Shares(Shares),
}

/// Set-ups of control groups that divide CPU time: what each task gets, predicted and measured
///
/// Needs root and the version 1 controllers cpu and cpuset. Tasks run for seconds with nearly all of one or two
/// CPUs. Exit status: 0 all within 5 percentage points, 1 some not, 2 this machine cannot, and why.
#[derive(Debug, clap::Args)]
struct Shares {
    /// Seconds that each set-up is measured for
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u64).range(1..=60))]
    seconds: u64,
    /// Only set-ups whose name contains this
    #[arg(long)]
    only: Option<String>,
    #[command(flatten)]
    state: State,
}

/// Thousandths by which a part may differ: 5 percentage points.
const ALLOWED: u64 = 50;

/// How often a set-up is measured at most: something else on the machine may have come between.
const TRIES: u32 = 3;

pub(super) fn run(arguments: &Arguments) -> Outcome {
    match &arguments.what {
        What::Shares(shares) => run_shares(shares),
    }
}

fn run_shares(arguments: &Shares) -> Outcome {
    let profile = profile::available(HostKind::V1)?;
    let has = |name: &&str| profile.controllers.iter().any(|own| own == *name);
    if let Some(missing) = ["cpu", "cpuset"].iter().find(|name| !has(name)) {
        eprintln!("drydock: the version 1 controller {missing} is not mounted by itself on this machine");
        return Ok(CANNOT);
    }
    let cpu = mounted().into_iter().find(|found| found.options == ["cpu"]).map(|found| found.target);
    let machine = Machine {
        profile,
        cpu: cpu.ok_or("the hierarchy of the controller cpu is not to be seen")?,
        options: Options { state: arguments.state.directory(), program: None },
        milliseconds: arguments.seconds * 1000,
    };
    interrupt_on_sigint();
    println!("{:42}{:>6}  {:>9}  {:>8}  {:>10}", "set-up", "task", "predicted", "measured", "difference");
    let mut worst: Option<(u64, String)> = None;
    let wanted =
        |setup: &&Setup| arguments.only.as_ref().is_none_or(|only| setup.name.contains(only.as_str()));
    let (mut n_measured, mut n_left_out) = (0, 0);
    for setup in SETUPS.iter().filter(wanted) {
        if setup.cpus > machine.profile.cpus {
            println!("{:42}left out: it needs {} CPUs", setup.name, setup.cpus);
            n_left_out += 1;
            continue;
        }
        let row = machine.hold_against(setup)?;
        row.print(setup);
        n_measured += 1;
        let (difference, task) = row.worst(setup);
        if worst.as_ref().is_none_or(|(known, _)| difference > *known) {
            worst = Some((difference, format!("{}, {task}", setup.name)));
        }
    }
    let Some((difference, whose)) = worst else { return Err("no set-up was measured".into()) };
    let left_out = if n_left_out == 0 { String::new() } else { format!(", {n_left_out} left out") };
    println!(
        "{n_measured} set-ups{left_out}; worst difference: {} percentage points ({whose})",
        tenths(difference)
    );
    Ok(u8::from(difference > ALLOWED))
}

struct Machine {
    profile: HostProfile,
    cpu: PathBuf,
    options: Options,
    milliseconds: u64,
}

/// What came of a set-up, in thousandths.
struct Row {
    predicted: Vec<u64>,
    measured: Vec<u64>,
    tries: u32,
}

impl Machine {
    fn hold_against(&self, setup: &Setup) -> Result<Row, String> {
        let mut model = Kernel::boot(&self.profile);
        let predicted = perform(setup, &self.profile, &mut model, self.milliseconds)?;
        let mut row = Row { predicted, measured: Vec::new(), tries: 0 };
        while row.tries < TRIES && (row.tries == 0 || row.worst(setup).0 > ALLOWED) {
            row.measured = self.measure(setup)?;
            row.tries += 1;
        }
        Ok(row)
    }

    /// Each set-up has a session of its own, which takes all of it away at its end.
    fn measure(&self, setup: &Setup) -> Result<Vec<u64>, String> {
        let mut host = LinuxHost::start(&self.profile, &self.options).map_err(|error| error.to_string())?;
        let _preferred = Preferred::take(&self.cpu).map_err(|error| format!("its own weight: {error}"))?;
        perform(setup, &self.profile, &mut host, self.milliseconds)
    }
}

impl Row {
    /// The largest difference, and the task that it is of.
    fn worst(&self, setup: &Setup) -> (u64, &'static str) {
        let pairs = self.predicted.iter().zip(&self.measured).zip(setup.tasks);
        let differences = pairs.map(|((predicted, measured), task)| (predicted.abs_diff(*measured), *task));
        differences.max_by_key(|(difference, _)| *difference).unwrap_or((0, ""))
    }

    fn print(&self, setup: &Setup) {
        let rows = setup.tasks.iter().zip(&self.predicted).zip(&self.measured);
        for (index, ((task, predicted), measured)) in rows.enumerate() {
            let name = if index == 0 { setup.name } else { "" };
            let sign = if measured < predicted { '-' } else { '+' };
            let difference = format!("{sign}{}", tenths(predicted.abs_diff(*measured)));
            let tries = match (index, self.tries) {
                (0, 2..) => format!("  measured {} times", self.tries),
                _ => String::new(),
            };
            let (predicted, measured) = (tenths(*predicted), tenths(*measured));
            println!("{name:42}{task:>6}  {predicted:>7} %  {measured:>6} %  {difference:>10}{tries}");
        }
    }
}

/// Thousandths as percent.
fn tenths(thousandths: u64) -> String {
    format!("{}.{}", thousandths / 10, thousandths % 10)
}
