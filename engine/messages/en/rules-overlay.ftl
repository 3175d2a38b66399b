# Rules of overlayfs, extended attributes, sizes and times of files. $path is what was typed.

rule-overlay-no-upper = { $path } is in an overlay without an upper layer.
    .rule = An overlay writes to its upper layer only. Without one it is read-only, and can't be remounted writable.
    .source = Documentation/filesystems/overlayfs.rst, "Multiple lower layers"; fs/overlayfs/super.c, ovl_reconfigure()
    .advice = Mount it with upperdir= and workdir=.

rule-overlay-no-lower = The overlay has no lower layer.
    .rule = An overlay needs lowerdir=, and a second lower layer or an upper one.
    .source = fs/overlayfs/super.c, ovl_fill_super(): EINVAL
    .advice = For example: mount -t overlay o -o lowerdir=l,upperdir=u,workdir=w /mnt

rule-overlay-one-layer = One lower layer and no upper one are not enough for an overlay.
    .rule = Without an upper layer at least two lower layers are needed.
    .source = fs/overlayfs/super.c, ovl_get_lowerstack(): EINVAL
    .advice = Add upperdir= and workdir=, or a second lower layer behind a colon.

rule-overlay-no-work = The upper layer { $path } has no work directory.
    .rule = With upperdir= goes workdir=, an empty directory of the same mount in which copies are made.
    .source = Documentation/filesystems/overlayfs.rst, "Upper and Lower"; fs/overlayfs/super.c: EINVAL
    .advice = Make a directory beside the upper one and add workdir=.

rule-overlay-empty-layer = A layer in { $option } has no name.
    .rule = lowerdir= is a list of directories with colons between them.
    .source = fs/overlayfs/params.c: EINVAL
    .advice = Take the colon out that has nothing before or behind it.

rule-overlay-too-many = These are too many layers.
    .rule = An overlay has { $most } lower layers at most.
    .source = fs/overlayfs/ovl_entry.h, OVL_MAX_STACK: EINVAL
    .advice = Put several layers together into one.

rule-overlay-options = { $one } and { $other } can't be had together.
    .rule = Some options of overlayfs need one another, others exclude each other.
    .source = fs/overlayfs/params.c, ovl_fs_params_verify(): EINVAL
    .advice = Leave one of them out.

rule-overlay-layer-kind = { $path } can't be a layer.
    .rule = A layer is a directory of a file system whose names do not come and go by themselves.
    .source = fs/overlayfs/params.c, ovl_mount_dir_check(): EINVAL
    .advice = Take a directory on a tmpfs or a disk.

rule-overlay-upper-kind = { $path } can't be an upper layer.
    .rule = The upper layer has to take whiteouts and extended attributes. Overlays themselves, proc, sysfs and cgroup can't.
    .source = Documentation/filesystems/overlayfs.rst, "Upper and Lower"; fs/overlayfs/super.c: EINVAL
    .advice = Take a directory on a tmpfs or a disk.

rule-overlay-upper-read-only = The upper layer { $path } is on a read-only file system.
    .rule = What is changed in an overlay is written to its upper layer.
    .source = fs/overlayfs/super.c, ovl_get_upper(): EINVAL
    .advice = Remount it writable, or mount several lower layers without an upper one.

rule-overlay-work-mount = { $path } and its work directory are on different mounts.
    .rule = A copy is made in the work directory and then renamed, which works only within a mount.
    .source = Documentation/filesystems/overlayfs.rst, "Upper and Lower"; fs/overlayfs/super.c: EINVAL
    .advice = Make the work directory beside the upper one.

rule-overlay-work-inside = { $path } and its work directory are inside of one another.
    .rule = Neither of the two directories may be the other, or be above it.
    .source = fs/overlayfs/super.c, ovl_workdir_ok(): EINVAL
    .advice = Make the work directory beside the upper one.

rule-overlay-in-use = The upper layer { $path } belongs to another overlay that is mounted.
    .rule = With index=on an upper or work directory can't be shared by two overlays. Without, what they do to each other is undefined.
    .source = Documentation/filesystems/overlayfs.rst, "Sharing and copying layers": EBUSY
    .advice = Give each overlay its own upper and work directory.

rule-overlay-overlap = The layer { $path } is inside of another layer, or the same.
    .rule = Layers may not overlap; only an upper layer inside of a lower one is let pass.
    .source = fs/overlayfs/super.c, ovl_check_overlapping_layers(): ELOOP
    .advice = Take directories that are not inside of one another.

rule-overlay-stale = The upper layer was mounted with other lower layers before.
    .rule = With index=on an upper layer remembers the lower layer that it belongs to.
    .source = Documentation/filesystems/overlayfs.rst, "Sharing and copying layers": ESTALE
    .advice = Mount it with the lower layers it was made with, or make new upper and work directories.

rule-overlay-depth = The overlay would stand on too many file systems.
    .rule = File systems can be stacked { $depth } high: an overlay over an overlay, and no more.
    .source = include/linux/fs.h, FILESYSTEM_MAX_STACK_DEPTH: EINVAL
    .advice = List the layers of the overlay below as layers of this one.

rule-overlay-rename-directory = { $path } is a directory that a lower layer has a part in.
    .rule = Such a directory is renamed only with redirect_dir=on, which keeps its old path in an extended attribute.
    .source = Documentation/filesystems/overlayfs.rst, "renaming directories": EXDEV
    .advice = mv copies it and removes the old one.

rule-overlay-rename-not-empty = { $path } is not empty.
    .rule = A directory replaces an empty one only. The upper layer finds that out when what is renamed was made ready already.
    .source = rename(2), ENOTEMPTY; fs/overlayfs/dir.c, ovl_rename()
    .advice = Empty the directory first, or take another name.

rule-overlay-redirect-forbidden = { $path } was renamed with redirect_dir=on, and redirects are not followed here.
    .rule = With redirect_dir=nofollow or userxattr a directory with a redirect can't be looked up.
    .source = Documentation/filesystems/overlayfs.rst, "renaming directories"; fs/overlayfs/namei.c: EPERM
    .advice = Mount with redirect_dir=follow.

rule-overlay-no-attributes = The upper layer takes no attribute { $name }.
    .rule = That a directory is opaque is kept in an extended attribute. Where there are none, what needs it fails.
    .source = fs/overlayfs/overlayfs.h, ovl_check_setxattr(): EIO
    .advice = Take an upper layer on a file system with these attributes, or mount without userxattr.

rule-overlay-whiteout = A whiteout can't be made through an overlay.
    .rule = A character device 0/0 in a layer says that a name is not there; the overlay makes it itself when a file is removed.
    .source = fs/overlayfs/dir.c, ovl_mknod(): EPERM
    .advice = Remove the file, or make the device in the layer while the overlay is not mounted.

rule-overlay-copy-up-full = The file of { $size } bytes does not fit into the upper layer.
    .rule = The first change to a file of a lower layer copies all of it to the upper one.
    .source = Documentation/filesystems/overlayfs.rst, "Non-directories"; tmpfs(5): ENOSPC
    .advice = Make the upper layer's file system larger, or use metacopy=on for changes of attributes.

## Files

rule-tmpfs-full = There is no room left in the file system.
    .rule = A tmpfs holds as much as its option size says. What fitted is written.
    .source = tmpfs(5), "size"; write(2), ENOSPC
    .advice = Remove files, or remount it: mount -o remount,size=SIZE PATH

rule-tmpfs-inodes = There is no room for { $path }.
    .rule = A tmpfs has as many files and names as its option nr_inodes says.
    .source = tmpfs(5), "nr_inodes": ENOSPC
    .advice = Remove files, or remount it with a larger nr_inodes.

rule-rename-flags = The flags { $flags } are not for this.
    .rule = renameat2 takes one of noreplace, exchange and whiteout, and not each file system has all of them.
    .source = rename(2), EINVAL
    .advice = Rename without flags.

rule-link-directory = { $path } is a directory.
    .rule = A directory has one name; hard links are for other files.
    .source = link(2), EPERM
    .advice = Make a symbolic link: ln -s

rule-not-a-link = { $path } is no symbolic link.
    .rule = Only a symbolic link points somewhere.
    .source = readlink(2), EINVAL
    .advice = ls -l shows what it is.

rule-truncate-kind = { $path } is no regular file.
    .rule = Only a regular file has a size that can be set.
    .source = truncate(2), EINVAL
    .advice = Take a regular file.

rule-utimensat-owner = { $path } belongs to user { $owner }, and the caller is { $uid }.
    .rule = Times that are given are set by the owner, or with CAP_FOWNER. To now, they are set by all who may write.
    .source = utimensat(2), EPERM
    .advice = Set the times to now, or let the owner do it.

rule-xattr-too-long = The value of { $name } is too long.
    .rule = The value of an extended attribute has 65536 bytes at most.
    .source = xattr(7); setxattr(2), E2BIG
    .advice = Put it into a file.

rule-xattr-name-length = A name of { $length } bytes is not possible.
    .rule = The name of an extended attribute has 1 to 255 bytes.
    .source = xattr(7); setxattr(2), ERANGE
    .advice = Take another name.

rule-xattr-name = { $name } is no name within its namespace.
    .rule = Behind user. or trusted. something has to follow.
    .source = fs/xattr.c, xattr_resolve_name(): EINVAL
    .advice = For example user.author

rule-xattr-exists = { $path } has the attribute { $name } already.
    .rule = With XATTR_CREATE an attribute must not be there.
    .source = setxattr(2), EEXIST
    .advice = Leave the flag out.

rule-xattr-missing = { $path } has no attribute { $name }.
    .rule = An attribute has to be there to be read, removed or replaced.
    .source = getxattr(2), ENODATA
    .advice = sys llistxattr { $path }

rule-xattr-flag = There is no flag { $flag }.
    .rule = setxattr takes XATTR_CREATE or XATTR_REPLACE.
    .source = setxattr(2), EINVAL
    .advice = create or replace

rule-xattr-trusted = { $name } is for those who may administer the system.
    .rule = Attributes in trusted. need CAP_SYS_ADMIN. For others they are not there.
    .source = xattr(7), "Trusted extended attributes"
    .advice = Use a name in user.

rule-xattr-user-kind = { $path } is neither a regular file nor a directory.
    .rule = Attributes in user. are for regular files and directories only.
    .source = xattr(7), "User extended attributes"
    .advice = Use a name in trusted.

rule-xattr-not-supported = The file system of { $path } has no attributes such as { $name }.
    .rule = A name begins with user., trusted., security. or system., and each file system has some of these.
    .source = xattr(7); setxattr(2), EOPNOTSUPP
    .advice = Use a name in trusted. on a tmpfs; in user. since Linux 6.6.

rule-xattr-overlay = { $name } belongs to the overlay itself.
    .rule = Before Linux 6.7 the overlay's own attributes can neither be read nor set through it.
    .source = fs/overlayfs/xattrs.c: EOPNOTSUPP
    .advice = Look at the file in the upper layer.
