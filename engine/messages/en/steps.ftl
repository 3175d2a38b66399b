# One sentence a step. $actor is who makes the call; at the beginning of a sentence the shell is called so:

step-by-shell = The shell

step-mkdir = { $actor } makes the directory { $path }.
step-mkdir-group = { $actor } makes the control group { $path }.
step-rmdir = { $actor } removes the directory { $path }.
step-rmdir-group = { $actor } removes the control group { $path }.
step-unlink = { $actor } removes the name { $path }.
step-open = { $actor } opens { $path } for a redirection.
step-read = { $actor } reads { $path }.
step-read-pipe = { $actor } reads what arrives through a pipe.
step-write = { $actor } writes { $bytes } bytes to { $path }.
step-write-pipe = { $actor } writes { $bytes } bytes into a pipe.
step-write-tasks = { $actor } moves process { $value } into the control group { $group }.
step-write-control = { $actor } sets { $file } of { $group } to { $value }.
step-getdents = { $actor } reads the names in the directory { $path }.
step-stat = { $actor } asks for the attributes of { $path }.
step-chdir = { $actor } goes to the directory { $path }.
step-mount = { $actor } mounts a { $fstype } file system at { $target }.
step-mount-cgroup = { $actor } mounts a cgroup hierarchy with { $data } at { $target }.
step-mount-cgroup-all = { $actor } mounts a cgroup hierarchy with all controllers at { $target }.
step-mount-cgroup2 = { $actor } mounts the version 2 tree at { $target }.
step-remount = { $actor } changes the options of the mount at { $target }.
step-remount-cgroup = { $actor } changes the controllers of the hierarchy at { $target } to { $data }.
step-umount = { $actor } unmounts what is mounted at { $target }.
step-pipe = { $actor } makes a pipe.
step-dup = { $actor } makes its { $to } the same as descriptor { $from }.
step-dup-file = { $actor } makes { $from } its { $to }.
step-dup-pipe = { $actor } makes the pipe its { $to }.
step-close = { $actor } closes its end of a pipe.
step-clone = { $actor } makes a child, { $child }. The child starts in the same control groups.
step-clone-thread = { $actor } starts a thread, { $child }: it shares memory, files and signals with { $actor }, and starts in the same control groups.
step-execve = { $actor } becomes the program { $path } ({ $words }).
step-exit = { $actor } ends with status { $status }.
step-exit-thread = { $actor } ends as a thread, with status { $status }. Its process goes on while it has another thread.
step-wait = { $actor } waits for { $task }.
step-kill = { $actor } sends { $signal } to { $task }.
step-clock-nanosleep = { $actor } waits for { $seconds } s; time passes for every task.
step-setaffinity = { $actor } binds { $task } to the CPUs { $cpus }.
step-getaffinity = { $actor } asks on which CPUs { $task } may run.
step-setpriority = { $actor } sets the nice value of { $task } to { $nice }.
step-setpriority-pgrp = { $actor } sets the nice value of all in process group { $task } to { $nice }.
step-setpriority-user = { $actor } sets the nice value of all tasks of user { $task } to { $nice }.
step-getpriority = { $actor } asks for the nice value of { $task }.
step-kill-test = { $actor } asks whether process { $task } exists.
step-other = { $actor } makes a kernel call.
step-boot = The host as it was found.


fidelity-exact = exact
fidelity-partial = partial
fidelity-exact-note = The model answers as Linux does.
step-rename = { $actor } gives { $from } the name { $to }.
step-symlink = { $actor } makes { $path }, a symbolic link to { $target }.
step-link = { $actor } gives the file { $from } a second name, { $to }.
step-mknod = { $actor } makes the file { $path }.
step-statfs = { $actor } asks which file system { $path } is in.
