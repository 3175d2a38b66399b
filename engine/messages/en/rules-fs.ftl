# Rules of paths, file systems, mounts, pipes, tasks and signals. $path is what was typed.

rule-not-modelled = The model does not have { $what }.
    .rule = The model says what it lacks and does not guess. Linux would do this.
    .source = Drydock, the table of fidelity
    .advice = Run the same line on Linux, or do it another way in the model.

rule-clock-end = The model's clock ends before that: { $left } s from now.
    .rule = The model's clock goes for { $end } s, about 31 years. No time passes after that.
    .source = Drydock, the model's own bounds
    .advice = Let less time pass, or start again.

## Actors and programs

rule-actor-unknown = There is no task named { $actor }.
    .rule = A plan names a task before it exists; the name stands for a process only after clone3.
    .source = clone(2)
    .advice = Make the task first, and wait for it only once.

rule-actor-taken = A task named { $actor } exists already.
    .rule = Within a session each task has a name of its own until its parent has waited for it.
    .source = Drydock, the contract of plans
    .advice = Use another name, or wait for the first task.

rule-actor-ended = { $actor } has ended.
    .rule = A process that has ended makes no more calls. It stays as a zombie until its parent waits for it.
    .source = wait(2), NOTES
    .advice = Start a new one.

rule-actor-is-program = { $actor } runs a program, which makes its own calls.
    .rule = After execve the code of the new program decides what happens, not the plan.
    .source = execve(2)
    .advice = Make the call before execve, or from another task.

rule-actor-held-up = { $actor } is stopped or frozen and makes no calls.
    .rule = A stopped or frozen task goes on only when something outside of it lets it.
    .source = signal(7), SIGSTOP; cgroup-v1/freezer-subsystem.rst
    .advice = Go back a step. A shell that freezes its own group can't thaw it.

rule-clone-flag = The flag { $flag } is none that clone3 takes here.
    .rule = clone3 refuses bits that it does not know, and sets of flags that can't go together.
    .source = clone(2), EINVAL
    .advice = The flag that is modelled is thread; without a flag the child is a process.

rule-affinity-empty = None of the CPUs { $cpus } is one of those that the task may use: { $allowed }.
    .rule = A task is bound to CPUs among those that its cpuset allows, and at least one must be left.
    .source = sched_setaffinity(2), EINVAL; cpuset(7)
    .advice = Choose among the CPUs { $allowed }, or change cpuset.cpus of its group.

rule-rename-into-itself = { $path } is inside of what is renamed.
    .rule = A directory can't be moved below itself.
    .source = rename(2), EINVAL
    .advice = Take a directory that is not inside of it.

rule-rename-onto-above = { $path } holds what is renamed.
    .rule = rename(2) replaces an empty directory only, and this one has the renamed file in it.
    .source = rename(2), ENOTEMPTY
    .advice = Take another name.

rule-rename-onto-file = { $path } is a file that is there already, and what is renamed is a directory.
    .rule = rename(2) replaces a file by a file and a directory by a directory.
    .source = rename(2), ENOTDIR
    .advice = Remove the file first, or take another name.

rule-rename-onto-directory = { $path } is a directory that is there already, and what is renamed is none.
    .rule = rename(2) replaces a file by a file and a directory by a directory.
    .source = rename(2), EISDIR
    .advice = Put the name behind the directory: { $path }/NAME.

rule-pids-used-up = There is no free process id.
    .rule = Process ids run up to kernel.pid_max and start again from 300.
    .source = proc(5), /proc/sys/kernel/pid_max
    .advice = End some tasks and wait for them.

rule-not-a-child = { $caller } has no such child.
    .rule = Only the parent of a process can wait for it, and only once.
    .source = wait(2), ERRORS
    .advice = ps shows each process and its parent.

rule-init-stays = Process 1 may not end.
    .rule = All processes without a parent belong to process 1; Linux stops when it ends.
    .source = pid_namespaces(7), "The namespace init process"
    .advice = End another process.

rule-no-such-process = There is no process { $pid }.
    .rule = A call names a process that exists. For kill a zombie still counts; one that was waited for does not.
    .source = kill(2), setpriority(2), sched_setaffinity(2), ESRCH
    .advice = ps shows the processes that are there.

rule-signal-number = There is no signal { $signal }.
    .rule = Signals have the numbers 1 to 64. The number 0 only asks whether the process exists.
    .source = signal(7)
    .advice = kill -l lists the signals.

rule-not-executable = { $path } can't be executed.
    .rule = A program is a regular file with an execute bit. This holds for root as well.
    .source = execve(2), ERRORS
    .advice = Look at the file with ls -l.

rule-noexec = The file system that holds { $path } is mounted with noexec.
    .rule = Nothing on a mount with noexec can be executed.
    .source = mount(2), MS_NOEXEC
    .advice = Remount it without noexec, or copy the program elsewhere.

rule-not-a-program = { $path } is not a program.
    .rule = The kernel runs files whose format it knows: ELF, and scripts that start with #!.
    .source = execve(2), ERRORS
    .advice = Let a shell read the file: sh FILE.

rule-program-busy = A program that is in use can't be written to.
    .rule = The kernel keeps programs as they are while they run.
    .source = open(2), ETXTBSY
    .advice = Write to another file.

## Paths

rule-path-missing = { $path } is not there.
    .rule = Each directory of a path has to exist, and the last name too, unless it is to be made.
    .source = path_resolution(7)
    .advice = Look at the directory above with ls.

rule-proc-missing = There is no { $path }, and it can't be made.
    .rule = The kernel makes the names in /proc itself. It is asked for a name before it is asked for a new one.
    .source = proc(5); fs/proc/generic.c
    .advice = Look with ls which names are there.

rule-path-empty = The path is empty.
    .rule = An empty path names nothing.
    .source = path_resolution(7), "Empty pathname"
    .advice = A variable may be unset. Name a file, or a dot for the working directory.

rule-path-not-directory = A part of { $path } is not a directory.
    .rule = Only a directory has names in it, and only a directory may be followed by a slash.
    .source = path_resolution(7), ENOTDIR
    .advice = Look at each part of the path with ls -l.

rule-path-loop = { $path } leads through too many symbolic links.
    .rule = At most 40 symbolic links are followed in one path; links that point to each other have no end.
    .source = path_resolution(7), ELOOP
    .advice = ls -l shows where a link points.

rule-nosymfollow = A symbolic link in { $path } is on a mount with nosymfollow.
    .rule = Symbolic links on such a mount are not followed.
    .source = mount(2), MS_NOSYMFOLLOW
    .advice = Remount it without nosymfollow, or name the file itself.

rule-path-too-long = The path has { $length } bytes.
    .rule = A path has at most 4095 bytes.
    .source = path_resolution(7), ENAMETOOLONG
    .advice = Go into a directory with cd and use a shorter path.

rule-name-too-long = A name has { $length } bytes.
    .rule = A name in most file systems has at most 255 bytes. Control groups have no such limit.
    .source = path_resolution(7), ENAMETOOLONG
    .advice = Use a shorter name.

rule-path-exists = { $path } exists already.
    .rule = A new directory needs a name that is free, be it a file's, a link's or a directory's.
    .source = mkdir(2), ERRORS
    .advice = Use another name. mkdir -p is content with a directory that is there.

rule-directory-removed = { $path } is in a directory that has been removed.
    .rule = A removed directory stays while somebody is in it, but nothing can be found or made there.
    .source = mkdir(2), rmdir(2)
    .advice = Go to another directory with cd.

## Names made and taken away

rule-rmdir-dot = The last part of { $path } is a dot.
    .rule = A directory is removed from the directory above it, by its name there.
    .source = rmdir(2), ERRORS
    .advice = Use the directory's name: cd .. and then rmdir NAME.

rule-rmdir-dotdot = The last part of { $path } is two dots.
    .rule = The directory above holds at least the one it is named from, so it is never empty.
    .source = rmdir(2), ERRORS
    .advice = Use the directory's name.

rule-directory-not-empty = The directory { $path } is not empty.
    .rule = Only an empty directory can be removed.
    .source = rmdir(2), ERRORS
    .advice = Remove what is in it first.

rule-mount-point-busy = A file system is mounted at { $path }.
    .rule = A mount point can't be removed.
    .source = rmdir(2), ERRORS
    .advice = Unmount it first: umount { $path }.

rule-unlink-directory = { $path } is a directory.
    .rule = unlink removes names of files. Directories are removed by rmdir.
    .source = unlink(2), ERRORS
    .advice = Use rmdir.

rule-fixed-tree = Nothing can be made or removed at { $path }.
    .rule = The kernel makes the names in /proc and /sys itself.
    .source = proc(5), sysfs(5)
    .advice = Use another directory.

rule-fixed-tree-create = No file can be made at { $path }.
    .rule = The kernel makes the names in /proc and /sys itself.
    .source = open(2), EACCES; sysfs(5)
    .advice = Look with ls which files are there.

rule-cgroup-file-create = { $name } is not one of the group's files, and none can be made.
    .rule = The kernel makes the files of a control group, according to its controllers. Who opens a missing file to write into it asks for it to be made, and that is not permitted.
    .source = cgroups(7); open(2), EACCES
    .advice = ls shows the group's files. The controller may be missing, or the name may be mistyped.

rule-cgroup-file-remove = { $name } belongs to its control group and can't be removed.
    .rule = The kernel makes the files of a group and takes them away with it.
    .source = cgroups(7), "Creating cgroups and moving processes"
    .advice = Remove the group itself with rmdir. It may still have these files, but no tasks and no groups.

## Opening, reading, writing

rule-open-directory = { $path } is a directory.
    .rule = A directory can't be opened for writing.
    .source = open(2), EISDIR
    .advice = Name a file in it.

rule-read-directory = { $path } is a directory.
    .rule = read gives the bytes of a file; the names in a directory are read with getdents64.
    .source = read(2), EISDIR
    .advice = Use ls.

rule-opened-to-read = { $path } was opened for reading only.
    .rule = A descriptor that was opened for reading can't be written to.
    .source = write(2), EBADF
    .advice = Open it for writing: > or >>.

rule-not-writable = The file can't be written to.
    .rule = Only a descriptor of a file that takes data can be written to.
    .source = write(2), EBADF
    .advice = Name another file.

rule-read-only = { $path } is on a file system that is mounted read-only.
    .rule = Nothing can be made, changed or removed on a read-only mount.
    .source = mount(2), MS_RDONLY
    .advice = Remount it for writing: mount -o remount,rw.

rule-sysfs-read-only = { $path } can only be read.
    .rule = sysfs goes by the permission bits of its files, even for root.
    .source = sysfs(5)
    .advice = Read it.

rule-proc-not-writable = This file of /proc can't be written to.
    .rule = Root may open it for writing, but it takes no data.
    .source = proc(5)
    .advice = Read it.

rule-proc-of-ended = The task that { $path } is about has ended.
    .rule = A task that has ended has no directories, mounts and environment any more; it keeps its number, name and state until its parent waits for it.
    .source = fs/proc/base.c, proc_pid_get_link() and proc_mem_open(); fs/proc_namespace.c, mounts_open_common()
    .advice = Look while the task is there; ps shows in which state tasks are.

rule-oom-score-adj = “{ $value }” is no value of oom_score_adj.
    .rule = oom_score_adj is a whole number from -1000, never chosen, to 1000, chosen first.
    .source = proc(5), /proc/pid/oom_score_adj
    .advice = Write for example: echo 500 > /proc/self/oom_score_adj

rule-oom-score-adj-lower = oom_score_adj can't be lowered to { $value }: it was set to { $least }.
    .rule = Below the value that was last set with the capability CAP_SYS_RESOURCE, only who has it may go.
    .source = fs/proc/base.c, __set_oom_adj
    .advice = Write { $least } or more.

rule-comm-of-another = A task's name can be changed by itself only.
    .rule = Only a thread of the same process may write to /proc/PID/comm.
    .source = proc(5), /proc/pid/comm
    .advice = Write to /proc/self/comm.

rule-nodev = The file system that holds { $path } is mounted with nodev.
    .rule = Devices on a mount with nodev can't be opened.
    .source = mount(2), MS_NODEV
    .advice = Use the device below /dev.

rule-device-not-allowed = The device { $device } may not be opened here (access { $access }).
    .rule = The devices controller decides for each group which devices its tasks may open. It is asked when the file is opened.
    .source = admin-guide/cgroup-v1/devices.rst
    .advice = Write a line such as "{ $device } rw" into devices.allow of the group.

rule-device-without-driver = There is no driver for the device { $path }.
    .rule = A device file is a pair of numbers; the kernel needs a driver for them.
    .source = open(2), ENXIO
    .advice = Use /dev/null, /dev/zero, /dev/random or /dev/urandom.

rule-device-endless = { $path } has no end.
    .rule = Reading this device to its end would never be done. Linux would go on for ever; the model stops at once.
    .source = null(4), random(4)
    .advice = Read a part of it: head -c 16 { $path }

rule-device-full = The device is full, as it always is.
    .rule = Writing to /dev/full fails as if no space were left.
    .source = full(4)
    .advice = Write to /dev/null to throw data away.

## Pipes and descriptors

rule-descriptor = There is no descriptor { $descriptor } here.
    .rule = Redirections change the descriptors 0, 1 and 2.
    .source = dup(2), ERRORS
    .advice = Use 0, 1 or 2.

rule-pipe-name-taken = A pipe named { $pipe } exists already.
    .rule = A pipe's name in a plan stands for one pipe until both ends are closed.
    .source = Drydock, the contract of plans
    .advice = Use another name.

rule-pipe-not-held = The caller does not hold this end of the pipe { $pipe }.
    .rule = A task can use the ends that it made, inherited, or has not closed.
    .source = pipe(2); close(2), EBADF
    .advice = Close each end once.

rule-pipe-wrong-end = This is the other end of the pipe { $pipe }.
    .rule = Data goes into the writing end and comes out of the reading end.
    .source = pipe(7)
    .advice = Use the other end.

rule-pipe-without-reader = Nobody can read from the pipe { $pipe } any more.
    .rule = Writing to a pipe without a reader is refused, and a program that does not expect it is ended by SIGPIPE.
    .source = pipe(7), "I/O on pipes and FIFOs"
    .advice = Keep the reader alive.

rule-pipe-full = The pipe { $pipe } is full.
    .rule = A pipe holds 65536 bytes; a writer waits until somebody reads.
    .source = pipe(7), "Pipe capacity"
    .advice = Let the reader read first.

rule-pipe-without-end = Reading the pipe { $pipe } to its end would wait for ever.
    .rule = A pipe ends when the last writing end is closed. One is held by a task that does not end by itself.
    .source = pipe(7), "I/O on pipes and FIFOs"
    .advice = End the writer, or give it a count.

## Mounts

rule-not-a-mount-point = Nothing is mounted at { $path }.
    .rule = Only the root of a mounted file system can be unmounted or remounted.
    .source = mount(2) and umount(2), EINVAL
    .advice = cat /proc/mounts shows what is mounted where.

rule-umount-in-use = A task is inside of { $path }.
    .rule = A file system in use can't be unmounted: a working directory or an open file is in it. Tasks in a control group do not count.
    .source = umount(2), EBUSY
    .advice = Leave it with cd first, or unmount it lazily: umount -l { $path }.

rule-umount-mounts-below = Other file systems are mounted below { $path }.
    .rule = A file system can be unmounted after those that are mounted on its directories.
    .source = umount(2), EBUSY
    .advice = Unmount those below first, or all at once: umount -l { $path }.

rule-mount-same-again = This file system is already mounted at { $path }.
    .rule = The same file system can't be mounted twice in a row at the same place.
    .source = mount(2), EBUSY
    .advice = Use another mount point.

rule-mount-flag = There is no flag { $flag }.
    .rule = A call with a flag that the kernel does not know is refused.
    .source = mount(2), umount(2), EINVAL
    .advice = Look up the flags in the manual page.

rule-mount-option = The file system { $fstype } has no option { $option }.
    .rule = Each kind of file system reads its own options and refuses others.
    .source = mount(2), EINVAL; mount(8), "FILESYSTEM-SPECIFIC MOUNT OPTIONS"
    .advice = Look for a typing slip.

rule-tmpfs-option = tmpfs does not take the option { $option }.
    .rule = tmpfs knows size, nr_blocks, nr_inodes, mode, uid, gid and a few more, with numbers.
    .source = tmpfs(5), "Mount options"
    .advice = For example: mount -t tmpfs -o size=10m,mode=755 none /mnt

rule-fstype-unknown = The kernel does not know the file system { $fstype }.
    .rule = A kind of file system has to be built into the kernel or loaded as a module.
    .source = mount(2), ENODEV
    .advice = cat /proc/filesystems shows the kinds that are known.

rule-fstype-not-modelled = The model does not have the file system { $fstype }.
    .rule = The model mounts tmpfs, proc, sysfs, cgroup and cgroup2. Linux has many more.
    .source = Drydock, the table of fidelity
    .advice = cat /proc/filesystems shows the kinds that are known here.

## Programs

program-stress = Makes workers that use a CPU or touch memory, and waits for them.
program-memhog = Touches memory and ends.
program-yes = Writes the same line again and again.
program-sleep = Waits for a time, and asks for nothing.
program-dd = Copies bytes. From /dev/zero or /dev/urandom it needs all of one CPU.
program-bzip2 = Compresses what it reads. It needs all of one CPU.
program-true = Ends at once with status 0.
partial-program-stress = Memory is touched at once. Workers end with their parent, and a failed run ends the others at once. Workers for input and output are missing.
partial-program-memhog = Memory is touched at once. -f and policies are missing.
partial-program-yes = Its output must be a pipe or a device.
partial-program-dd = The time and the rate in the last line are declared, not measured. skip, seek, conv and all flags but direct are not modelled. What it writes from a device has a size and no content.
partial-program-bzip2 = Only as a filter. The compressed bytes are not modelled.

rule-other-file-system = { $path } is in another file system.
    .rule = A name can be given only within one mount.
    .source = rename(2), link(2), "EXDEV"
    .advice = Copy the file and remove the old one.
