# Help beyond what the real tools print. Shown below a command's output.

# Text between backticks is a command that the page offers to type.
hint-command = { $typed }: did you mean `{ $suggestion }`? { $does }
hint-did-you-mean = { $typed }: did you mean { $suggestion }? { $does }
hint-option = { $typed }: did you mean { $suggestion }? { $does }
hint-path = { $typed } is not there. Did you mean { $suggestion }?
hint-placeholder = { $typed } stands for the number of a task. Try { $suggestion } for this shell; `ps` shows other numbers.
hint-signal = There is no signal { $typed }. Did you mean { $suggestion }?
hint-column = ps has no column { $typed }. Did you mean { $suggestion }?
hint-call = There is no call { $typed }. Did you mean { $suggestion }? Usage: sys { $suggestion } { $usage }
hint-unknown-command = There is no command { $command } here. Type `help` for a list.
hint-not-modelled = { $command } is a real Linux tool that the model does not have. With drydock sh --real it is run as on any Linux.
hint-interrupted = { $program } would have run on without end, so Ctrl-C was pressed after { $seconds } seconds. Put & behind the command to keep it running in the background.
hint-wait-interrupted = Job { $job } is still running. Stop it with `kill %{ $job }`, or go on without waiting.
hint-sys-ends-shell = The session needs its shell. Put the command in ( … ): a subshell then makes the call.
hint-kill-shell = This would end or stop the session itself. Try it on another task, such as one that was started with &.
hint-no-input = { $command } reads from the terminal here, and nobody types while a line runs: it finds the end at once. Give it a file, a pipe or a here-document.
hint-background-loop = A loop in the background can't wait for its programs for long here: it was left after a few rounds.
hint-budget = One line may perform { $limit } commands. Is there a loop that never ends? A loop that shall run on needs a program, such as dd, in the background.
hint-depth = Commands may nest { $limit } deep. Does a function call itself without end?
hint-output-limit = One line may print { $bytes } bytes; what came after that is not shown.
hint-double-bracket = [[ … ]] is bash's. In sh, write [ … ] with blanks around the brackets.
hint-tick-ended = { $program } (process { $pid }) has ended meanwhile.
hint-tick-cpu = { $program } (process { $pid }) got { $used } s of CPU time in { $seconds } s: { $percent } % of a CPU.
hint-mount-usage = mount needs a source and a mount point here, for example: `mount -t cgroup -o cpu cpu /cgroup/cpu`
hint-mount-type = Without -t, mount looks for a block device. For control groups add: -t cgroup

# Why the shell makes a kernel call. Shown in the step.

why-setpriv = setpriv makes the new task somebody else before it becomes the command.
why-who-am-i = The kernel tells a task's users, groups and capabilities in its status file.
why-redirect-open = The redirection opens the file before the command runs.
why-redirect-write = The command's output is written to the file of its redirection.
why-redirect = The redirection sets a descriptor of the new task.
why-pipe = The pipe connects the output of one command to the input of the next.
why-close-pipe = The shell closes its own copy of the pipe's end, so that the reader can see when the writer is done.
why-feed = The shell writes the input of the program into the pipe.
why-clone = A program needs a task of its own: the shell makes a child, which is a copy of it.
why-execve = The child becomes the program.
why-wait = The shell waits for the child, and learns how it ended.
why-exit-refused = The child can't become the program, so it ends.
why-tool = A tool that was added to the shell makes this call.
why-release-agent = A group of a version 1 hierarchy with notify_on_release has become empty: the kernel itself has made this task, to run the hierarchy's release_agent with the group's path.
why-script-end = The script has reached its end.
why-subshell-exit = The subshell has reached its end.
why-return = The part of the pipeline that changed the directory was a copy of the shell: the shell itself has not moved.
why-interrupt = Ctrl-C sends a signal to the tasks of the foreground.
why-parent-directory = mkdir -p makes the parent first.
why-ls-stat = ls -l asks for the attributes of every name.
why-ps-read = ps reads about each task in /proc.
why-cgcreate-group = The group is a directory in the hierarchy.
why-cgcreate-parent = The group above is made first.
why-cgcreate-there = The group is there already.
why-cgcreate-owner = Everything in the group belongs to whom -a names, the file tasks to whom -t names; without them, to the user who asks.
why-cgcreate-mode = -d is for directories, -f for files, -s for the file tasks; nobody gets more than the file's owner has.
why-cgcreate-controller = In the version 2 tree a controller works in a group only if the group above has it switched on.
why-cgset = The parameter is a file of the group.
why-cgget = The parameter is a file of the group.
why-cgexec = The new task moves into the group before it becomes the command, so that all it does counts there.
why-cgclassify = Writing a number into the group's file moves that task.
why-cgdelete-tasks = A group with tasks can't be removed: they move to the group above.
why-cgdelete-group = The group's directory is removed.
why-nice = The new task lowers its own priority before it becomes the command.
why-taskset = The new task binds itself to the CPUs before it becomes the command.
why-cgtop-read = The group's file tells what it uses.
why-cgtop-wait = Time passes between two looks, so that the difference is what was used meanwhile.
