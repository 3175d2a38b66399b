# Rules of bind mounts, propagation, mount namespaces and roots. $path is what was typed.

rule-mount-directory-on-file = { $path } is a file, and what is to be mounted there is a directory.
    .rule = A directory can be mounted on a directory only.
    .source = mount(2), ENOTDIR
    .advice = Make a directory to mount it on.

rule-mount-file-on-directory = { $path } is a directory, and what is to be mounted there is a file.
    .rule = A file can be mounted on a file only.
    .source = mount(2), ENOTDIR
    .advice = Make an empty file to mount it on: touch.

rule-mount-of-others = The mount that { $path } leads to belongs to another mount namespace.
    .rule = A task can mount, unmount and bind only in its own mount namespace. Other namespaces can be looked into through /proc/PID/root, no more.
    .source = mount(2) and umount(2), EINVAL; fs/namespace.c, check_mnt()
    .advice = Enter that namespace first.

rule-mount-detached = The mount that { $path } leads to is in no mount namespace any more.
    .rule = What was unmounted lazily stays for those inside, but nothing can be mounted in it or bound from it.
    .source = mount(2), EINVAL; umount(2), MNT_DETACH
    .advice = Leave it: cd /

rule-mount-no-source = There is no source.
    .rule = A bind mount and a move need the path of what is to be bound or moved.
    .source = fs/namespace.c, do_loopback() and do_move_mount_old(): EINVAL
    .advice = Name the source: mount --bind SOURCE DIRECTORY

rule-mount-no-block-device = { $path } is no block device.
    .rule = A file system of this kind is on a disk: its source is the path of a block device.
    .source = mount(2), ENOTBLK
    .advice = To show a directory in a second place, bind it: mount --bind

rule-mount-max = The mount namespace would have more than { $limit } mounts.
    .rule = A mount namespace has at most as many mounts as /proc/sys/fs/mount-max says. Recursive bind mounts of a directory into itself double their number each time.
    .source = proc_sys_fs(5), mount-max; mount(2), ENOSPC
    .advice = Unmount what is not needed.

rule-mount-written-to = A file at { $path } is open for writing.
    .rule = A mount or a file system can't become read-only while somebody has a file in it open for writing.
    .source = mount(2), EBUSY
    .advice = End the task that writes, then remount.

rule-bind-unbindable = The source is an unbindable mount.
    .rule = An unbindable mount can't be the source of a bind mount, and a recursive bind mount leaves it out.
    .source = mount(2), EINVAL; mount_namespaces(7), MS_UNBINDABLE
    .advice = Make it private first: mount --make-private

rule-bind-removed = The source has lost its name.
    .rule = What was removed is shown on by the mounts that it has, and can't be mounted at another place.
    .source = fs/namespace.c, get_mountpoint(): ENOENT
    .advice = Make it anew.

rule-mount-word-too-long = The source or the kind of file system has { $length } bytes.
    .rule = Both are at most 4,095 bytes long.
    .source = mount(2), EINVAL; fs/namespace.c, copy_mount_string()
    .advice = Change into the directory and use a relative path.

rule-bind-locked = A mount below the source came from a more privileged mount namespace together with it.
    .rule = Such mounts are a unit: a bind mount that left some of them out could show what they hide.
    .source = mount_namespaces(7), "Restrictions on mount namespaces"
    .advice = Bind with all below: mount --rbind

rule-propagation-with-flags = A kind of propagation was asked for together with another flag.
    .rule = Only MS_REC and MS_SILENT may stand beside the one kind of propagation.
    .source = mount(2), EINVAL
    .advice = Make two calls of it.

rule-propagation-two-kinds = More than one kind of propagation was asked for.
    .rule = A mount is made shared, private, slave or unbindable, one at a time. A mount that is slave and shared gets so in two calls.
    .source = mount(2), EINVAL
    .advice = First --make-slave, then --make-shared.

rule-move-absolute-root = The source is the first mount of the namespace.
    .rule = A mount that is on nothing can't be moved.
    .source = fs/namespace.c, do_move_mount(): EINVAL
    .advice = Bind it instead.

rule-move-locked = The mount came from a more privileged mount namespace together with the one below it.
    .rule = Such a mount can't be moved: that would uncover what it hides.
    .source = mount_namespaces(7), "Restrictions on mount namespaces"
    .advice = Bind the tree with all below: mount --rbind

rule-move-other-kind = One of source and { $path } is a directory, the other one is not.
    .rule = A directory moves onto a directory, a file onto a file.
    .source = fs/namespace.c, do_move_mount(): EINVAL
    .advice = Choose a target of the same kind.

rule-move-shared-parent = The source is mounted on a shared mount.
    .rule = A mount can't be moved away from a shared mount: its copies elsewhere could not follow.
    .source = mount(2), EINVAL ("the parent mount of source mount has shared propagation")
    .advice = Make the mount below it private first: mount --make-private

rule-move-unbindable = The tree has an unbindable mount in it, and { $path } is on a shared mount.
    .rule = Moving onto a shared mount makes copies, and an unbindable mount can't be copied.
    .source = fs/namespace.c, do_move_mount(): EINVAL
    .advice = Make it private first: mount --make-rprivate

rule-move-into-itself = { $path } is inside of what is to be moved.
    .rule = A mount can't be moved onto itself or below itself.
    .source = mount(2), ELOOP
    .advice = Choose a target outside.

rule-remount-locked = The mount came from a more privileged mount namespace with flags that forbid more.
    .rule = There nosuid, nodev, noexec and read-only stay as they are, and access times too.
    .source = mount_namespaces(7), "Restrictions on mount namespaces"; mount(2), EPERM
    .advice = Keep these flags in the list: mount -o remount,bind,ro,nosuid

rule-umount-locked = The mount at { $path } came from a more privileged mount namespace together with the one below it.
    .rule = Such mounts are a unit in a less privileged namespace: none of them can be taken off, since that could show what it hides.
    .source = umount(2), EINVAL; mount_namespaces(7), "Restrictions on mount namespaces"
    .advice = Mount over it, or unmount it in the namespace that it is from.

rule-umount-absolute-root = { $path } is the first mount of the namespace.
    .rule = The mount that all others are on can't be unmounted.
    .source = fs/namespace.c, do_umount(): EINVAL
    .advice = Put another root in its place: pivot_root.

rule-umount-copy-in-use = A task is inside of a copy of this mount elsewhere.
    .rule = Unmounting in a shared mount unmounts the copies in its peers and slaves too, and one of them is in use.
    .source = umount(2), EBUSY; fs/pnode.c, propagate_mount_busy()
    .advice = Leave it there, make the mount below private first, or unmount lazily: umount -l { $path }.

rule-umount-expire-flags = MNT_EXPIRE was given with MNT_FORCE or MNT_DETACH, or for the root.
    .rule = Expiry is for a mount that is not the caller's root, and goes with no other way of unmounting.
    .source = umount(2), EINVAL
    .advice = Use one flag at a time.

rule-umount-expire-marked = { $path } was not in use, and is marked now.
    .rule = The first call with MNT_EXPIRE marks an unused mount; the second one unmounts it, if nobody has used it meanwhile.
    .source = umount(2), EAGAIN
    .advice = Make the same call again.

rule-path-moved-out = A directory on the way of { $path } was moved out of what its mount shows.
    .rule = From a directory outside of the root of its mount no .. leads up.
    .source = fs/namei.c, path_connected(): ENOENT
    .advice = Name it by its path from the root.

rule-chroot-needs-root = User { $uid } may not change the root directory.
    .rule = chroot needs CAP_SYS_CHROOT.
    .source = chroot(2), EPERM
    .advice = Do it as root, or in a user namespace of your own.

rule-pivot-shared-old = { $path } is on a shared mount.
    .rule = The old root can't be put on a shared mount: it would be copied to others.
    .source = pivot_root(2), EINVAL
    .advice = Make the mounts private first: mount --make-rprivate /

rule-pivot-shared-parent = { $path } is mounted on a shared mount.
    .rule = The mount below the new root must not be shared.
    .source = pivot_root(2), EINVAL
    .advice = Make the mounts private first: mount --make-rprivate /

rule-pivot-shared-root-parent = The root is mounted on a shared mount.
    .rule = The mount below the current root must not be shared.
    .source = pivot_root(2), EINVAL
    .advice = Make the mounts private first: mount --make-rprivate /

rule-pivot-locked = The mount at { $path } came from a more privileged mount namespace together with the one below it.
    .rule = Such a mount can't become the root: that would uncover what it hides.
    .source = pivot_root(2), EINVAL; mount_namespaces(7), "Restrictions on mount namespaces"
    .advice = Bind the directory onto itself first: mount --rbind { $path } { $path }

rule-pivot-same-mount = { $path } is on the mount that is the root already.
    .rule = New root, put_old and the current root must be three places on two mounts: the new root and put_old are on another mount than the current root.
    .source = pivot_root(2), EBUSY
    .advice = Make a mount of the new root first: mount --bind { $path } { $path }

rule-pivot-root-no-mount = The caller's root directory is no mount point.
    .rule = Only a mount can be put to the side. After chroot into a plain directory the root is none.
    .source = pivot_root(2), EINVAL
    .advice = Bind the directory onto itself before chroot, or leave the chroot.

rule-pivot-initramfs = The caller's root is the first mount of the namespace.
    .rule = rootfs (the initial ramfs) can't be pivoted away from.
    .source = pivot_root(2), EINVAL
    .advice = Move the new root over it and chroot, as switch_root does.

rule-pivot-new-no-mount = { $path } is no mount point.
    .rule = The new root must be the root of a mount.
    .source = pivot_root(2), EINVAL
    .advice = Bind the directory onto itself first: mount --bind { $path } { $path }

rule-pivot-old-outside = { $path } is not at or below the new root.
    .rule = The old root is put to a place that can be reached from the new one.
    .source = pivot_root(2), EINVAL
    .advice = Make a directory for it in the new root.

rule-pivot-new-outside = { $path } is not below the current root.
    .rule = The new root must be reachable from the current one.
    .source = fs/namespace.c, pivot_root(): EINVAL
    .advice = Choose a mount below the root.

rule-clone-shared-root = CLONE_NEWNS was given for a thread.
    .rule = Threads share root and working directory, so they can't be in different mount namespaces.
    .source = clone(2), EINVAL ("both CLONE_FS and CLONE_NEWNS")
    .advice = Make a process.

rule-setns-threads = The caller shares root and working directory with other threads.
    .rule = Only who has them alone can enter another mount namespace, since they change with it.
    .source = setns(2), EINVAL
    .advice = Enter it before making threads.

rule-mount-kind-needs-admin = User { $uid } may not mount a { $fstype } here.
    .rule = In a user namespace only some kinds of file system may be mounted, and what they show has to belong to it: proc needs a pid namespace of one's own, sysfs a network namespace, control groups a cgroup namespace.
    .source = user_namespaces(7), "Effect of capabilities within a user namespace"
    .advice = Make that namespace together with the user namespace, as unshare -Urpm --fork does for proc.

rule-bind-namespace-loop = That mount namespace is no younger than the task's own.
    .rule = A mount namespace can be shown only in one that is older: two must not keep each other alive.
    .source = mount(2), EINVAL; fs/namespace.c, mnt_ns_loop
    .advice = Bind the file of a child's mount namespace from the parent's.

rule-mount-new-hierarchy-in-namespace = A new hierarchy can't be made in a cgroup namespace.
    .rule = Hierarchies of version 1 are made in the first cgroup namespace only; in others, those that are there can be mounted.
    .source = kernel/cgroup/cgroup-v1.c, cgroup1_root_to_use
    .advice = Mount the hierarchy outside first.

rule-mount-too-revealing = A new mount would show what is covered here.
    .rule = In a user namespace, proc and sysfs can be mounted only where a mount of them is in sight on which nothing else is mounted.
    .source = user_namespaces(7); fs/namespace.c, mount_too_revealing
    .advice = cat /proc/self/mountinfo shows what covers parts of it.
