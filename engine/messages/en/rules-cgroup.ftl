# Rules of control groups. Facts: $file is the interface file, $value what was written into it, $group a path
# within the hierarchy.

## What is written

rule-number-invalid = { $file } takes a number; “{ $value }” is none.
    .rule = The kernel reads decimal, 0x hexadecimal and 0 octal numbers. Most files accept no blanks around them, and none accepts letters, fractions or nothing at all.
    .source = lib/kstrtox.c, kstrtoull()
    .advice = Write one whole number, as in: echo 512 > { $file }

rule-number-range = “{ $value }” is beyond what { $file } can hold.
    .rule = A number that does not fit the file's range, or 64 bits, is refused with “Numerical result out of range”.
    .source = lib/kstrtox.c; admin-guide/cgroup-v2.rst, "Interface Files"
    .advice = Write a smaller number, or one that is not negative.

rule-cgroup-write-too-long = That is too much for { $file }.
    .rule = One write to a control file holds at most one page, 4096 bytes.
    .source = fs/kernfs/file.c, kernfs_fop_write_iter()
    .advice = Write less at once.

rule-cgroup-no-such-file = The group has no file { $file }.
    .rule = A group has the files of the controllers that its hierarchy has (version 1) or that its parent's cgroup.subtree_control names (version 2). Some files are not in the root.
    .source = admin-guide/cgroup-v1/cgroups.rst, "Mounting cgroups"; admin-guide/cgroup-v2.rst, "Controlling Controllers"
    .advice = Look with ls which files there are.

rule-cgroup-file-not-readable = { $file } can't be read.
    .rule = Some control files only take commands. Root may open them, and then read refuses.
    .source = kernel/cgroup/cgroup.c, cgroup_seqfile_show()
    .advice = Read the file that shows the result, such as devices.list for devices.allow.

rule-cgroup-file-not-writable = { $file } can't be written.
    .rule = Files that only show something are read-only. Root may open them for writing, and then write refuses.
    .source = kernel/cgroup/cgroup.c, cgroup_file_write()
    .advice = ls -l shows with a w which files of the group can be set.

## Mounting version 1

rule-cgroup-fstype = { $fstype } is no file system of control groups.
    .rule = Version 1 is mounted as cgroup, version 2 as cgroup2.
    .source = cgroups(7)
    .advice = Use: mount -t cgroup -o CONTROLLERS cgroup DIRECTORY

rule-cgroup1-unknown-option = “{ $option }” is neither a controller of this kernel nor an option.
    .rule = The words behind -o are names of controllers, as in /proc/cgroups, or all, none, name=, release_agent=, clone_children, noprefix, xattr, cpuset_v2_mode, favordynmods.
    .source = admin-guide/cgroup-v1/cgroups.rst, "Mounting cgroups"; kernel/cgroup/cgroup-v1.c, cgroup1_parse_param()
    .advice = Look into /proc/cgroups for the spelling.

rule-cgroup1-controller-busy = The controller { $controller } already belongs to another hierarchy ({ $hierarchy }).
    .rule = A version 1 controller is in one hierarchy at a time. A mount names exactly the set of a hierarchy that is there, or only free controllers.
    .source = admin-guide/cgroup-v1/cgroups.rst, "Mounting cgroups"; cgroups(7), "Cgroups version 1"
    .advice = Mount the same set ({ $hierarchy }), leave out { $controller }, or unmount the other hierarchy; it goes away only when it has no child groups.

rule-cgroup1-controller-on-v2 = The version 2 tree has { $controller } switched on for child groups.
    .rule = A controller moves from version 2 to version 1 only while no group but the root uses it.
    .source = admin-guide/cgroup-v2.rst, "Mounting"
    .advice = Write -{ $controller } into cgroup.subtree_control first, or remove the child groups.

rule-cgroup1-name-busy = A hierarchy named { $name } is there, with other controllers ({ $hierarchy }).
    .rule = If a mount gives both a name and controllers, both have to fit the hierarchy.
    .source = kernel/cgroup/cgroup-v1.c, cgroup1_root_to_use()
    .advice = Mount it by its name alone, or take another name.

rule-cgroup1-name-unknown = There is no hierarchy named { $name }.
    .rule = A name alone finds a hierarchy that is there. A new one needs controllers, or none.
    .source = admin-guide/cgroup-v1/cgroups.rst, "Mounting cgroups"
    .advice = Use -o none,name={ $name } for a hierarchy without controllers.

rule-cgroup1-name-invalid = “{ $name }” can't be the name of a hierarchy.
    .rule = A name has letters, digits, dots, dashes and underscores, and at least one of them.
    .source = admin-guide/cgroup-v1/cgroups.rst, "Mounting cgroups"
    .advice = Choose another name.

rule-cgroup1-name-too-long = A name of { $length } characters is too long.
    .rule = The name of a hierarchy has at most { $most } characters.
    .source = include/linux/cgroup-defs.h, MAX_CGROUP_ROOT_NAMELEN
    .advice = Choose a shorter name.

rule-cgroup1-name-twice = Two names were given.
    .rule = A hierarchy has one name.
    .source = kernel/cgroup/cgroup-v1.c, cgroup1_parse_param()
    .advice = Leave one name= out.

rule-cgroup1-release-agent-twice = Two release agents were given.
    .rule = A hierarchy has one release agent.
    .source = kernel/cgroup/cgroup-v1.c, cgroup1_parse_param()
    .advice = Leave one release_agent= out.

rule-cgroup1-all-with-controllers = The option all and the name of a controller contradict each other.
    .rule = all stands for every controller; beside it none may be named.
    .source = admin-guide/cgroup-v1/cgroups.rst, "Mounting cgroups"
    .advice = Leave out all, or the names.

rule-cgroup1-none-with-controllers = The option none and the name of a controller contradict each other.
    .rule = none asks for a hierarchy without controllers.
    .source = admin-guide/cgroup-v1/cgroups.rst, "Mounting cgroups"
    .advice = Leave out none, or the names.

rule-cgroup1-none-without-name = A hierarchy without controllers needs a name.
    .rule = A hierarchy is found again by its controllers or by its name, so it must have one of them.
    .source = admin-guide/cgroup-v1/cgroups.rst, "Mounting cgroups"
    .advice = Use -o none,name=NAME.

rule-cgroup1-noprefix = noprefix is only for cpuset by itself.
    .rule = The option exists for programs that knew the old cpuset file system, whose files had no prefix.
    .source = kernel/cgroup/cgroup-v1.c, check_cgroupfs_options()
    .advice = Leave it out.

rule-cgroup1-remount-children = The hierarchy has child groups ({ $children }), so it can't be changed.
    .rule = Controllers come and go only while there is no group but the root. With a child every remount is refused, even one that changes nothing.
    .source = kernel/cgroup/cgroup-v1.c, cgroup1_reconfigure()
    .advice = Remove the child groups first.

rule-cgroup1-remount-name = A remount can't change the name, noprefix or xattr.
    .rule = These are fixed when a hierarchy is made.
    .source = kernel/cgroup/cgroup-v1.c, cgroup1_reconfigure()
    .advice = Unmount, and mount a new hierarchy.

rule-cgroup2-unknown-option = “{ $option }” is no option of cgroup2.
    .rule = Version 2 has one tree with all controllers; they are switched on in cgroup.subtree_control, not by mount options.
    .source = admin-guide/cgroup-v2.rst, "Mounting"
    .advice = Mount without it: mount -t cgroup2 none DIRECTORY

## The tree

rule-cgroup-gone = The group has been removed.
    .rule = A directory that is open or someone's working directory can still be named, but nothing can be done in it.
    .source = kernel/cgroup/cgroup.c, cgroup_kn_lock_live()
    .advice = Go to a directory that is there.

rule-cgroup-name-exists = There is a file or group named { $name } already.
    .rule = Groups and control files of a directory share one space of names.
    .source = mkdir(2), EEXIST
    .advice = Choose another name.

rule-cgroup-name-newline = A group's name can't contain a newline.
    .rule = It would break the lines of /proc/PID/cgroup.
    .source = kernel/cgroup/cgroup.c, cgroup_mkdir()
    .advice = Choose another name.

rule-cgroup-name-too-long = The name is too long.
    .rule = A path has at most 4095 bytes. Control groups have no shorter limit for one name.
    .source = path_resolution(7)
    .advice = Choose a shorter name.

rule-cgroup-busy-tasks = { $group } has tasks in it ({ $tasks }).
    .rule = A group with living tasks can't be removed. Zombies do not count.
    .source = admin-guide/cgroup-v1/cgroups.rst, "How do I use cgroups ?"; admin-guide/cgroup-v2.rst, "Organizing Processes and Threads"
    .advice = Move the tasks into another group, or let them end.

rule-cgroup-busy-children = { $group } has child groups ({ $children }).
    .rule = Only a group without children can be removed. The control files need not be removed, and can't be.
    .source = admin-guide/cgroup-v2.rst, "Organizing Processes and Threads"
    .advice = Remove the children first, the innermost before the outer.

rule-cgroup-busy-root = The root of a hierarchy can't be removed.
    .rule = It goes away with the last umount, when there are no other groups.
    .source = cgroups(7), "Unmounting v1 controllers"
    .advice = Use umount.

## Tasks

rule-cgroup-pid-invalid = { $file } takes the pid of one process; “{ $value }” is none.
    .rule = One number in one write, not negative; 0 stands for the process that writes. Blanks around it are taken away.
    .source = kernel/cgroup/cgroup.c, cgroup_procs_write_start(); admin-guide/cgroup-v1/cgroups.rst, "Attaching processes"
    .advice = Write one pid at a time, as in: echo $$ > { $file }

rule-cgroup-pid-missing = There is no process { $pid }.
    .rule = The number has to be that of a process which exists, as the writer's pid namespace sees it.
    .source = cgroups(7), "Creating cgroups and moving processes"
    .advice = Look with ps which processes there are.

rule-pids-limit = { $group } may have { $limit } tasks, and has them.
    .rule = Where pids.max of a group or of one above it is reached, a fork fails with EAGAIN. Moving a task in is never refused.
    .source = admin-guide/cgroup-v1/pids.rst; admin-guide/cgroup-v2.rst, "PID"
    .advice = Raise pids.max, or let a task end and wait for it.

rule-pids-max-range = “{ $value }” is no limit of tasks.
    .rule = pids.max takes max, or a number from 0 to 4194304.
    .source = kernel/cgroup/pids.c, pids_max_write()
    .advice = Write max for no limit.

## cpuset

rule-cpuset-empty-attach = { $group } has nothing in { $file } yet.
    .rule = A new cpuset of version 1 has neither CPUs nor memory nodes. Before a task can be put into it, both cpuset.cpus and cpuset.mems have to be set.
    .source = admin-guide/cgroup-v1/cpusets.rst, "Basic Usage"; kernel/cgroup/cpuset.c, cpuset_can_attach()
    .advice = Write into cpuset.cpus and cpuset.mems of the group first, as in: echo 0 > cpuset.mems

rule-cpuset-root = The root's { $file } can't be changed.
    .rule = The root always has all CPUs and memory nodes that are online.
    .source = admin-guide/cgroup-v1/cpusets.rst, "What are cpusets ?"
    .advice = Make a child group and write there.

rule-cpuset-list = “{ $value }” is no list.
    .rule = A list has numbers and ranges with commas between: 0-1,3. The lower end of a range comes first.
    .source = admin-guide/cgroup-v1/cpusets.rst, "Basic Usage"; cpuset(7), "List format"
    .advice = Write something like 0 or 0-1.

rule-cpuset-cpu-range = This machine's CPUs are 0 to { $last }; “{ $value }” goes beyond.
    .rule = A CPU number that the kernel can't have is out of range.
    .source = lib/bitmap-str.c, bitmap_parselist()
    .advice = Write numbers from 0 to { $last }.

rule-cpuset-node-missing = This machine has not got all of “{ $value }”.
    .rule = Only CPUs and memory nodes that are online can be given. A machine without NUMA has memory node 0 alone.
    .source = kernel/cgroup/cpuset.c, update_nodemask()
    .advice = Write 0 into cpuset.mems.

rule-cpuset-outside-parent = The parent does not have what “{ $value }” asks for.
    .rule = In version 1 a cpuset has a subset of its parent's CPUs and memory nodes, and is exclusive only if its parent is.
    .source = admin-guide/cgroup-v1/cpusets.rst, "How are cpusets implemented ?" and "What are exclusive cpusets ?"
    .advice = Set the parent first.

rule-cpuset-child-outside = The child { $child } would have more than its parent.
    .rule = In version 1 a cpuset keeps all that its children have.
    .source = kernel/cgroup/cpuset.c, validate_change()
    .advice = Change the child first.

rule-cpuset-empty-with-tasks = The list can't be emptied while there are tasks in the group.
    .rule = Tasks need at least one CPU and one memory node.
    .source = kernel/cgroup/cpuset.c, validate_change()
    .advice = Move the tasks away first, or write a list that is not empty.

rule-cpuset-exclusive = The sibling { $sibling } would share CPUs or memory nodes that one of the two has for itself.
    .rule = If a cpuset is exclusive, no sibling may overlap it.
    .source = admin-guide/cgroup-v1/cpusets.rst, "What are exclusive cpusets ?"
    .advice = Give the two different CPUs, or write 0 into cpuset.cpu_exclusive.

rule-cpuset-relax-level = { $value } is no level of this machine.
    .rule = -1 is the default of the system; levels count upwards from 0 and end where the machine's CPUs have no more in common.
    .source = admin-guide/cgroup-v1/cpusets.rst, "What is sched_relax_domain_level ?"
    .advice = Write -1.

## cpu and cpuacct

rule-cpu-root = The root's { $file } can't be changed.
    .rule = Weights and limits divide the time of a group among its children. The root has no siblings.
    .source = kernel/sched/core.c, sched_group_set_shares() and tg_set_cfs_bandwidth()
    .advice = Make a child group and write there.

rule-cpu-idle-weight = An idle group's weight can't be set.
    .rule = While cpu.idle is 1 the group has the lowest weight there is.
    .source = kernel/sched/fair.c, sched_group_set_shares()
    .advice = Write 0 into cpu.idle first.

rule-cpu-idle-value = cpu.idle is 0 or 1.
    .rule = 1 makes the group run only when nothing else wants to.
    .source = kernel/sched/fair.c, sched_group_set_idle()
    .advice = Write 0 or 1.

rule-cpu-quota-range = { $value } is no quota.
    .rule = A quota has at least 1000 microseconds in each period. A negative number (version 1) or max (version 2) is no limit.
    .source = scheduler/sched-bwc.rst, "Management"
    .advice = Write 1000 or more.

rule-cpu-period-range = { $value } is no period.
    .rule = A period lasts from 1000 to 1000000 microseconds.
    .source = scheduler/sched-bwc.rst, "Management"
    .advice = 100000 is the default.

rule-cpu-burst-range = The burst would be more than the quota.
    .rule = cpu.cfs_burst_us (version 1) and cpu.max.burst (version 2) are at most the quota of one period.
    .source = scheduler/sched-bwc.rst, "Management"
    .advice = Make the burst smaller or the quota larger.

rule-cpu-quota-above-parent = That is a larger part of a CPU than { $parent } above it has.
    .rule = In version 1 quota divided by period must not be more than that of the nearest limited group above. Siblings together may be promised more than the parent has.
    .source = scheduler/sched-bwc.rst, "Hierarchical considerations"
    .advice = Raise the parent's quota first, or write less.

rule-cpu-quota-below-child = { $child } below it has a larger part of a CPU.
    .rule = In version 1 quota divided by period must not be less than that of any group below.
    .source = scheduler/sched-bwc.rst, "Hierarchical considerations"
    .advice = Lower the child's quota first.

rule-cpu-weight-range = { $value } is no weight.
    .rule = cpu.weight goes from 1 to 10000; 100 is the default.
    .source = admin-guide/cgroup-v2.rst, "CPU Interface Files"
    .advice = Write a number from 1 to 10000.

rule-cpu-nice-range = { $value } is no nice value.
    .rule = Nice values go from -20, the heaviest, to 19.
    .source = admin-guide/cgroup-v2.rst, "CPU Interface Files"
    .advice = Write a number from -20 to 19.

rule-cpu-max-form = cpu.max can't be read out of “{ $value }”.
    .rule = It takes a quota in microseconds or the word max, and behind it, if wanted, the period.
    .source = admin-guide/cgroup-v2.rst, "CPU Interface Files"
    .advice = Write something like 50000 100000, or max.

rule-cpuacct-only-zero = cpuacct.usage takes 0 only.
    .rule = Writing 0 sets the counter of this group back; no other number can be set.
    .source = kernel/sched/cpuacct.c, cpuusage_write()
    .advice = Write 0.

## memory

rule-memory-amount = “{ $value }” is no amount of memory.
    .rule = A whole number of bytes, with K, M, G, T, P or E behind it for powers of 1024 (one letter, no blank, no fraction); { $word } stands for no limit.
    .source = admin-guide/cgroup-v1/memory.rst, "Set a limit"; lib/cmdline.c, memparse()
    .advice = Write something like 64M.

rule-memory-root = The root's { $file } can't be changed.
    .rule = The root is not limited; it stands for the whole machine.
    .source = admin-guide/cgroup-v1/memory.rst, "User Interface"
    .advice = Make a child group and write there.

rule-memory-below-usage = The group uses { $usage } bytes, more than that.
    .rule = In version 1 a limit below the usage is accepted only if enough can be given back. Anonymous memory without swap can't be, so the write fails and the tasks live on. Version 2 accepts it and kills.
    .source = admin-guide/cgroup-v1/memory.rst, "Hard limit"
    .advice = Let tasks end first, or set a higher limit.

rule-memory-memsw-order = The limit of memory and swap together must not be below that of memory.
    .rule = memory.memsw.limit_in_bytes is at least memory.limit_in_bytes. To lower both, lower that of memory first; to raise both, raise memsw first.
    .source = admin-guide/cgroup-v1/memory.rst, "Swap Extension"
    .advice = Write the other one first.

rule-memory-swappiness = memory.swappiness goes from 0 to 200.
    .rule = It says how gladly the group's anonymous memory is swapped out compared with dropping file pages.
    .source = admin-guide/sysctl/vm.rst, "swappiness"; admin-guide/cgroup-v1/memory.rst, "Misc. interfaces"
    .advice = 60 is the default.

rule-memory-use-hierarchy = memory.use_hierarchy is 1 and stays so.
    .rule = From kernel 5.11 on a group always counts what is used below it.
    .source = admin-guide/cgroup-v1/memory.rst, "Hierarchical Accounting and Reclaim"
    .advice = Nothing needs to be written.

rule-memory-oom-control = memory.oom_control takes 0 or 1.
    .rule = 1 turns the out-of-memory killer off for the group: a task that needs more then waits.
    .source = admin-guide/cgroup-v1/memory.rst, "OOM Control"
    .advice = Write 0 or 1.

rule-memory-oom-group = memory.oom.group takes 0 or 1.
    .rule = 1 makes the out-of-memory killer kill all tasks of the group together.
    .source = admin-guide/cgroup-v2.rst, "Memory Interface Files"
    .advice = Write 0 or 1.

rule-memory-move-charge = { $value } is not a value of memory.move_charge_at_immigrate.
    .rule = Up to kernel 6.12 its two bits (0 to 3) asked for memory to move along with a task. Later kernels take 0 only.
    .source = admin-guide/cgroup-v1/memory.rst, "Move charges at task migration"
    .advice = Write 0.

rule-memory-no-room-to-move = The task's memory, { $bytes } bytes, has no room in { $group }.
    .rule = memory.move_charge_at_immigrate of the group asks for anonymous memory to move along. It is charged to the new group before it leaves the old one, and nobody is killed for it.
    .source = admin-guide/cgroup-v1/memory.rst, "Move charges at task migration"
    .advice = Set a higher limit, or write 0 to memory.move_charge_at_immigrate.

rule-memory-event = “{ $value }” does not register an event.
    .rule = A program writes an eventfd's and a control file's descriptor numbers here. That needs open descriptors of the writer itself.
    .source = admin-guide/cgroup-v1/memory.rst, "Memory thresholds"
    .advice = A shell can't use this file.

## devices, freezer, blkio and io

rule-devices-form = “{ $value }” names no device.
    .rule = First c or b, then MAJOR:MINOR with * for any, then letters of r (read), w (write), m (make). Or a, for everything.
    .source = admin-guide/cgroup-v1/devices.rst, "User Interface"
    .advice = Write something like: c 1:3 rw

rule-devices-parent = The parent does not allow that.
    .rule = A group never has access to more than its parent has.
    .source = admin-guide/cgroup-v1/devices.rst, "Hierarchy"
    .advice = Allow it in the parent first.

rule-devices-children = Everything at once can be allowed or denied only in a group without children.
    .rule = Writing a changes what the group's list means, and children depend on that.
    .source = security/device_cgroup.c, devcgroup_update_access()
    .advice = Do it before making child groups.

rule-freezer-state = “{ $value }” can't be written into freezer.state.
    .rule = FROZEN and THAWED can be written, in capital letters. FREEZING is only shown, on the way.
    .source = admin-guide/cgroup-v1/freezer-subsystem.rst
    .advice = Write FROZEN or THAWED.

rule-blkio-form = “{ $value }” is no limit of a device.
    .rule = MAJOR:MINOR of a block device, a blank, and a number; 0 takes the limit away.
    .source = admin-guide/cgroup-v1/blkio-controller.rst, "Throttling/Upper limit policy files"
    .advice = Write something like: 8:0 1048576

rule-blkio-no-device = There is no block device { $device }.
    .rule = A limit is for a whole disk that the kernel has, not for a partition.
    .source = block/blk-cgroup.c, blkg_conf_open_bdev()
    .advice = Look into /proc/partitions on a real machine.

rule-io-max-form = “{ $value }” is no line of io.max.
    .rule = MAJOR:MINOR, then any of rbps=, wbps=, riops=, wiops= with a number or max.
    .source = admin-guide/cgroup-v2.rst, "IO Interface Files"
    .advice = Write something like: 8:0 rbps=1048576 wiops=100

rule-io-max-zero = A limit of 0 is out of range.
    .rule = Limits of io.max are at least 1 (2 for bytes); max takes one away.
    .source = block/blk-throttle.c, tg_set_limit()
    .advice = Write max for no limit.

## Version 2

rule-cgroup2-subtree-word = “{ $word }” is not understood.
    .rule = Each word is + or - and the name of a version 2 controller. One that is wrong, and nothing of the line is done. The controllers cpuacct, devices, freezer and net_cls are version 1 only; blkio is called io.
    .source = admin-guide/cgroup-v2.rst, "Enabling and Disabling"
    .advice = Write something like: +cpu +memory

rule-cgroup2-not-available = { $controller } is not in this group's cgroup.controllers.
    .rule = Top-down constraint: a group can hand on only controllers that its parent has given it. One that a version 1 hierarchy has is not there at all.
    .source = admin-guide/cgroup-v2.rst, "Top-down Constraint"
    .advice = Write +{ $controller } into the parent's cgroup.subtree_control first.

rule-cgroup2-disable-in-use = The child { $child } hands { $controller } on to its own children.
    .rule = Top-down constraint: a controller can't be taken from a group that has it switched on for its children.
    .source = admin-guide/cgroup-v2.rst, "Top-down Constraint"
    .advice = Write -{ $controller } into the cgroup.subtree_control of { $child } first.

rule-cgroup2-internal-attach = { $group } hands controllers on to its children ({ $controllers }), so it takes no processes itself.
    .rule = No internal processes: only groups without such controllers have processes, so that children never compete with their parent's own. The root is free of this.
    .source = admin-guide/cgroup-v2.rst, "No Internal Process Constraint"
    .advice = Make a child group and put the process there.

rule-cgroup2-internal-enable = { $group } has processes in it ({ $tasks }).
    .rule = No internal processes: memory, io and other domain controllers can be switched on for children only while the group itself has no processes.
    .source = admin-guide/cgroup-v2.rst, "No Internal Process Constraint"
    .advice = Move the processes into a child group first.

rule-cgroup2-invalid-domain = The group is in an invalid state (domain invalid).
    .rule = Below a threaded domain a group has to become threaded before it takes processes or controllers.
    .source = admin-guide/cgroup-v2.rst, "Threads"
    .advice = Write threaded into its cgroup.type.

rule-cgroup2-domain-in-threaded = { $controller } does not work inside a threaded domain.
    .rule = Only cpu, cpuset, perf_event and pids can divide single threads.
    .source = admin-guide/cgroup-v2.rst, "Threads"
    .advice = Use one of those, or a group without threaded children.

rule-cgroup2-type-threaded-only = “{ $value }” can't be written into cgroup.type.
    .rule = The only word is threaded, and there is no way back.
    .source = admin-guide/cgroup-v2.rst, "Threads"
    .advice = Remove the group and make it again for a domain.

rule-cgroup2-type-in-use = The group has processes in or below it, or domain controllers switched on.
    .rule = Only an empty group without domain controllers can become threaded.
    .source = kernel/cgroup/cgroup.c, cgroup_enable_threaded()
    .advice = Move the processes away first.

rule-cgroup2-type-parent = The parent can't be the root of a threaded domain.
    .rule = It must not have domain controllers switched on, nor children that are domains with processes.
    .source = admin-guide/cgroup-v2.rst, "Threads"
    .advice = Switch off memory and io in the parent's cgroup.subtree_control.

rule-cgroup2-thread-domain = The thread belongs to another resource domain.
    .rule = A thread can move only within the threaded domain of its process.
    .source = admin-guide/cgroup-v2.rst, "Threads"
    .advice = Move the whole process through cgroup.procs.

rule-cgroup2-threaded-procs = A threaded group's cgroup.procs can't be read.
    .rule = Its threads are parts of processes; the processes are listed by the domain above.
    .source = admin-guide/cgroup-v2.rst, "Threads"
    .advice = Read cgroup.threads.

rule-cgroup2-max-descendants = { $group } may have { $limit } groups below it.
    .rule = cgroup.max.descendants counts all groups below, not only children.
    .source = admin-guide/cgroup-v2.rst, "Core Interface Files"
    .advice = Raise the limit, or remove a group.

rule-cgroup2-max-depth = Groups below { $group } may be { $limit } deep.
    .rule = cgroup.max.depth counts levels below the group.
    .source = admin-guide/cgroup-v2.rst, "Core Interface Files"
    .advice = Raise the limit, or make the group higher up.

rule-cgroup2-freeze-value = cgroup.freeze takes 0 or 1.
    .rule = 1 freezes the group and all below it, 0 thaws it.
    .source = admin-guide/cgroup-v2.rst, "Core Interface Files"
    .advice = Write 0 or 1.

rule-cgroup2-kill-value = cgroup.kill takes 1.
    .rule = Writing 1 kills all processes in and below the group.
    .source = admin-guide/cgroup-v2.rst, "Core Interface Files"
    .advice = Write 1.

rule-cgroup2-kill-threaded = A threaded group can't be killed by itself.
    .rule = Killing acts on whole processes, which belong to the domain above.
    .source = admin-guide/cgroup-v2.rst, "Core Interface Files"
    .advice = Write into the cgroup.kill of the domain.

rule-cgroup1-not-built = The controller { $controller } can't be mounted as version 1 on this kernel.
    .rule = A kernel can be built without version 1 of memory and cpuset, and cgroup_no_v1= takes it away at boot for any controller. Version 2 has the controller nevertheless.
    .source = kernel/cgroup/cgroup-v1.c, cgroup1_parse_param(); admin-guide/kernel-parameters.txt, "cgroup_no_v1"
    .advice = Use the controller in the version 2 tree, or a kernel that has its version 1.

rule-cpu-rt = The runtime of real-time tasks does not fit.
    .rule = The runtime is at most the period, the period is not 0, and all children together get no larger part of the time than their parent has.
    .source = kernel/sched/rt.c, tg_set_rt_bandwidth()
    .advice = Give the parent a larger cpu.rt_runtime_us first, or ask for less.

rule-cpu-uclamp = { $value } is no percentage.
    .rule = A clamp is a number from 0 to 100 with at most two decimals, or max.
    .source = cgroup-v2.rst, "CPU Interface Files"; kernel/sched/core.c, capacity_from_percent()
    .advice = Write a number such as 42.50, or max.

rule-cpuset-partition = { $value } is no kind of partition.
    .rule = cpuset.cpus.partition takes member, root or isolated (isolated from 6.1 on).
    .source = cgroup-v2.rst, "cpuset.cpus.partition"
    .advice = Write member, root or isolated.

rule-memory-reclaim = The kernel could not free as much as was asked for.
    .rule = memory.reclaim answers EAGAIN where less was freed than was written.
    .source = cgroup-v2.rst, "memory.reclaim"
    .advice = Ask for less; without swap, memory that programs use can't be freed.

rule-memory-reclaim-form = “{ $value }” is no amount of memory to free.
    .rule = A whole number of bytes, with K, M, G, T, P or E behind it for powers of 1024; from Linux 6.9 on swappiness= with a number from 0 to 200 may follow. Less than a page is nothing to do.
    .source = cgroup-v2.rst, "memory.reclaim"; mm/memcontrol.c, memory_reclaim()
    .advice = Write something like 64M.

rule-memory-use-hierarchy-parent = The group above counts what is below it, so this one has to as well.
    .rule = Before 5.11 memory.use_hierarchy could be changed only where the parent had it off.
    .source = admin-guide/cgroup-v1/memory.rst, "Hierarchy support"
    .advice = Set it at the parent, before it has children.

rule-memory-use-hierarchy-children = The group has children already.
    .rule = Before 5.11 memory.use_hierarchy could be changed only while there were no children.
    .source = admin-guide/cgroup-v1/memory.rst, "Hierarchy support"
    .advice = Remove the children first.

rule-blkio-weight = { $value } is no weight.
    .rule = Weights go from 1 to { $most }.
    .source = cgroup-v2.rst, "IO"; block/bfq-cgroup.c
    .advice = Write a number from 1 to { $most }.

rule-pressure-trigger = { $value } is no trigger.
    .rule = A trigger is some or full, a time of stalling and a window, both in microseconds; the window is from 500000 to 10000000, the time at most the window.
    .source = accounting/psi.rst, "Monitoring for pressure thresholds"
    .advice = Write for example: some 150000 1000000

rule-pressure-switch = cgroup.pressure is 0 or 1.
    .rule = 0 stops the accounting of pressure in this group.
    .source = cgroup-v2.rst, "cgroup.pressure"
    .advice = Write 0 or 1.

rule-net_prio-form = A priority is given as the name of a network device and a number.
    .rule = One device a write.
    .source = admin-guide/cgroup-v1/net_prio.rst
    .advice = Write for example: lo 5

rule-net_prio-no-device = There is no network device { $device }.
    .rule = Priorities are by device, and the device has to be there.
    .source = net/core/netprio_cgroup.c, write_priomap()
    .advice = Look into net_prio.ifpriomap for the names.

rule-hugetlb-root = The root has no limits on huge pages.
    .rule = The root stands for the whole machine.
    .source = mm/hugetlb_cgroup.c, hugetlb_cgroup_write()
    .advice = Make a child group and set the limit there.

rule-rdma-form = rdma.max takes a device and its limits.
    .rule = Behind the device's name stand hca_handle and hca_object, each with = and a number or max.
    .source = kernel/cgroup/rdma.c, rdmacg_parse_limits()
    .advice = Write a line such as: mlx5_0 hca_handle=2 hca_object=max

rule-rdma-no-device = The machine has no RDMA device { $device }.
    .rule = A limit of rdma.max is for a device that the machine has.
    .source = kernel/cgroup/rdma.c, rdmacg_resource_set_max()
    .advice = On a machine without RDMA devices there is nothing to limit.

rule-misc-resource = The machine has no such resource.
    .rule = A limit names a resource of misc.capacity.
    .source = cgroup-v2.rst, "Misc"
    .advice = Look into misc.capacity; where it is empty there is nothing to limit.

rule-cgroup-kernel-thread = Pid { $pid } is a thread of the kernel that has to stay in the root.
    .rule = kthreadd, and kernel threads that are bound to a CPU, can't be moved.
    .source = kernel/cgroup/cgroup.c, cgroup_procs_write_start()
    .advice = Move programs instead; kernel threads have no program (an empty /proc/PID/cmdline).

rule-cgroup2-rename = A version 2 group keeps its name.
    .rule = Only version 1 lets groups be renamed.
    .source = kernel/cgroup/cgroup.c, cgroup_kf_syscall_ops
    .advice = Make a group of the new name and move the tasks.

rule-cgroup1-rename-file = { $name } is a file of a group, and only groups get other names.
    .rule = rename(2) in a hierarchy is for directories.
    .source = kernel/cgroup/cgroup-v1.c, cgroup1_rename()
    .advice = A controller's files have the controller's names; read and write them under these.

rule-cgroup1-rename-parent = A group can't be moved below another one.
    .rule = rename(2) gives a group another name within the same parent, no more.
    .source = kernel/cgroup/cgroup-v1.c, cgroup1_rename()
    .advice = Make a group at the new place and move the tasks.

## Whose groups are

rule-cgroup1-move-others = User { $uid } may not move process { $pid }, which belongs to user { $owner }.
    .rule = In version 1, who may write to the file may move only its own tasks; root moves all.
    .source = cgroups(7), "Cgroups delegation: delegating a hierarchy to a less privileged user"; kernel/cgroup/cgroup-v1.c, __cgroup1_procs_write()
    .advice = Let root move it, or let the task's own user do it.

rule-cgroup2-move-across = User { $uid } may not move process { $pid } across { $ancestor }.
    .rule = In version 2, who moves a task needs write permission on cgroup.procs of the target and of the nearest group that is above both the old and the new one.
    .source = cgroup-v2.rst, "Delegation Containment"
    .advice = Let root put the first process into the delegated groups; from there its user can move it among them.

rule-cpuset-move-others = User { $uid } may not say where process { $pid } runs.
    .rule = Who moves a task to another cpuset needs all capabilities that the task has, or CAP_SYS_NICE. Since Linux 6.6 version 2 does not ask for that where both groups have the same CPUs and memory nodes.
    .source = kernel/cgroup/cpuset.c, cpuset_can_attach(); security/commoncap.c, cap_safe_nice()
    .advice = Let root move it.

rule-cgroup1-agent-needs-root = User { $uid } may not set a release agent.
    .rule = A release agent is run by the kernel as root, so that setting it needs CAP_SYS_ADMIN.
    .source = cgroups(7), "Cgroup v1 release notification"; kernel/cgroup/cgroup-v1.c, cgroup_release_agent_write()
    .advice = Let root do it.

rule-devices-needs-root = User { $uid } may not change which devices a group has.
    .rule = devices.allow and devices.deny need CAP_SYS_ADMIN besides write permission.
    .source = admin-guide/cgroup-v1/devices.rst; security/device_cgroup.c, devcgroup_update_access()
    .advice = Let root do it.
