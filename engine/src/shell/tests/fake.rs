//! A kernel just large enough for the language: directories, files, pipes, tasks that end at once or never.

use crate::plan::reply::{Entry, FileKind, Stat};
use crate::plan::{
    Actor, Answer, Backend, Call, Errno, FileRef, Limits, Observation, Observe, OpenMode, PipeEnd, Probe,
    Refusal, Reply, Signal, StdioSource, Step, TaskRef, Text, WaitStatus,
};
use std::collections::BTreeMap;

/// A task.
#[derive(Clone, Debug, Default)]
struct Task {
    pid: u32,
    cwd: String,
    descriptors: BTreeMap<u32, StdioSource>,
    ended: Option<WaitStatus>,
}

/// The kernel.
pub(in crate::shell) struct Fake {
    /// Files by path; a directory has no content.
    files: BTreeMap<String, Option<String>>,
    tasks: BTreeMap<Actor, Task>,
    pipes: BTreeMap<String, String>,
    terminal: String,
    /// Programs that have not run yet.
    programs: Vec<(Actor, Vec<String>)>,
    /// Every step that was asked for, as text.
    pub(in crate::shell) log: Vec<String>,
}

impl Fake {
    pub(in crate::shell) fn new() -> Self {
        let mut files = BTreeMap::new();
        for path in ["/", "/bin", "/usr", "/usr/bin", "/tmp", "/root", "/proc", "/dev"] {
            files.insert(path.to_owned(), None);
        }
        for program in ["sleep", "dd", "bzip2", "prog"] {
            files.insert(format!("/usr/bin/{program}"), Some("#!".to_owned()));
        }
        files.insert("/dev/null".to_owned(), Some(String::new()));
        let shell = Task { pid: 1650, cwd: "/tmp".to_owned(), ..Task::default() };
        let tasks = BTreeMap::from([(Actor::shell(), shell)]);
        Self {
            files,
            tasks,
            pipes: BTreeMap::new(),
            terminal: String::new(),
            programs: Vec::new(),
            log: Vec::new(),
        }
    }

    fn resolve(&self, text: &Text) -> String {
        text.resolve(|actor| self.pid(actor)).expect("every actor is known")
    }

    fn path(&self, actor: &Actor, text: &Text) -> String {
        let path = self.resolve(text);
        let cwd = self.tasks.get(actor).map_or("/", |task| task.cwd.as_str());
        let whole = if path.starts_with('/') { path } else { format!("{cwd}/{path}") };
        let mut parts: Vec<&str> = Vec::new();
        for part in whole.split('/') {
            match part {
                "" | "." => {}
                ".." => drop(parts.pop()),
                other => parts.push(other),
            }
        }
        format!("/{}", parts.join("/"))
    }

    fn parent_is_directory(&self, path: &str) -> Result<(), Errno> {
        let parent =
            path.rsplit_once('/').map_or("/", |(parent, _)| if parent.is_empty() { "/" } else { parent });
        match self.files.get(parent) {
            Some(None) => Ok(()),
            Some(Some(_)) => Err(Errno::ENOTDIR),
            None => Err(Errno::ENOENT),
        }
    }

    fn open(&mut self, path: &str, mode: OpenMode) -> Result<(), Errno> {
        self.parent_is_directory(path)?;
        match (self.files.get(path), mode) {
            (Some(None), OpenMode::Read) => Ok(()),
            (Some(None), _) => Err(Errno::EISDIR),
            (None, OpenMode::Read | OpenMode::Write) => Err(Errno::ENOENT),
            (Some(Some(_)), OpenMode::Truncate) | (None, _) => {
                self.files.insert(path.to_owned(), Some(String::new()));
                Ok(())
            }
            _ => Ok(()),
        }
    }

    fn write(&mut self, actor: &Actor, file: &FileRef, data: &str, mode: OpenMode) -> Answer {
        match file {
            FileRef::Pipe(PipeEnd::Write(name) | PipeEnd::Read(name)) => {
                self.pipes.entry(name.0.clone()).or_default().push_str(data);
            }
            FileRef::Path(path) => {
                let path = self.path(actor, path);
                self.open(&path, mode).map_err(|errno| Refusal::bare(errno, "open"))?;
                if path.ends_with("/refuses") {
                    return Err(Refusal::bare(Errno::EINVAL, "write"));
                }
                let content = self.files.get_mut(&path).and_then(Option::as_mut).expect("it is a file");
                match mode {
                    OpenMode::Write => {
                        let rest = content.get(data.len()..).unwrap_or("").to_owned();
                        *content = format!("{data}{rest}");
                    }
                    _ if path == "/dev/null" => {}
                    _ => content.push_str(data),
                }
            }
        }
        Ok(Reply::Count(data.len() as u64))
    }

    fn read(&mut self, actor: &Actor, file: &FileRef) -> Answer {
        match file {
            FileRef::Pipe(PipeEnd::Read(name) | PipeEnd::Write(name)) => {
                Ok(Reply::Data(std::mem::take(self.pipes.entry(name.0.clone()).or_default())))
            }
            FileRef::Path(path) => {
                let path = self.path(actor, path);
                match self.files.get(&path) {
                    Some(Some(text)) => Ok(Reply::Data(text.clone())),
                    Some(None) => Err(Refusal::bare(Errno::EISDIR, "read")),
                    None => {
                        let errno = self.parent_is_directory(&path).err().unwrap_or(Errno::ENOENT);
                        Err(Refusal::bare(errno, "open"))
                    }
                }
            }
        }
    }

    /// `sleep` ends after as many seconds as it says if those are few, `prog TEXT` prints and ends, `dd` runs on.
    fn become_program(&mut self, actor: &Actor, path: &str, argv: &[Text]) -> Answer {
        if !self.files.contains_key(path) {
            return Err(Refusal::bare(Errno::ENOENT, "execve"));
        }
        let words: Vec<String> = argv.iter().map(|word| self.resolve(word)).collect();
        self.programs.push((actor.clone(), words));
        Ok(Reply::Done)
    }

    /// Programs run when the shell waits for them or reads what they write.
    fn run_programs(&mut self) {
        for (actor, words) in std::mem::take(&mut self.programs) {
            let few =
                words.get(1).and_then(|word| word.parse::<u32>().ok()).is_some_and(|seconds| seconds <= 3);
            let ends = match words[0].as_str() {
                "sleep" => few,
                "dd" | "bzip2" => false,
                _ => true,
            };
            if words[0] == "prog" {
                self.prog(&actor, &words[1..]);
            }
            if let Some(task) = self.tasks.get_mut(&actor).filter(|task| task.ended.is_none()) {
                task.ended = ends.then_some(WaitStatus::Exited(0));
            }
        }
    }

    /// `prog cat` copies its input, `prog WORDS` prints them.
    fn prog(&mut self, actor: &Actor, words: &[String]) {
        let descriptors = self.tasks[actor].descriptors.clone();
        let text = if words == ["cat"] {
            let file = match descriptors.get(&0) {
                Some(StdioSource::Pipe(end)) => Some(FileRef::Pipe(end.clone())),
                Some(StdioSource::File { path, .. }) => Some(FileRef::Path(path.clone())),
                _ => None,
            };
            match file.map(|file| self.read(actor, &file)) {
                Some(Ok(Reply::Data(text))) => text,
                _ => String::new(),
            }
        } else {
            format!("{}\n", words.join(" "))
        };
        let written = match descriptors.get(&1) {
            Some(StdioSource::Pipe(end)) => {
                self.write(actor, &FileRef::Pipe(end.clone()), &text, OpenMode::Write)
            }
            Some(StdioSource::File { path, mode }) => {
                self.write(actor, &FileRef::Path(path.clone()), &text, *mode)
            }
            _ => {
                self.terminal.push_str(&text);
                Ok(Reply::Done)
            }
        };
        written.expect("prog can write");
    }

    fn find(&self, task: &TaskRef) -> Option<Actor> {
        match task {
            TaskRef::Actor(actor) => Some(actor.clone()).filter(|actor| self.tasks.contains_key(actor)),
            TaskRef::Pid(pid) => self
                .tasks
                .iter()
                .find(|(_, task)| i64::from(task.pid) == i64::from(*pid))
                .map(|(actor, _)| actor.clone()),
        }
    }
}

impl Observe for Fake {
    fn observe(&self, actor: &Actor, probe: &Probe) -> Observation {
        match probe {
            Probe::Path(path) => match self.files.get(&self.path(actor, path)) {
                None => Observation::Refused(Errno::ENOENT),
                Some(content) => {
                    let kind = if content.is_some() { FileKind::Regular } else { FileKind::Directory };
                    let size = content.as_ref().map_or(0, |text| text.len() as u64);
                    let mode =
                        if content.as_deref() == Some("#!") || content.is_none() { 0o755 } else { 0o644 };
                    Observation::Stat(Stat { kind, mode, nlink: 1, uid: 0, gid: 0, size })
                }
            },
            Probe::Directory(path) => {
                let path = self.path(actor, path);
                let prefix = if path == "/" { path } else { format!("{path}/") };
                let below = self.files.iter().filter_map(|(name, content)| {
                    let name =
                        name.strip_prefix(&prefix).filter(|name| !name.is_empty() && !name.contains('/'))?;
                    let kind = if content.is_some() { FileKind::Regular } else { FileKind::Directory };
                    Some(Entry { name: name.to_owned(), kind })
                });
                Observation::Entries(below.collect())
            }
            Probe::File(path) => match self.files.get(&self.path(actor, path)) {
                Some(Some(text)) => Observation::Data(text.clone()),
                _ => Observation::Refused(Errno::ENOENT),
            },
            Probe::WorkingDirectory => Observation::Data(self.tasks[actor].cwd.clone()),
            Probe::Mounts => Observation::Mounts(Vec::new()),
            Probe::Tasks => Observation::Tasks(
                self.tasks
                    .iter()
                    .map(|(actor, task)| crate::plan::probe::TaskInfo {
                        pid: task.pid,
                        ppid: 1,
                        comm: actor.name().to_owned(),
                        state: if task.ended.is_some() { 'Z' } else { 'S' },
                        cgroups: Vec::new(),
                    })
                    .collect(),
            ),
            Probe::States(pids) => {
                let asked = self.tasks.values().filter(|task| pids.contains(&task.pid));
                let state = |task: &Task| (task.pid, if task.ended.is_some() { 'Z' } else { 'S' });
                Observation::States(asked.map(state).collect())
            }
            Probe::Cgroups => Observation::Cgroups(Vec::new()),
            Probe::Link(_) | Probe::Target(_) => Observation::Refused(Errno::ENOENT),
        }
    }

    fn pid(&self, actor: &Actor) -> Option<u32> {
        self.tasks.get(actor).map(|task| task.pid)
    }

    fn pid_for(&self, _viewer: &Actor, actor: &Actor) -> Option<u32> {
        self.pid(actor)
    }
}

impl Backend for Fake {
    fn perform(&mut self, step: &Step) -> Answer {
        self.log.push(format!(
            "[{}] {}",
            step.actor,
            serde_json::to_string(&step.call).expect("calls can be written")
        ));
        let actor = &step.actor;
        if matches!(step.call, Call::Wait4 { .. } | Call::Read { file: FileRef::Pipe(_), .. }) {
            self.run_programs();
        }
        let refuse = |at: &'static str| move |errno| Refusal::bare(errno, at);
        match &step.call {
            Call::Mkdir { path, .. } => {
                let path = self.path(actor, path);
                self.parent_is_directory(&path).map_err(refuse("mkdir"))?;
                if self.files.contains_key(&path) {
                    return Err(Refusal::bare(Errno::EEXIST, "mkdir"));
                }
                self.files.insert(path, None);
                Ok(Reply::Done)
            }
            Call::Rmdir { path } | Call::Unlink { path } => {
                let path = self.path(actor, path);
                self.files.remove(&path).map(|_| Reply::Done).ok_or(Refusal::bare(Errno::ENOENT, "rmdir"))
            }
            Call::Open { path, mode } => {
                let path = self.path(actor, path);
                if *mode == OpenMode::Read && !self.files.contains_key(&path) {
                    return Err(Refusal::bare(Errno::ENOENT, "open"));
                }
                self.open(&path, *mode).map(|()| Reply::Done).map_err(refuse("open"))
            }
            Call::Read { file, at_most: _ } => self.read(actor, file),
            Call::Write { file, data, mode } => {
                let data = self.resolve(data);
                self.write(actor, file, &data, *mode)
            }
            Call::Getdents64 { path } => match self.observe(actor, &Probe::Directory(path.clone())) {
                Observation::Entries(entries) => Ok(Reply::Entries(entries)),
                _ => Err(Refusal::bare(Errno::ENOENT, "open")),
            },
            Call::Stat { path } => match self.observe(actor, &Probe::Path(path.clone())) {
                Observation::Stat(stat) => Ok(Reply::Stat(stat)),
                _ => Err(Refusal::bare(Errno::ENOENT, "stat")),
            },
            Call::Chdir { path } => {
                let path = self.path(actor, path);
                match self.files.get(&path) {
                    Some(None) => {
                        self.tasks.get_mut(actor).expect("it performs").cwd = path;
                        Ok(Reply::Done)
                    }
                    Some(_) => Err(Refusal::bare(Errno::ENOTDIR, "chdir")),
                    None => Err(Refusal::bare(Errno::ENOENT, "chdir")),
                }
            }
            Call::Pipe2 { name } => {
                self.pipes.insert(name.0.clone(), String::new());
                Ok(Reply::Done)
            }
            Call::Dup2 { from, to } => {
                if let StdioSource::File { path, mode } = from {
                    let path = self.path(actor, path);
                    if *mode == OpenMode::Read && !self.files.contains_key(&path) {
                        return Err(Refusal::bare(Errno::ENOENT, "open"));
                    }
                    self.open(&path, *mode).map_err(refuse("open"))?;
                }
                self.tasks.get_mut(actor).expect("it performs").descriptors.insert(*to, from.clone());
                Ok(Reply::Done)
            }
            Call::Close { .. }
            | Call::Mount { .. }
            | Call::Umount2 { .. }
            | Call::ClockNanosleep { .. }
            | Call::SchedSetaffinity { .. }
            | Call::Rename { .. }
            | Call::Symlink { .. }
            | Call::Link { .. }
            | Call::Mknod { .. }
            | Call::Statfs { .. }
            | Call::Setresuid { .. }
            | Call::Setresgid { .. }
            | Call::Setgroups { .. }
            | Call::Capset { .. }
            | Call::Prctl { .. }
            | Call::Fchmodat { .. }
            | Call::Fchownat { .. }
            | Call::Unshare { .. }
            | Call::Setns { .. }
            | Call::Sethostname { .. }
            | Call::Setdomainname { .. }
            | Call::Chroot { .. }
            | Call::PivotRoot { .. }
            | Call::Renameat2 { .. }
            | Call::Truncate { .. }
            | Call::Lsetxattr { .. }
            | Call::Lremovexattr { .. }
            | Call::Utimensat { .. }
            | Call::CopyFileRange { .. }
            | Call::Execveat { .. }
            | Call::Shmctl { .. }
            | Call::Msgctl { .. }
            | Call::Semctl { .. }
            | Call::Setpriority { .. } => Ok(Reply::Done),
            Call::Shmget { .. } | Call::Msgget { .. } | Call::Semget { .. } => Ok(Reply::Object(0)),
            Call::Readlink { .. } | Call::Statx { .. } => Err(Refusal::bare(Errno::ENOENT, "statx")),
            Call::Lgetxattr { .. } | Call::Llistxattr { .. } => Ok(Reply::Names(Vec::new())),
            Call::SchedGetaffinity { .. } => Ok(Reply::Cpus(vec![0])),
            Call::Prlimit64 { .. } => Ok(Reply::Limits(Limits { soft: Some(8), hard: None })),
            Call::Getpriority { .. } => Ok(Reply::Nice(0)),
            Call::Clone3 { child, .. } => {
                let pid = self.tasks.values().map(|task| task.pid).max().unwrap_or(1) + 1;
                let cwd = self.tasks[actor].cwd.clone();
                self.tasks.insert(child.clone(), Task { pid, cwd, ..Task::default() });
                Ok(Reply::Pid(pid))
            }
            Call::Execve { path, argv, .. } => {
                let path = self.path(actor, path);
                self.become_program(actor, &path, argv)
            }
            Call::ExitGroup { status } | Call::Exit { status } => {
                self.tasks.get_mut(actor).expect("it performs").ended = Some(WaitStatus::Exited(*status));
                Ok(Reply::Done)
            }
            Call::Wait4 { task, .. } => {
                let actor = self.find(task).ok_or(Refusal::bare(Errno::ECHILD, "wait4"))?;
                Ok(Reply::Wait(self.tasks[&actor].ended.unwrap_or(WaitStatus::Running)))
            }
            Call::Kill { task, signal } => {
                let actor = self.find(task).ok_or(Refusal::bare(Errno::ESRCH, "kill"))?;
                if *signal != Signal(0) && *signal != Signal::CONT {
                    self.tasks.get_mut(&actor).expect("it was found").ended =
                        Some(WaitStatus::Signaled(*signal));
                }
                Ok(Reply::Done)
            }
        }
    }

    fn take_terminal(&mut self) -> String {
        self.run_programs();
        std::mem::take(&mut self.terminal)
    }

    fn is_model(&self) -> bool {
        true
    }
}
