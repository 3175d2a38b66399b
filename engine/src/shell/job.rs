//! The job table: what `jobs`, `wait`, `fg`, `bg` and `kill %1` work on.

use super::background::{Started, Suspended};
use super::commands::{Command, command_text};
use super::expand::Failure;
use super::interpret::{Flow, Interpreter};
use super::wait::signal_text;
use super::{Hint, Stream, suggest};
use crate::plan::{Actor, Observation, Observe, Probe, Signal, Text, WaitStatus};
use std::collections::{BTreeMap, BTreeSet};

/// A job.
#[derive(Clone, Debug)]
pub(super) struct Job {
    /// Its number.
    pub(super) id: u32,
    /// Its tasks that have not been waited for; the last is `$!`.
    pub(super) actors: Vec<Actor>,
    /// Programs that the job's subshell, its only task, has started and is waiting for.
    pub(super) children: Vec<Actor>,
    /// What the subshell has to do after that.
    pub(super) rest: Option<Suspended>,
    /// What was typed.
    pub(super) text: String,
    /// How it ended, once it has.
    pub(super) ended: Option<WaitStatus>,
}

/// The jobs of a shell, oldest first.
#[derive(Clone, Debug, Default)]
pub(super) struct Jobs(pub(super) Vec<Job>);

impl Jobs {
    fn next_id(&self) -> u32 {
        self.0.iter().map(|job| job.id).max().unwrap_or(0) + 1
    }

    /// `+` for the current job, `-` for the one before it.
    fn mark(&self, id: u32) -> char {
        let mut newest = self.0.iter().rev().map(|job| job.id);
        match (newest.next(), newest.next()) {
            (Some(last), _) if last == id => '+',
            (_, Some(previous)) if previous == id => '-',
            _ => ' ',
        }
    }

    /// Finds `%1`, `%%`, `%+`, `%-`, `%name`.
    pub(super) fn find(&self, word: &str) -> Option<&Job> {
        let word = word.strip_prefix('%').unwrap_or(word);
        match word {
            "" | "%" | "+" => self.0.last(),
            "-" => self.0.iter().rev().nth(1),
            _ => match word.parse::<u32>() {
                Ok(id) => self.0.iter().find(|job| job.id == id),
                Err(_) => self.0.iter().rev().find(|job| job.text.starts_with(word)),
            },
        }
    }
}

impl Interpreter<'_> {
    /// Adds a job to the table.
    pub(super) fn add_job(&mut self, started: Started, text: String) {
        let id = self.shell.jobs.next_id();
        let last = started.actors.last().cloned();
        self.shell.state.last_background.clone_from(&last);
        let Started { actors, children, rest } = started;
        self.shell.jobs.0.push(Job { id, actors, children, rest, text, ended: None });
        if self.shell.interactive
            && self.actor() == Actor::shell()
            && let Some(pid) = last.and_then(|actor| self.backend.pid(&actor))
        {
            self.print(Stream::Stderr, &format!("[{id}] {pid}\n"));
        }
    }

    /// Looks, without a step, which jobs have ended; those are waited for and reported.
    pub(super) fn check_jobs(&mut self) {
        if self.shell.jobs.0.is_empty() || self.actor() != Actor::shell() {
            return;
        }
        let mut ended = self.ended_in_jobs();
        for index in 0..self.shell.jobs.0.len() {
            if self.shell.jobs.0[index].rest.is_some() {
                // What it does when it goes on may end other tasks.
                self.resume(index);
                ended = self.ended_in_jobs();
            }
            let actors = self.shell.jobs.0[index].actors.iter();
            let actors: Vec<Actor> = actors.filter(|actor| ended.contains(*actor)).cloned().collect();
            for actor in actors {
                let status = self.wait_one(&actor, 0);
                self.note_end(index, &actor, status);
            }
        }
        self.report_jobs();
    }

    /// True for a task that is a zombie, or gone.
    pub(super) fn has_ended(&self, actor: &Actor) -> bool {
        !self.ended([actor]).is_empty()
    }

    /// Those of the jobs' tasks that have ended.
    fn ended_in_jobs(&self) -> BTreeSet<Actor> {
        self.ended(self.shell.jobs.0.iter().flat_map(|job| &job.actors))
    }

    /// Those that are zombies, or gone: one question for all of them, however many jobs there are.
    fn ended<'a>(&self, actors: impl IntoIterator<Item = &'a Actor>) -> BTreeSet<Actor> {
        let actors: Vec<_> = actors.into_iter().map(|actor| (actor, self.backend.pid(actor))).collect();
        let pids = actors.iter().filter_map(|(_, pid)| *pid).collect();
        let states = match self.backend.observe(&Actor::shell(), &Probe::States(pids)) {
            Observation::States(states) => states,
            _ => BTreeMap::new(),
        };
        let runs =
            |pid: &Option<u32>| pid.and_then(|pid| states.get(&pid)).is_some_and(|state| *state != 'Z');
        actors.into_iter().filter(|(_, pid)| !runs(pid)).map(|(actor, _)| actor.clone()).collect()
    }

    /// Notes that a task of a job has ended.
    pub(super) fn note_end(&mut self, index: usize, actor: &Actor, status: WaitStatus) {
        let Some(job) = self.shell.jobs.0.get_mut(index) else { return };
        if status != WaitStatus::Running {
            self.shell.finished.insert(actor.name().to_owned(), status.shell_status());
            if job.actors.last() == Some(actor) {
                job.ended = Some(status);
            }
            job.actors.retain(|other| other != actor);
        }
    }

    /// Prints and forgets the jobs that have ended.
    fn report_jobs(&mut self) {
        if self.shell.jobs.0.iter().all(|job| !job.actors.is_empty()) {
            return;
        }
        let jobs = self.shell.jobs.clone();
        for job in jobs.0.iter().filter(|job| job.actors.is_empty()) {
            if self.shell.interactive {
                let line = job_line(job, jobs.mark(job.id));
                self.print(Stream::Stderr, &line);
            }
        }
        self.shell.jobs.0.retain(|job| !job.actors.is_empty());
    }

    /// `jobs`.
    pub(super) fn list_jobs(&mut self, with_pids: bool) -> String {
        let jobs = self.shell.jobs.clone();
        let mut lines = String::new();
        for job in &jobs.0 {
            let line = job_line(job, jobs.mark(job.id));
            let pid = job.actors.last().and_then(|actor| self.backend.pid(actor));
            match pid.filter(|_| with_pids) {
                Some(pid) => {
                    let (head, tail) = line.split_at(line.find(' ').unwrap_or(0));
                    lines.push_str(&format!("{head} {pid:>5}{}", tail.get(1..).unwrap_or(tail)));
                }
                None => lines.push_str(&line),
            }
        }
        lines
    }

    /// Waits for a job in the foreground; with `interrupt`, Ctrl-C goes to the job, else only to the waiting.
    pub(super) fn wait_job(&mut self, id: u32, interrupt: bool) -> Flow {
        let Some(index) = self.shell.jobs.0.iter().position(|job| job.id == id) else { return Flow::Next };
        self.resume(index);
        let actors = self.shell.jobs.0[index].actors.clone();
        if interrupt {
            let (status, interrupted) = self.wait_for(&actors);
            self.shell.jobs.0.remove(index);
            self.shell.state.status = status;
            return if interrupted { Flow::Abort } else { Flow::Next };
        }
        for actor in &actors {
            let status = self.wait_one(actor, super::limits::PATIENCE_MS);
            self.drain_terminal();
            if status == WaitStatus::Running {
                self.print(Stream::Stderr, "^C\n");
                self.hint(Hint::new("hint-wait-interrupted").with("job", id));
                self.shell.state.status = 130;
                return Flow::Abort;
            }
            self.note_end(index, actor, status);
            self.shell.state.status = status.shell_status();
        }
        self.shell.jobs.0.retain(|job| job.id != id);
        Flow::Next
    }

    /// Continues a stopped job.
    pub(super) fn continue_job(&mut self, id: u32) {
        let actors: Vec<_> =
            self.shell.jobs.0.iter().filter(|job| job.id == id).flat_map(|job| job.actors.clone()).collect();
        for actor in actors {
            self.signal(&actor, Signal::CONT);
        }
    }

    /// Replaces `%1` by the pids of the job's tasks, for `kill`: other shells send to its process group.
    pub(super) fn with_jobs(&self, command: &Command, arguments: &[Text]) -> Result<Vec<Text>, Failure> {
        if command.name != "kill" {
            return Ok(arguments.to_vec());
        }
        let mut words = Vec::new();
        for word in arguments {
            let Some(name) = word.plain().filter(|word| word.starts_with('%')) else {
                words.push(word.clone());
                continue;
            };
            let Some(job) = self.shell.jobs.find(name) else {
                return Err(Failure::new(format!("kill: {name}: no such job")));
            };
            let tasks = job.actors.iter().chain(&job.children);
            let ended = self.ended(tasks.clone());
            words.extend(tasks.filter(|actor| !ended.contains(*actor)).map(Text::pid_of));
        }
        Ok(words)
    }

    /// For a path that is not there: the nearest one that is, or the same place in a mounted hierarchy.
    pub(super) fn hint_path(&mut self, path: &Text) {
        let path = self.resolve(path);
        if let Some(hint) = suggest::path_hint(&path, &self.actor(), &self.backend) {
            self.hint(hint);
        }
    }
}

/// A line of `jobs`, as bash prints it.
fn job_line(job: &Job, mark: char) -> String {
    let (state, end) = match job.ended {
        None | Some(WaitStatus::Running) => ("Running".to_owned(), " &"),
        Some(WaitStatus::Exited(0)) => ("Done".to_owned(), ""),
        Some(WaitStatus::Exited(status)) => (format!("Exit {status}"), ""),
        Some(WaitStatus::Signaled(signal)) => (signal_text(signal), ""),
    };
    format!("[{}]{mark}  {state:<24}{}{end}\n", job.id, command_text(&job.text))
}
