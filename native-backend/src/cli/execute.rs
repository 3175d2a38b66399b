//! `drydock execute`

use super::Outcome;
use super::state::State;
use super::world::{Host, HostChoice, World};
use clap::ValueEnum;
use drydock_engine::host::{HostKind, HostProfile};
use drydock_engine::plan::file::{self, PlanFile};
use drydock_engine::plan::{Answer, Backend, Observe, OnRefusal, Step, strace};
use serde::Serialize;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};

/// Perform a plan that `drydock plan --format json` has written
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// The plan; `-` for standard input
    plan: PathBuf,
    /// On which kernel
    #[arg(long, value_enum, default_value_t = On::Model)]
    on: On,
    /// The machine to start with, where it shall not be the one that the plan was made for
    #[arg(long, value_enum)]
    host: Option<Host>,
    /// One JSON object a step: number, step, answer
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    state: State,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum On {
    /// The model
    Model,
    /// This machine's kernel, in namespaces and control groups of its own. Needs root
    Linux,
}

/// A step as `--json` prints it.
#[derive(Serialize)]
struct StepObject<'a> {
    number: usize,
    step: &'a Step,
    answer: &'a Answer,
}

pub(super) fn run(arguments: &Arguments) -> Outcome {
    let text = read(&arguments.plan).map_err(|error| format!("{}: {error}", arguments.plan.display()))?;
    let plan = file::read(&text).map_err(|error| format!("{}: {error}", arguments.plan.display()))?;
    let mut world = start(arguments, plan.host)?;
    let mut refused = false;
    for (index, step) in plan.plan.steps.iter().enumerate() {
        let answer = world.perform(step);
        show(arguments.json, index + 1, step, &answer, &world)?;
        let written = world.take_terminal();
        if !written.is_empty() {
            eprint!("{written}");
        }
        if answer.is_err() {
            refused = true;
            if plan.plan.on_refusal == OnRefusal::Stop {
                told_rest(&plan, index + 1);
                break;
            }
        }
    }
    Ok(u8::from(refused))
}

fn start(arguments: &Arguments, planned: HostKind) -> Result<World, Box<dyn std::error::Error>> {
    let host = arguments.host.map_or(planned, HostKind::from);
    let choice = |host| HostChoice { host: Some(host), map: false };
    let host = match host {
        HostKind::Lecture => Host::Lecture,
        HostKind::V1 => Host::V1,
        HostKind::V2 => Host::V2,
        HostKind::This => Host::This,
    };
    Ok(match arguments.on {
        On::Model => {
            let profile: HostProfile = choice(host).for_model()?;
            World::model(&profile)
        }
        On::Linux => World::linux(&choice(host).for_linux()?, &arguments.state)?,
    })
}

/// Reads no more than a plan may have, and one byte, so that a larger one is refused as such.
fn read(path: &Path) -> std::io::Result<String> {
    let most = file::MAX_BYTES as u64 + 1;
    let mut text = String::new();
    if path == Path::new("-") {
        std::io::stdin().take(most).read_to_string(&mut text)?;
    } else {
        std::fs::File::open(path)?.take(most).read_to_string(&mut text)?;
    }
    Ok(text)
}

fn show(
    json: bool,
    number: usize,
    step: &Step,
    answer: &Answer,
    world: &World,
) -> Result<(), Box<dyn std::error::Error>> {
    if json {
        println!("{}", serde_json::to_string(&StepObject { number, step, answer })?);
    } else {
        let call = strace::call(&step.call, &|actor| world.pid(actor));
        println!("{number:>3}  {}  {call} = {}", step.actor, strace::answer(answer));
    }
    // A reader that acts upon each step must not wait for a full buffer.
    Ok(std::io::stdout().flush()?)
}

fn told_rest(plan: &PlanFile, performed: usize) {
    let rest = plan.plan.steps.len() - performed;
    if rest > 0 {
        eprintln!("drydock: each step of this plan needs the one before it; {rest} more were left out");
    }
}
