# Rules of namespaces: who may make, leave and enter them, and what they keep apart.

## Making and entering

rule-unshare-flag = The flag { $flag } is none that unshare takes.
    .rule = unshare takes the flags of namespaces, and fs, files, sysvsem, thread, vm and sighand.
    .source = unshare(2), EINVAL
    .advice = Namespaces are named mnt, uts, ipc, net, pid, user, cgroup and time.

rule-unshare-threads = The process has { $threads } threads.
    .rule = A process with more than one thread can't leave its user namespace, nor what its threads share.
    .source = unshare(2), EINVAL
    .advice = Do it before the second thread starts, or in a child.

rule-namespace-needs-admin = User { $uid } may not make a namespace of kind { $kind }.
    .rule = All kinds of namespace but user need CAP_SYS_ADMIN in the user namespace that will own the new one.
    .source = unshare(2), EPERM; user_namespaces(7)
    .advice = Make a user namespace together with it: unshare --user. Then the new user namespace is the owner.

rule-namespace-limit = User { $uid } has as many namespaces of kind { $kind } as it may: { $most }.
    .rule = For each user namespace /proc/sys/user says how many namespaces of a kind each user may have, those made in nested ones included.
    .source = namespaces(7), "The /proc/sys/user directory"; unshare(2), ENOSPC
    .advice = End some, or raise the number in /proc/sys/user with CAP_SYS_RESOURCE.

rule-namespace-limit-value = { $value } is no number from 0 to 2147483647.
    .rule = A limit of namespaces is one whole number.
    .source = namespaces(7), "The /proc/sys/user directory"
    .advice = Write one number; 0 forbids new namespaces of the kind.

rule-namespace-depth = Namespaces of kind { $kind } are nested { $most } deep already.
    .rule = pid namespaces are nested 32 deep below the first one, user namespaces 33.
    .source = pid_namespaces(7), user_namespaces(7), unshare(2), ENOSPC
    .advice = Make it from a namespace further up.

rule-namespace-file = { $path } is a namespace and has no content.
    .rule = What a link in /proc/PID/ns leads to is opened for setns, not to be read.
    .source = namespaces(7), "The /proc/pid/ns/ directory"
    .advice = readlink tells its kind and number, nsenter enters it.

rule-namespace-link-empty = { $path } leads to no namespace.
    .rule = A task that has ended is in no namespaces, and a pid namespace for children is there from its first process on.
    .source = namespaces(7), "The /proc/pid/ns/ directory"
    .advice = Look at a task that runs; after unshare(pid), let it start a child first.

rule-setns-no-namespace = { $path } is no namespace.
    .rule = setns takes a file of /proc/PID/ns, or a pidfd.
    .source = setns(2), EINVAL
    .advice = Name a link in /proc/PID/ns, such as /proc/1/ns/uts.

rule-setns-type = { $path } is not of the kind that was asked for: { $wanted }.
    .rule = The second argument of setns says which kind the file has to be; 0 lets it be any.
    .source = setns(2), EINVAL
    .advice = Name the kind that the file has, or none.

rule-setns-pidfd-kinds = With a task, setns has to be told which of its namespaces are meant.
    .rule = For a pidfd the second argument is one or more flags of namespaces, and nothing else.
    .source = setns(2), EINVAL
    .advice = Name the kinds: sys setns 12 uts,ipc

rule-setns-needs-admin = User { $uid } may not enter this namespace of kind { $kind }.
    .rule = Who enters a namespace has CAP_SYS_ADMIN in its own user namespace and in the one that owns the other.
    .source = setns(2), EPERM
    .advice = Enter the owner first: nsenter --user together with it.

rule-setns-others = The namespaces of process { $pid } are not for this user to enter.
    .rule = Namespaces of a task are entered by its pidfd only by who may look into the task.
    .source = setns(2), EPERM; ptrace(2), "Ptrace access mode checking"
    .advice = Do it as the task's user, or as root.

rule-setns-pid-above = This pid namespace is not the caller's nor nested in it.
    .rule = A process enters only pid namespaces below its own, so that whoever could see it still can.
    .source = setns(2), EINVAL; pid_namespaces(7), "setns(2) and unshare(2) semantics"
    .advice = Start from a process further up.

rule-setns-own-users = The caller is in this user namespace already.
    .rule = Entering the user namespace that one is in is refused: it would give back all capabilities.
    .source = setns(2), EINVAL
    .advice = Nothing needs to be done.

rule-setns-users-threads = The process has more than one thread.
    .rule = A process with more than one thread can't change its user namespace.
    .source = setns(2), EINVAL
    .advice = Do it before the second thread starts, or in a child.

rule-setns-users-needs-admin = User { $uid } has no CAP_SYS_ADMIN in that user namespace.
    .rule = A user namespace is entered by who has CAP_SYS_ADMIN in it: root inside, or who made it, from outside.
    .source = setns(2), EPERM; user_namespaces(7)
    .advice = Enter it as the user who made it.

rule-setns-time-threads = The process has more than one thread.
    .rule = All threads of a process have the same clocks.
    .source = setns(2), EUSERS
    .advice = Do it before the second thread starts.

## uts and ipc

rule-uts-name-needs-admin = User { $uid } may not set this machine's name.
    .rule = Host name and domain name are set by who has CAP_SYS_ADMIN in the user namespace that owns the UTS namespace.
    .source = sethostname(2), EPERM
    .advice = Take a UTS namespace of its own: unshare --uts, as another user with --user.

rule-uts-name-long = The name has { $length } bytes.
    .rule = Host name and domain name have 64 bytes at most.
    .source = sethostname(2), EINVAL
    .advice = Take a shorter one.

rule-ipc-no-key = There is no object with the key { $key } in this IPC namespace.
    .rule = A key stands for an object within one IPC namespace only.
    .source = shmget(2), msgget(2), semget(2), ENOENT
    .advice = Make it with IPC_CREAT, or look where it was made.

rule-ipc-key-taken = The key { $key } has an object already.
    .rule = With IPC_CREAT and IPC_EXCL the object must not be there.
    .source = shmget(2), msgget(2), semget(2), EEXIST
    .advice = Leave out IPC_EXCL, or take another key.

rule-ipc-size = { $size } is no size for the object of key { $key }.
    .rule = A new object needs a size above 0, semaphores at most 32000; one that is there may not be smaller than what is asked for.
    .source = shmget(2), semget(2), EINVAL
    .advice = Ask for a size within the limits; 0 for one that is there.

rule-ipc-mode = The mode { $mode } of the object with key { $key } does not allow this.
    .rule = The permission bits of the owner, the group or the others count, or CAP_IPC_OWNER in the namespace's owner.
    .source = sysvipc(7); shmget(2), EACCES
    .advice = Ask as the object's owner, or for less.

rule-ipc-no-id = There is no object with the id { $id } in this IPC namespace.
    .rule = An id is good in the namespace of its object, until that is removed.
    .source = shmctl(2), msgctl(2), semctl(2), EINVAL
    .advice = ipcs lists the objects.

rule-ipc-not-owner = User { $uid } neither owns nor made the object.
    .rule = IPC objects are removed by their owner, by who made them, or with { $capability } in the namespace's owner.
    .source = shmctl(2), msgctl(2), semctl(2), EPERM
    .advice = Do it as the owner or as root.

## pid

rule-pid-namespace-twice = Children of this process will be in another pid namespace already.
    .rule = unshare(pid) acts on children; until there is one that does it for itself, it can't be done twice.
    .source = unshare(2), EINVAL
    .advice = Start a child, and let that one unshare.

rule-pid-namespace-owner = This user namespace is not below the one that owns the pid namespace.
    .rule = A pid namespace is nested in one whose user namespace is the same or above.
    .source = pid_namespaces(7); kernel/pid_namespace.c
    .advice = Make it from within the pid namespace's own user namespace.

rule-pid-namespace-ended = The first process of this pid namespace has ended.
    .rule = With process 1 all others of its pid namespace end, and there are no new ones.
    .source = pid_namespaces(7), "The namespace init process"; clone(2), ENOMEM
    .advice = Make a new namespace. unshare --fork keeps a process 1 for as long as the command runs.

## user

rule-user-namespace-unmapped = User { $uid } or group { $gid } has no name in the user namespace.
    .rule = Who makes a user namespace has a user and a group that are mapped in the present one.
    .source = unshare(2), clone(2), EPERM; user_namespaces(7)
    .advice = Write uid_map and gid_map of the present namespace first.

rule-id-unmapped = { $id } has no meaning in this user namespace.
    .rule = Ids in system calls are those of the caller's user namespace; only what uid_map and gid_map name is there.
    .source = setresuid(2), chown(2), EINVAL; user_namespaces(7)
    .advice = Take one of the ids in /proc/self/uid_map or gid_map.

rule-setgroups-denied = setgroups is not allowed in this user namespace.
    .rule = Before gid_map is written, and after deny was written to /proc/PID/setgroups, nobody changes groups.
    .source = setgroups(2), EPERM; user_namespaces(7), "The /proc/pid/setgroups file"
    .advice = Have a privileged process outside write gid_map.

rule-setgroups-value = { $value } is neither allow nor deny.
    .rule = /proc/PID/setgroups takes the two words, and one more byte at most.
    .source = user_namespaces(7), "The /proc/pid/setgroups file"
    .advice = Write allow or deny.

rule-setgroups-denied-stays = setgroups was denied in this user namespace.
    .rule = Once deny was written, or inherited, it stays.
    .source = user_namespaces(7), "The /proc/pid/setgroups file"
    .advice = Make a new user namespace from one that allows it.

rule-setgroups-after-map = gid_map has been written: setgroups can't be denied any more.
    .rule = deny is written before gid_map.
    .source = user_namespaces(7), "The /proc/pid/setgroups file"
    .advice = In a new namespace, write setgroups first.

rule-setgroups-open = User { $uid } may not write { $path }.
    .rule = setgroups is opened for writing by who has CAP_SYS_ADMIN in the user namespace that it is about.
    .source = user_namespaces(7); kernel/user_namespace.c
    .advice = Write it before an execve without a mapped root takes the capabilities away.

rule-map-first-namespace = The first user namespace has its map from the start.
    .rule = Only maps of nested user namespaces are written.
    .source = user_namespaces(7), "Defining user and group ID mappings"
    .advice = Make a user namespace first.

rule-map-from-elsewhere = The writer is neither in the user namespace nor in the one above it.
    .rule = A map is written from inside, or from the parent user namespace.
    .source = user_namespaces(7), "Defining user and group ID mappings"
    .advice = Write it from the parent.

rule-map-long = The map has too many lines or bytes: at most { $most } lines, and less than a page.
    .rule = A map is written at once: at most 340 lines, in less than 4096 bytes.
    .source = user_namespaces(7), "Defining user and group ID mappings", EINVAL
    .advice = Put neighbouring ids into one line.

rule-map-once = The map has been written already.
    .rule = A map is written once in the life of a user namespace.
    .source = user_namespaces(7), "Defining user and group ID mappings", EPERM
    .advice = Make a new user namespace.

rule-map-needs-admin = User { $uid } has no CAP_SYS_ADMIN in the user namespace.
    .rule = Who writes a map has CAP_SYS_ADMIN in the user namespace that it is for.
    .source = user_namespaces(7), "Defining user and group ID mappings", EPERM
    .advice = Write it before an execve takes the capabilities away, or from the parent.

rule-map-line = "{ $line }" is no line of a map.
    .rule = A line has three numbers: the first id inside, the first id outside, how many.
    .source = user_namespaces(7), "Defining user and group ID mappings", EINVAL
    .advice = Write such a line: 0 1000 1

rule-map-range = "{ $line }" names no range of ids.
    .rule = The length is above 0, and no id goes beyond 4294967294.
    .source = user_namespaces(7), "Defining user and group ID mappings", EINVAL
    .advice = Take a smaller range.

rule-map-overlap = "{ $line }" overlaps with a line before it.
    .rule = The ranges of a map may overlap neither inside nor outside.
    .source = user_namespaces(7), "Defining user and group ID mappings", EINVAL
    .advice = Give each id one line.

rule-map-unknown-ids = Not all of the outer ids are known in the user namespace above.
    .rule = What a map leads to has to be mapped, by one line, in the parent user namespace.
    .source = user_namespaces(7), "Defining user and group ID mappings", EPERM
    .advice = Look at uid_map or gid_map of the parent.

rule-map-root = User { $uid } may not map the root of the user namespace above.
    .rule = Since Linux 5.12 id 0 of the parent is mapped by who has CAP_SETFCAP there, or had it when it made the namespace.
    .source = user_namespaces(7), "Defining user and group ID mappings", EPERM
    .advice = Map the own user, or have root write the map.

rule-map-own-user = User { $uid } may map only itself.
    .rule = Without { $capability } in the parent namespace a map is one line of length 1: the user of who made the namespace.
    .source = user_namespaces(7), "Defining user and group ID mappings", EPERM
    .advice = Write the own id: 0 UID 1. More is mapped by newuidmap or by root.

rule-map-own-group = User { $uid } may map only its own group, and only where setgroups is denied.
    .rule = Without { $capability } in the parent namespace gid_map is one line of length 1 for the own group, after deny was written to setgroups.
    .source = user_namespaces(7), "Defining user and group ID mappings", EPERM
    .advice = Write deny to /proc/PID/setgroups first.

## time

rule-time-offset-line = "{ $line }" is no offset of a clock.
    .rule = A line names monotonic or boottime, whole seconds, and nanoseconds below 1000000000; two lines at most.
    .source = time_namespaces(7), "/proc/pid/timens_offsets", EINVAL
    .advice = Write such a line: boottime 86400 0

rule-time-offset-needs-time = User { $uid } may not set clocks in this time namespace.
    .rule = Offsets are set with { $capability } in the user namespace that owns the time namespace.
    .source = time_namespaces(7), "/proc/pid/timens_offsets", EPERM
    .advice = Do it as root of the owner.

rule-time-offset-range = { $seconds } seconds bring the clock out of its range.
    .rule = A clock with its offset is neither below zero nor beyond 146 years.
    .source = time_namespaces(7), "/proc/pid/timens_offsets", ERANGE
    .advice = Take a smaller offset.

rule-time-offset-frozen = A process is in this time namespace already.
    .rule = Offsets are set before the first process enters; those of the first namespace never.
    .source = time_namespaces(7), "/proc/pid/timens_offsets", EACCES
    .advice = Write them after unshare(time) and before the first child.

## cgroup

rule-cgroup2-namespace-root = { $file } of the group that is the namespace's root is not written from inside.
    .rule = With nsdelegate, of the files in the root of a cgroup namespace only cgroup.procs, cgroup.threads and cgroup.subtree_control are written from inside.
    .source = cgroup-v2.rst, "Model of Delegation"
    .advice = The limits of the root are set by who is outside; inside, make a child group.

rule-cgroup2-namespace-boundary = The task would come from a group, or go to one, that the namespace does not show.
    .rule = With nsdelegate a cgroup namespace is a boundary: tasks are moved within what it shows.
    .source = cgroup-v2.rst, "Delegation Containment"
    .advice = Move the task from outside.
