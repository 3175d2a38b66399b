# What is missing where the model is not exact.

partial-open = The file is closed again at once; descriptors that stay open are not modelled.
partial-read = Without a count, the whole file is read in one call; of devices without an end, only zero and full are read, with a count.
partial-mount = File systems other than tmpfs, ramfs, overlay, proc, sysfs, cgroup and cgroup2 are not modelled yet, nor is MS_LAZYTIME.
partial-umount = A mount that MNT_EXPIRE has marked counts as unused until the next call. Forced unmounts are as others: only network file systems know more.
partial-stat = Times, inode and device numbers are what statx tells.
partial-clone = The flag thread, and those of namespaces; shared memory of processes is not modelled yet.
partial-execve = Programs are workloads with a declared demand; their code does not run in the model.
partial-wait = Waiting for one child; simulated time passes while the caller waits.
partial-kill = Handlers are not modelled: each signal has its default action.
partial-clock-nanosleep = Simulated time passes. One clock is modelled, and no signal interrupts the call.
partial-mknod = Sockets are not modelled, and neither are named pipes and block devices that are opened.
partial-fchmodat = Files in /proc and /sys can't be changed; set-user-ID programs are not modelled.
partial-fchownat = Files in /proc and /sys can't be changed.
partial-statfs = Only the kind of file system is told.
partial-prlimit64 = The limits are kept and inherited; of them only RLIMIT_NPROC is enforced.
partial-xattr = Attributes in user and trusted, on tmpfs and overlayfs; what overlayfs keeps as a file handle is a number here.
partial-utimensat = Files in tmpfs and overlayfs.
partial-statx = Times of files in tmpfs and overlayfs. Numbers of inodes and devices are the model's own.
partial-copy-file-range = Whole files, between files of tmpfs and overlayfs.
partial-unshare = A network namespace is empty.
partial-setns = A network namespace is empty.
partial-execveat = Only of the program that performs an actor's calls.
partial-ipc = When objects were made and used is not told; the limits of a machine on their number and size are not kept.
partial-capset = Only of the caller itself, with version 3 of the header.
partial-prctl = Only PR_CAPBSET_DROP, PR_CAP_AMBIENT without IS_SET, PR_SET_KEEPCAPS and PR_SET_NO_NEW_PRIVS; no securebits.
partial-ipc-control = Only IPC_RMID.
