# Rules about users, and about who may do what. Each has .rule, .source and .advice.

rule-user-change = User { $uid } can't become user { $id }.
    .rule = Without CAP_SETUID each new user id has to be the real, the effective or the saved one.
    .source = setresuid(2), EPERM
    .advice = Let root start the command as that user: setpriv --reuid=UID COMMAND.

rule-group-change = User { $uid } can't take group { $id }.
    .rule = Without CAP_SETGID each new group id has to be the real, the effective or the saved one.
    .source = setresgid(2), EPERM
    .advice = Change the group before the user: root's rights are gone afterwards.

rule-groups-change = User { $uid } can't choose its supplementary groups.
    .rule = setgroups(2) needs CAP_SETGID.
    .source = setgroups(2), EPERM
    .advice = Change the groups before the user: root's rights are gone afterwards.

rule-groups-many = These are too many groups.
    .rule = A task has at most { $most } supplementary groups.
    .source = setgroups(2), EINVAL
    .advice = Use fewer groups.

rule-no-search = User { $uid } may not search the directory in { $path } that has mode { $mode } and owner { $owner }.
    .rule = Each directory of a path needs the x bit for who walks through it: the owner's if it is the owner, else the group's if it is in the group, else the others'. Only CAP_DAC_OVERRIDE or CAP_DAC_READ_SEARCH passes by.
    .source = path_resolution(7), "Permissions"
    .advice = ls -ld shows mode and owner of each directory on the way; its owner can add x with chmod.

rule-no-change = User { $uid } may not change the directory for { $path }: it has mode { $mode } and owner { $owner }.
    .rule = Making, removing and renaming a name needs the bits w and x of its directory, not of the file.
    .source = path_resolution(7), "Permissions"; mkdir(2), EACCES
    .advice = The directory's owner can add w with chmod, root can give it away with chown.

rule-no-access = User { $uid } lacks { $access } on { $path }: it has mode { $mode }, owner { $owner } and group { $group }.
    .rule = One class of the mode's bits counts: the owner's for the owner, the group's for its group, the others' for all others. Only CAP_DAC_OVERRIDE passes by.
    .source = path_resolution(7), "Permissions"
    .advice = Look at it with ls -l. The owner can change the mode with chmod, root the owner with chown.

rule-sticky = User { $uid } may not take { $path } away, which belongs to user { $owner }.
    .rule = In a directory with the sticky bit only the owner of a name's file, the directory's owner and who has CAP_FOWNER may remove or rename it.
    .source = unlink(2), EPERM; inode(7), "The sticky bit"
    .advice = Let the owner do it.

rule-chmod-owner = User { $uid } can't change the mode of { $path }, which belongs to user { $owner }.
    .rule = Only a file's owner and who has CAP_FOWNER may change its mode.
    .source = chmod(2), EPERM
    .advice = Let the owner or root do it.

rule-chown-user = User { $uid } can't give { $path } away, which belongs to user { $owner }.
    .rule = Only who has CAP_CHOWN may change a file's owner, even the owner itself may not.
    .source = chown(2), EPERM
    .advice = Let root do it.

rule-chown-group = User { $uid } can't give { $path } to that group.
    .rule = A file's owner may give it to a group that the owner is in; any other change needs CAP_CHOWN.
    .source = chown(2), EPERM
    .advice = id shows which groups you are in.

rule-proc-mode = The mode of { $path } is fixed.
    .rule = Files of tasks and of /proc/sys keep their mode.
    .source = fs/proc/base.c, proc_setattr(); fs/proc/proc_sysctl.c, proc_sys_setattr()
    .advice = Change what the file is about instead.

rule-proc-of-another = { $path } is about a task of another user.
    .rule = Working directory, root and environment of a task are shown to tasks of the same user and groups, and to who has CAP_SYS_PTRACE.
    .source = ptrace(2), "Ptrace access mode checking"; proc(5)
    .advice = Look as root.

rule-mount-needs-root = User { $uid } may not mount or unmount.
    .rule = mount, umount, pivot_root and a new mount namespace need CAP_SYS_ADMIN.
    .source = mount(2), umount(2), pivot_root(2), unshare(2): EPERM
    .advice = Let root do it.

rule-mknod-needs-root = User { $uid } can't make the device { $path }.
    .rule = Making a device needs CAP_MKNOD.
    .source = mknod(2), EPERM
    .advice = Let root do it.

rule-kill-others = User { $uid } may not send signals to { $pid }, which belongs to user { $owner }.
    .rule = The sender's real or effective user has to be the target's real or saved one, or the sender has CAP_KILL.
    .source = kill(2), EPERM
    .advice = Let that user or root do it.

rule-schedule-others = User { $uid } may not set how a task of another user is scheduled.
    .rule = CPUs and nice value of the tasks of others are set by who has CAP_SYS_NICE.
    .source = sched_setaffinity(2), setpriority(2), EPERM
    .advice = Let that user or root do it.

rule-nice-raised = User { $uid } may not go from nice value { $now } to { $nice }.
    .rule = Without CAP_SYS_NICE a nice value can only go up, unless RLIMIT_NICE allows more.
    .source = setpriority(2), EACCES; getrlimit(2), RLIMIT_NICE
    .advice = Let root do it: renice.

rule-limit-of-others = User { $uid } may not look at or change the limits of others' tasks.
    .rule = Limits are changed by a task itself, by one whose ids are all the same, or by who has CAP_SYS_RESOURCE.
    .source = getrlimit(2), EPERM
    .advice = Do it as root.

rule-limit-soft = A soft limit of { $soft } is above the hard one, { $hard }.
    .rule = The soft limit holds; the hard limit is how far it may be raised.
    .source = getrlimit(2), EINVAL
    .advice = Set both, or a soft limit that is lower.

rule-limit-hard = The hard limit of { $resource } can't be raised from { $old } to { $hard }.
    .rule = Who has not CAP_SYS_RESOURCE may lower the hard limit, and not raise it again.
    .source = getrlimit(2), EPERM
    .advice = Do it as root, or set the soft limit only: ulimit -S.

rule-limit-files = There can't be { $hard } open files: { $most } is the most.
    .rule = RLIMIT_NOFILE is not above /proc/sys/fs/nr_open.
    .source = getrlimit(2), EPERM
    .advice = Choose a lower number.

rule-nproc = User { $uid } has as many threads as it may have: { $limit }.
    .rule = RLIMIT_NPROC counts all threads of a real user id. It does not hold for root and for who may go beyond limits.
    .source = getrlimit(2), RLIMIT_NPROC; kernel/fork.c, copy_process()
    .advice = End some of them, or raise the limit: ulimit -u.

rule-capset-inheritable = A capability is neither inheritable nor permitted.
    .rule = Without CAP_SETPCAP, what becomes inheritable has to be inheritable or permitted already.
    .source = capabilities(7), "Programmatically adjusting capability sets"
    .advice = Look at CapInh and CapPrm in /proc/self/status.

rule-capset-bounding = A capability that shall be inheritable is not in the bounding set.
    .rule = What becomes inheritable has to be inheritable already or in the bounding set.
    .source = capabilities(7), "Capability bounding set"
    .advice = Look at CapBnd in /proc/self/status; what has left the bounding set does not come back.

rule-capset-permitted = The permitted set can't grow.
    .rule = The new permitted set has to be a part of the old one.
    .source = capset(2), EPERM; capabilities(7), "Programmatically adjusting capability sets"
    .advice = Look at CapPrm in /proc/self/status. Only execve of a program can give more.

rule-capset-effective = A capability shall be effective that is not permitted.
    .rule = The new effective set has to be a part of the new permitted one.
    .source = capset(2), EPERM; capabilities(7), "Programmatically adjusting capability sets"
    .advice = Name the capability in the permitted set, too.

rule-prctl-bounding = Only who has CAP_SETPCAP lowers its bounding set.
    .rule = PR_CAPBSET_DROP needs CAP_SETPCAP in the task's user namespace.
    .source = prctl(2), EPERM; capabilities(7), "Capability bounding set"
    .advice = Lower the bounding set first, and drop CAP_SETPCAP last.

rule-prctl-ambient = { $capability } can't become ambient: it is not both permitted and inheritable.
    .rule = What is ambient has to be permitted and inheritable.
    .source = PR_CAP_AMBIENT(2const), EPERM; capabilities(7), "Thread capability sets"
    .advice = Make it inheritable first with capset.

rule-prctl-capability = There is no capability { $number }.
    .rule = prctl(2) takes a capability that the kernel knows: 0 to 40.
    .source = prctl(2), EINVAL
    .advice = Their names are in capabilities(7).

rule-prctl-value = This option does not take { $value }.
    .rule = PR_SET_KEEPCAPS takes 0 or 1, PR_SET_NO_NEW_PRIVS takes 1: it can't be unset.
    .source = prctl(2), EINVAL
    .advice = Use 1.
