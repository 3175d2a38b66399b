# What is missing where the model is not exact.

partial-open = The file is closed again at once; descriptors that stay open are not modelled.
partial-read = Without a count, the whole file is read in one call; of devices without an end, only zero and full are read, with a count.
partial-stat = Times, inode and device numbers are not modelled.
partial-mount = Propagation, bind mounts and file systems other than tmpfs, proc, sysfs, cgroup and cgroup2 are not modelled yet.
partial-umount = Expiry and forced unmounts are not modelled.
partial-clone = The flag thread, and those of namespaces but mnt; shared memory of processes is not modelled yet.
partial-execve = Programs are workloads with a declared demand; their code does not run in the model.
partial-wait = Waiting for one child; simulated time passes while the caller waits.
partial-kill = Handlers are not modelled: each signal has its default action.
partial-clock-nanosleep = Simulated time passes. One clock is modelled, and no signal interrupts the call.
partial-rename = A rename onto a name that is there already is not modelled outside of control groups.
partial-link = The model's files have one name each; what control groups answer is exact.
partial-mknod = Regular files and character devices; named pipes and block devices are not modelled.
partial-fchmodat = Files in /proc and /sys can't be changed; set-user-ID programs are not modelled.
partial-fchownat = Files in /proc and /sys can't be changed.
partial-statfs = Only the kind of file system is told.
partial-prlimit64 = The limits are kept and inherited; of them only RLIMIT_NPROC is enforced.
partial-unshare = Mount namespaces are not modelled yet; a network namespace is empty.
partial-setns = Mount namespaces are not modelled yet.
partial-execveat = Only of the program that performs an actor's calls.
partial-ipc = When objects were made and used is not told; the limits of a machine on their number and size are not kept.
partial-ipc-control = Only IPC_RMID.
