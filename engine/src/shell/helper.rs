//! What the kernel starts by itself: the model's kernel makes the task, the shell's interpreter performs its steps.

use super::interpret::Interpreter;
use super::parse;
use super::state::State;
use super::stream::{Io, Sink, Source};
use crate::plan::{Backend, Call, Helper, Observation, Observe, Probe, Text};

/// How many programs the kernel may start in one line: an agent may release the next group.
const HELPERS_A_LINE: u32 = 100;

impl Interpreter<'_> {
    /// Lets the tasks that the kernel has made meanwhile become their programs. On Linux they run beside the shell;
    /// here each runs as soon as a command is over.
    pub(super) fn run_helpers(&mut self) {
        while !self.helping && self.helpers < HELPERS_A_LINE {
            let Some(helper) = self.backend.take_helper() else { return };
            self.helping = true;
            self.helpers += 1;
            self.run_helper(&helper);
            self.helping = false;
        }
    }

    fn run_helper(&mut self, helper: &Helper) {
        let text = |word: &String| Text::from(word.as_str());
        let argv: Vec<Text> = helper.argv.iter().map(text).collect();
        let Some(path) = argv.first().cloned() else { return };
        self.backend.begin_command(&helper.argv.join(" "));
        let script = match self.backend.observe(&helper.actor, &Probe::File(path.clone())) {
            Observation::Data(text) => Some(text),
            _ => None,
        };
        let env = helper.env.iter().map(text).collect();
        let call = Call::Execve { path, argv: argv.clone(), env };
        match (self.step_by(&helper.actor, call, "why-release-agent"), script) {
            (Ok(_), Some(script)) => self.run_script(helper, &script, argv.into_iter().skip(1).collect()),
            (Ok(_), None) => {}
            (Err(_), _) => {
                // kernel/umh.c, call_usermodehelper_exec_async(): the task ends, and nobody is told.
                let _ = self.step_by(&helper.actor, Call::ExitGroup { status: 0 }, "why-exit-refused");
            }
        }
    }

    /// A shell of the task's own reads the script, with nothing but the arguments and the environment that the kernel
    /// gives it, and no descriptors.
    fn run_script(&mut self, helper: &Helper, script: &str, arguments: Vec<Text>) {
        let pairs = helper.env.iter().filter_map(|variable| variable.split_once('='));
        let environment: Vec<(String, String)> =
            pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        let state = State {
            actor: helper.actor.clone(),
            main: helper.actor.clone(),
            arguments,
            ..State::new(&environment)
        };
        let outer = std::mem::replace(&mut self.shell.state, state);
        let jobs = std::mem::take(&mut self.shell.jobs);
        let interactive = std::mem::replace(&mut self.shell.interactive, false);
        let io = Io { stdin: Source::Terminal, stdout: Sink::Closed, stderr: Sink::Closed };
        let io = std::mem::replace(&mut self.io, io);
        let counts = (std::mem::take(&mut self.functions), std::mem::take(&mut self.conditions), self.moves);
        match parse::program(script) {
            Ok(program) => {
                self.in_new_loops(|shell| shell.program_items(&program));
            }
            Err(_) => self.shell.state.status = 2,
        }
        let status = self.shell.state.status;
        // Where its last command was a program, it has become that.
        if !std::mem::take(&mut self.replaced) {
            let _ = self.step_by(&helper.actor, Call::ExitGroup { status }, "why-script-end");
        }
        (self.functions, self.conditions, self.moves) = counts;
        self.io = io;
        self.shell.interactive = interactive;
        self.shell.jobs = jobs;
        self.shell.state = outer;
    }
}
