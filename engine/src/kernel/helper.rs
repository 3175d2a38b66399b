//! User-mode helpers: programs that the kernel itself starts (kernel/umh.c), such as release agents.
//!
//! The kernel makes the task; what it does next are steps like any other. Whoever performs steps asks for it with
//! [`Backend::take_helper`](crate::plan::Backend::take_helper), lets it become its program, and, where that is a
//! script, performs the script.

use super::fs::Place;
use super::fs::ramfs::Content;
use super::refuse::not_modelled;
use super::task::Stdio;
use super::{Kernel, Task};
use crate::plan::{Actor, Helper, Refusal};

/// Kthreadd, the parent of all tasks that the kernel makes.
const KTHREADD: u32 = 2;

/// kernel/cgroup/cgroup-v1.c, `cgroup1_release_agent`.
const ENVIRONMENT: [&str; 2] = ["HOME=/", "PATH=/sbin:/bin:/usr/sbin:/usr/bin"];

/// What a script starts with that a shell runs.
const SHELLS: [&str; 3] = ["sh", "bash", "dash"];

impl Kernel {
    /// A group has been released: the kernel makes a task for the agent, which gets the group's path. In a session
    /// that has its own mounts nothing is to be seen of it: the kernel looks for the agent in the machine's.
    pub(crate) fn start_release_agent(&mut self, agent: String, path: String) {
        if self.profile.contained {
            return;
        }
        // Linux, too, goes without where it gets no task.
        let (Some(pid), Some(init)) = (self.free_pid(), self.task(1).cloned()) else { return };
        let actor = Actor::new(format!("release_agent.{pid}"));
        let env: Vec<String> = ENVIRONMENT.map(str::to_owned).to_vec();
        let task = Task {
            pid,
            tgid: pid,
            ppid: KTHREADD,
            group: 0,
            actor: actor.clone(),
            // A copy of the worker thread that makes it.
            comm: "kworker".to_owned(),
            argv: Vec::new(),
            env: env.clone(),
            started_ms: self.now_ms,
            cpu_ns: 0,
            nice: 0,
            cwd: init.root.clone(),
            stdio: [Stdio::Closed, Stdio::Closed, Stdio::Closed],
            ..init
        };
        self.cgroups.add_helper(pid);
        self.actors.insert(actor.clone(), pid);
        self.tasks.insert(task);
        self.last_pid = pid;
        self.helpers.push_back(Helper { actor, argv: vec![agent, path], env });
    }

    /// The words that a script becomes (fs/binfmt_script.c); `None` for what is no script, or is not started by the
    /// kernel: other scripts are read by the shell.
    pub(crate) fn script_words(
        &self,
        task: &Task,
        place: &Place,
        argv: &[String],
    ) -> Result<Option<Vec<String>>, Refusal> {
        let inode = self.content_inode(&place.node);
        let inode = inode.and_then(|(tree, id)| self.trees.get(&tree).and_then(|ram| ram.get(id)));
        let Some(Content::Text(text)) = inode.map(|inode| &inode.content) else { return Ok(None) };
        let Some(first) = text.lines().next().and_then(|line| line.strip_prefix("#!")) else {
            return Ok(None);
        };
        if task.ppid != KTHREADD {
            return Ok(None);
        }
        let interpreter = first.trim();
        let name = interpreter.rsplit('/').next().unwrap_or_default();
        if !SHELLS.contains(&name) {
            return not_modelled("execve", &format!("scripts for {interpreter}"));
        }
        Ok(Some(std::iter::once(interpreter.to_owned()).chain(argv.iter().cloned()).collect()))
    }
}
