//! `drydock sh`

use super::lines::Source;
use super::state::State;
use super::style::{Style, on_stderr, paint};
use super::terminal;
use super::world::{HostChoice, World, with_mapping};
use super::{Outcome, lines};
use crate::host::interrupt_on_sigint;
use drydock_engine::explain::{catalogue, explain_refusal};
use drydock_engine::history::recorder::{Record, Recorder};
use drydock_engine::plan::{Actor, Answer, Backend, Helper, Observation, Observe, Probe, Step, strace};
use drydock_engine::shell::{LineResult, Shell, Stream};
use serde::Serialize;
use std::io::{IsTerminal, Read, Write};

/// Type lines: on the model, or with --real on this machine's kernel
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    source: Source,
    #[command(flatten)]
    host: HostChoice,
    /// On this machine's own kernel, in namespaces and control groups of its own. Needs root
    #[arg(long)]
    real: bool,
    /// One JSON object a line: line, stdout, stderr, status, hints, steps, refusals
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    state: State,
}

pub(super) fn run(arguments: &Arguments) -> Outcome {
    let text = arguments.source.text()?;
    let (profile, mut world) = if arguments.real {
        let profile = arguments.host.for_linux()?;
        let world = World::linux(&profile, &arguments.state)?;
        (profile, world)
    } else {
        let profile = arguments.host.for_model()?;
        let world = World::model(&profile);
        (profile, world)
    };
    let mut shell = Shell::new(&profile);
    with_mapping(&mut world, &profile, arguments.host.map, |backend| match text {
        Some(text) => script(&mut shell, backend, &text, arguments.source.command.is_some(), arguments.json),
        None if std::io::stdin().is_terminal() && !arguments.json => {
            interrupt_on_sigint();
            terminal::run(shell, backend)
        }
        None => {
            let mut text = String::new();
            std::io::stdin().read_to_string(&mut text)?;
            script(&mut shell, backend, &text, false, arguments.json)
        }
    })
}

/// A backend behind a reference, for recorders that want a type of known size.
pub(super) struct Borrowed<'a>(pub(super) &'a mut dyn Backend);

impl Observe for Borrowed<'_> {
    fn observe(&self, actor: &Actor, probe: &Probe) -> Observation {
        self.0.observe(actor, probe)
    }

    fn pid(&self, actor: &Actor) -> Option<u32> {
        self.0.pid(actor)
    }

    fn pid_for(&self, viewer: &Actor, actor: &Actor) -> Option<u32> {
        self.0.pid_for(viewer, actor)
    }
}

impl Backend for Borrowed<'_> {
    fn perform(&mut self, step: &Step) -> Answer {
        self.0.perform(step)
    }

    fn take_terminal(&mut self) -> String {
        self.0.take_terminal()
    }

    fn begin_command(&mut self, text: &str) {
        self.0.begin_command(text);
    }

    fn take_helper(&mut self) -> Option<Helper> {
        self.0.take_helper()
    }

    fn is_model(&self) -> bool {
        self.0.is_model()
    }
}

/// Runs a text: as one where it is a command (`-c`), else line by line.
fn script(shell: &mut Shell, backend: &mut dyn Backend, text: &str, whole: bool, json: bool) -> Outcome {
    shell.set_interactive(false);
    let commands = if whole { vec![text.to_owned()] } else { lines::commands(text) };
    for command in commands {
        let (result, records) = record(shell, backend, &command);
        if json {
            let pids = |actor: &Actor| backend.pid(actor);
            println!("{}", serde_json::to_string(&line_object(&command, &result, &records, &pids))?);
        } else {
            show(&result, &records)?;
        }
        if let Some(status) = shell.exited() {
            return Ok(status);
        }
    }
    Ok(shell.status())
}

pub(super) fn record(shell: &mut Shell, backend: &mut dyn Backend, line: &str) -> (LineResult, Vec<Record>) {
    let mut records = Vec::new();
    let mut borrowed = Borrowed(backend);
    let result = shell.run(line, &mut Recorder::new(&mut borrowed, |record, _| records.push(record)));
    (result, records)
}

/// Prints what a line gave, in order, each stream to its own; then the rules behind refusals, and hints.
pub(super) fn show(result: &LineResult, records: &[Record]) -> std::io::Result<()> {
    for chunk in &result.output {
        match chunk.stream {
            Stream::Stdout => {
                print!("{}", chunk.text);
                std::io::stdout().flush()?;
            }
            Stream::Stderr => eprint!("{}", chunk.text),
        }
    }
    // Without a rule the error's text, which the command has printed, is all there is.
    for refusal in records.iter().filter_map(|record| record.answer.as_ref().err()) {
        let explained = explain_refusal(refusal);
        if !explained.rule.is_empty() {
            let text = format!("{}: {} {}", refusal.errno, explained.sentence, explained.rule);
            eprintln!("{}", paint(&text, Style::Dim, on_stderr()));
        }
    }
    for hint in &result.hints {
        let text = catalogue().text(&hint.id, &hint.facts);
        eprintln!("{}", paint(&format!("hint: {text}"), Style::Dim, on_stderr()));
    }
    Ok(())
}

/// A line as `--json` prints it.
#[derive(Serialize)]
struct LineObject<'a> {
    line: &'a str,
    stdout: String,
    stderr: String,
    status: u8,
    hints: Vec<String>,
    steps: Vec<StepObject<'a>>,
    refusals: Vec<RefusalObject>,
}

#[derive(Serialize)]
struct StepObject<'a> {
    command: &'a str,
    actor: &'a str,
    call: String,
    result: String,
    step: &'a Step,
    answer: &'a Answer,
}

#[derive(Serialize)]
struct RefusalObject {
    /// Index into `steps`.
    step: usize,
    errno: String,
    at: String,
    sentence: String,
    rule: String,
    source: String,
    advice: String,
}

fn line_object<'a>(
    line: &'a str,
    result: &LineResult,
    records: &'a [Record],
    pids: &dyn Fn(&Actor) -> Option<u32>,
) -> LineObject<'a> {
    let step = |record: &'a Record| StepObject {
        command: &record.command,
        actor: record.step.actor.name(),
        call: strace::call(&record.step.call, pids),
        result: strace::answer(&record.answer),
        step: &record.step,
        answer: &record.answer,
    };
    let refusal = |(index, record): (usize, &Record)| {
        let refusal = record.answer.as_ref().err()?;
        let explained = explain_refusal(refusal);
        Some(RefusalObject {
            step: index,
            errno: refusal.errno.to_string(),
            at: refusal.at.clone(),
            sentence: explained.sentence,
            rule: explained.rule,
            source: explained.source,
            advice: explained.advice,
        })
    };
    LineObject {
        line,
        stdout: result.stdout(),
        stderr: result.stderr(),
        status: result.status,
        hints: result.hints.iter().map(|hint| catalogue().text(&hint.id, &hint.facts)).collect(),
        steps: records.iter().map(step).collect(),
        refusals: records.iter().enumerate().filter_map(refusal).collect(),
    }
}
