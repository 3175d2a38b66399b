//! `&`: programs are started and left alone; lists are performed by a child of the shell.
//!
//! A child that has to wait for a program in the middle of its list is suspended there, and goes on when a line
//! that is typed later finds the program ended.

use super::Hint;
use super::commands::sh;
use super::expand::Failure;
use super::interpret::{Flow, Interpreter};
use super::launch::take_first;
use super::pipeline::Part;
use super::program::Feed;
use super::simple::{Performer, Prepared};
use super::state::State;
use crate::plan::{Actor, Backend, Call, Reply, TaskRef, Text};
use brush_parser::ast::{
    AndOr, AndOrList, Command, CompoundCommand, CompoundList, Pipeline, Program, SeparatorOperator,
};
use std::collections::VecDeque;
use std::sync::Arc;

/// When a part of a background list is performed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum When {
    /// After `;`.
    Always,
    /// After `&&`.
    Success,
    /// After `||`.
    Failure,
    /// Always, and without waiting: `&` stands behind it.
    Background,
}

/// A part of a background list.
#[derive(Clone, Debug)]
struct Unit {
    when: When,
    list: Arc<AndOrList>,
}

/// A background list that waits for a program.
#[derive(Clone, Debug)]
pub(super) struct Suspended {
    state: State,
    units: VecDeque<Unit>,
}

/// What a background list has started.
#[derive(Clone, Debug, Default)]
pub(super) struct Started {
    /// The tasks of the job; the last is `$!`.
    pub(super) actors: Vec<Actor>,
    /// Programs that the job's subshell waits for.
    pub(super) children: Vec<Actor>,
    /// What it does afterwards.
    pub(super) rest: Option<Suspended>,
}

impl Interpreter<'_> {
    /// Starts `list &`.
    pub(super) fn start_background(&mut self, list: &AndOrList) -> Flow {
        let alone = list.additional.is_empty() && !list.first.bang;
        let started = if alone { self.start_parts(&list.first.seq) } else { Ok(None) };
        let started = match started {
            Ok(Some(started)) => Ok(started),
            Ok(None) => self.start_subshell(list),
            Err(failure) => Err(failure),
        };
        match started {
            Ok(started) => self.add_job(started, super::commands::command_text(&list.to_string())),
            Err(failure) => return self.fail(&failure, 254),
        }
        self.shell.state.status = 0;
        Flow::Next
    }

    /// Starts a pipeline in which every part is a program, or one new shell; `None` for anything else.
    fn start_parts(&mut self, commands: &[Command]) -> Result<Option<Started>, Failure> {
        if !commands.iter().all(|command| matches!(command, Command::Simple(_))) {
            return Ok(None);
        }
        let mut parts = self.parts(commands)?;
        let count = parts.len();
        if let [Part::Simple(prepared)] = parts.as_mut_slice()
            && prepared.forks()
            && let Performer::Program(path) = self.launched_performer(&prepared.words)
        {
            return self.start_forked(prepared.clone(), &path).map(Some);
        }
        if let [Part::Simple(prepared)] = parts.as_mut_slice()
            && let Some(text) = self.text_of_new_shell(prepared)
        {
            return self.start_new_shell(prepared, &text).map(Some);
        }
        if !parts.iter().all(|part| matches!(part, Part::Program(..))) {
            return Ok(None);
        }
        let mut feed = Feed::Inherited;
        let mut actors = Vec::new();
        for (index, part) in parts.into_iter().enumerate() {
            let Part::Program(prepared, path) = part else { continue };
            self.backend.begin_command(&prepared.text);
            let output = if index + 1 == count { None } else { Some(self.make_pipe()?) };
            let started = self.start(&prepared, &path, &feed, output.as_ref())?;
            actors.push(started.actor);
            feed = output.map_or(Feed::Inherited, Feed::Pipe);
        }
        Ok(Some(Started { actors, ..Started::default() }))
    }

    /// Starts a program whose task is the child of another one, which waits for it: `unshare --fork PROGRAM &`.
    fn start_forked(&mut self, mut prepared: Prepared, path: &Text) -> Result<Started, Failure> {
        let Some((first, name)) = take_first(&mut prepared) else { return Ok(Started::default()) };
        self.backend.begin_command(&prepared.text);
        let child = self.clone_child(name)?;
        let mut started = Started { actors: vec![child.clone()], ..Started::default() };
        if let Err((status, message)) = self.perform_setup(&child, &first) {
            self.complain(&message);
            let _ = self.step_by(&child, Call::ExitGroup { status }, "why-exit-refused");
            return Ok(started);
        }
        let mut made = Ok(());
        self.in_child(&child, |shell| {
            made = shell.start(&prepared, path, &Feed::Inherited, None).map(|inner| {
                started.children.push(inner.actor);
            });
            Flow::Next
        });
        made?;
        let state = State { actor: child, ..self.shell.state.clone() };
        started.rest = Some(Suspended { state, units: VecDeque::new() });
        Ok(started)
    }

    /// What `sh -c TEXT` runs, where nothing is redirected: a list that waits is resumed without redirections.
    fn text_of_new_shell(&self, prepared: &Prepared) -> Option<Program> {
        if !prepared.redirections.is_empty() || prepared.forks() || !self.is_new_shell(&prepared.words) {
            return None;
        }
        let text = sh::text_of(prepared.words.get(1..).unwrap_or_default())?;
        super::parse::program(&self.resolve(text)).ok()
    }

    /// Starts `sh -c TEXT &`: the child does the set-up of what stands in front, then it is the new shell.
    fn start_new_shell(&mut self, prepared: &Prepared, program: &Program) -> Result<Started, Failure> {
        self.backend.begin_command(&prepared.text);
        let child = self.clone_child("sh")?;
        let mut started = Started { actors: vec![child.clone()], ..Started::default() };
        if let Err((status, message)) = self.perform_setup(&child, &prepared.setup) {
            self.complain(&message);
            let _ = self.step_by(&child, Call::ExitGroup { status }, "why-exit-refused");
            return Ok(started);
        }
        let saved = self.assign_for_new_shell(prepared)?;
        let state = State { actor: child.clone(), main: child.clone(), ..self.shell.state.for_new_shell() };
        self.restore(saved);
        let mut units = VecDeque::new();
        for item in program.complete_commands.iter().flat_map(|list| &list.0) {
            push_and_or(&mut units, &item.0, matches!(item.1, SeparatorOperator::Async));
        }
        (started.children, started.rest) = self.run_units(&child, state, units);
        Ok(started)
    }

    /// Performs a list as a child of the shell, as far as it goes without waiting for long.
    fn start_subshell(&mut self, list: &AndOrList) -> Result<Started, Failure> {
        self.backend.begin_command(&format!("{list} &"));
        let child = self.clone_child("sh")?;
        let mut state = self.shell.state.clone();
        state.actor = child.clone();
        let (children, rest) = self.run_units(&child, state, units(list));
        Ok(Started { actors: vec![child], children, rest })
    }

    /// Performs the parts of a background list until one has to wait. The child ends with its list.
    fn run_units(
        &mut self,
        child: &Actor,
        state: State,
        mut units: VecDeque<Unit>,
    ) -> (Vec<Actor>, Option<Suspended>) {
        let saved = std::mem::replace(&mut self.shell.state, state);
        let background = std::mem::replace(&mut self.background, true);
        let running = std::mem::take(&mut self.running);
        let before = std::mem::take(&mut self.left_running);
        let jobs = std::mem::take(&mut self.shell.jobs);
        let mut flow = Flow::Next;
        while let Some(unit) = units.pop_front() {
            flow = self.in_new_loops(|interpreter| interpreter.run_unit(&unit, units.is_empty()));
            if !self.left_running.is_empty() && is_compound(&unit.list) {
                self.hint(Hint::new("hint-background-loop"));
            }
            if flow != Flow::Next || !self.left_running.is_empty() {
                break;
            }
        }
        let children = std::mem::replace(&mut self.left_running, before);
        self.shell.jobs = jobs;
        self.running = running;
        self.background = background;
        let state = std::mem::replace(&mut self.shell.state, saved);
        if !children.is_empty() {
            return (children, Some(Suspended { state, units }));
        }
        if !std::mem::take(&mut self.replaced) {
            let status = if flow.is_abort() { 130 } else { state.status };
            // The child has nothing left to do; it may have ended itself by `sys exit_group`.
            let _ = self.step_by(child, Call::ExitGroup { status }, "why-subshell-exit");
        }
        (Vec::new(), None)
    }

    fn run_unit(&mut self, unit: &Unit, tail: bool) -> Flow {
        let succeeded = self.shell.state.status == 0;
        match unit.when {
            When::Success if !succeeded => Flow::Next,
            When::Failure if succeeded => Flow::Next,
            When::Background => self.start_background(&unit.list),
            _ => self.and_or(&unit.list, tail),
        }
    }

    /// Lets a suspended background list go on, if the programs that it waits for have ended.
    pub(super) fn resume(&mut self, index: usize) {
        let Some(job) = self.shell.jobs.0.get(index).cloned() else { return };
        let (Some(child), Some(rest)) = (job.actors.last(), job.rest) else { return };
        if self.has_ended(child) || !job.children.iter().all(|one| self.has_ended(one)) {
            return;
        }
        let mut state = rest.state;
        for one in &job.children {
            let call = Call::Wait4 { task: TaskRef::Actor(one.clone()), patience_ms: 0 };
            if let Ok(Reply::Wait(ended)) = self.step_by(child, call, "why-wait") {
                state.status = ended.shell_status();
            }
        }
        let (children, rest) = self.run_units(child, state, rest.units);
        if let Some(job) = self.shell.jobs.0.get_mut(index) {
            job.children = children;
            job.rest = rest;
        }
    }
}

/// The parts of a list: what is inside `( … ) &` and `{ …; } &` needs no second task.
fn units(list: &AndOrList) -> VecDeque<Unit> {
    let mut units = VecDeque::new();
    match inner_list(list) {
        None => push_and_or(&mut units, list, false),
        Some(inner) => {
            for item in &inner.0 {
                push_and_or(&mut units, &item.0, matches!(item.1, SeparatorOperator::Async));
            }
        }
    }
    units
}

fn push_and_or(units: &mut VecDeque<Unit>, list: &AndOrList, background: bool) {
    let alone = |pipeline: &Pipeline| Arc::new(AndOrList { first: pipeline.clone(), additional: Vec::new() });
    if background {
        units.push_back(Unit { when: When::Background, list: Arc::new(list.clone()) });
        return;
    }
    units.push_back(Unit { when: When::Always, list: alone(&list.first) });
    for next in &list.additional {
        let (when, pipeline) = match next {
            AndOr::And(pipeline) => (When::Success, pipeline),
            AndOr::Or(pipeline) => (When::Failure, pipeline),
        };
        units.push_back(Unit { when, list: alone(pipeline) });
    }
}

fn inner_list(list: &AndOrList) -> Option<&CompoundList> {
    if !list.additional.is_empty() || list.first.bang {
        return None;
    }
    match list.first.seq.as_slice() {
        [Command::Compound(CompoundCommand::Subshell(inner), None)] => Some(&inner.list),
        [Command::Compound(CompoundCommand::BraceGroup(inner), None)] => Some(&inner.list),
        _ => None,
    }
}

/// True for a loop and the like, which can't be suspended in the middle.
fn is_compound(list: &AndOrList) -> bool {
    list.first.seq.iter().any(|command| matches!(command, Command::Compound(..)))
}
