# What each control file is. Shown as tooltip and by help. "Default" is the value right after mkdir.

## Every group

file-tasks = The threads in this group, one pid a line. Writing a pid moves that thread here; 0 means the writer.
file-cgroup-procs = The processes in this group, one pid a line. Writing a pid moves the whole process here; 0 means the writer.
file-cgroup-clone_children = Flag. With 1 a new child starts with a copy of this group's cpuset. Inherited by new children. Default 0.
file-cgroup-sane_behavior = Left over from an experiment; always 0. In the root only.
file-notify_on_release = Flag. With 1 the kernel runs the release agent when the last task and the last child are gone. Inherited by new children. Default 0.
file-release_agent = The program that the kernel runs when a group with notify_on_release becomes empty; it gets the group's path. In the root only.

## Every group of version 2

file-cgroup-type = What the group is: domain, domain threaded, domain invalid or threaded. Only the word threaded can be written, and there is no way back.
file-cgroup-threads = The threads in this group, one number a line. Writing one moves that thread, within the same threaded domain.
file-cgroup-controllers = The controllers that this group has from its parent and can hand on.
file-cgroup-subtree_control = The controllers that the children have. Write +NAME and -NAME to change it.
file-cgroup-events = populated: 1 if there is a process here or below. frozen: 1 if the group is frozen.
file-cgroup-max-descendants = Most groups below this one, a number or max. Default max.
file-cgroup-max-depth = Most levels of groups below this one, a number or max. Default max.
file-cgroup-stat = Numbers of groups below this one: living, and removed but not yet freed.
file-cgroup-freeze = Flag. 1 freezes all processes here and below, 0 thaws them. Default 0. SIGKILL works on frozen processes.
file-cgroup-kill = Write 1 to send SIGKILL to all processes here and below.

## cpu

file-cpu-shares = Weight against the siblings when CPUs are short: twice the shares, twice the time. From 2 to 262144; default 1024, which is also the weight of a single task beside groups.
file-cpu-weight = Weight against the siblings when CPUs are short: twice the weight, twice the time. From 1 to 10000; default 100.
file-cpu-weight-nice = The same weight as a nice value, from -20 (heavy) to 19 (light). Default 0.
file-cpu-idle = Flag. 1 gives the group the lowest weight there is. Default 0.
file-cpu-cfs_quota_us = Microseconds of CPU time that the group may use in each period; more than a period is more than one CPU. At least 1000; -1, the default, is no limit.
file-cpu-cfs_period_us = Length of a period in microseconds, from 1000 to 1000000. Default 100000.
file-cpu-cfs_burst_us = Microseconds of unused quota that may be saved up for later, at most the quota. Default 0.
file-cpu-max = Quota and period in microseconds: 50000 100000 is half a CPU. max is no limit. Default max 100000.
file-cpu-max-burst = Microseconds of unused quota that may be saved up for later, at most the quota. Default 0.
file-cpu-stat = How many periods have passed with runnable tasks, in how many of them the quota ran out, and for how long tasks were held back, in nanoseconds.
file-cpu-stat-v2 = CPU time used here and below, in microseconds; with the cpu controller also periods and how often and how long the limit held tasks back.
file-cpu-stat-local = How long this group itself was held back by a quota, in nanoseconds.
file-cpu-stat-local-v2 = How long this group itself was held back by a limit, in microseconds.

## cpuacct

file-cpuacct-usage = CPU time used here and below, in nanoseconds. Writing 0 sets it back.
file-cpuacct-usage_user = The part of it spent in programs, in nanoseconds.
file-cpuacct-usage_sys = The part of it spent in the kernel, in nanoseconds.
file-cpuacct-usage_percpu = CPU time by CPU, in nanoseconds.
file-cpuacct-usage_percpu_user = Time spent in programs by CPU, in nanoseconds.
file-cpuacct-usage_percpu_sys = Time spent in the kernel by CPU, in nanoseconds.
file-cpuacct-usage_all = A table of CPUs with the time spent in programs and in the kernel, in nanoseconds.
file-cpuacct-stat = Time spent in programs (user) and in the kernel (system), in hundredths of a second.

## cpuset

file-cpuset-cpus = The CPUs that tasks here may run on, as a list: 0-1,3. Empty in a new group, and then no task can be put into it. A subset of the parent's.
file-cpuset-mems = The memory nodes that tasks here may use, as a list; 0 on machines without NUMA. Empty in a new group, and then no task can be put into it.
file-cpuset-effective_cpus = The CPUs that tasks here really have.
file-cpuset-effective_mems = The memory nodes that tasks here really have.
file-cpuset-cpus-v2 = The CPUs that are asked for, as a list: 0-1,3. Empty, the default, means those of the parent.
file-cpuset-mems-v2 = The memory nodes that are asked for, as a list. Empty, the default, means those of the parent.
file-cpuset-cpus-effective = The CPUs that tasks here really have: what was asked for within the parent's, or the parent's if nothing is left.
file-cpuset-mems-effective = The memory nodes that tasks here really have.
file-cpuset-cpu_exclusive = Flag. With 1 no sibling may have one of these CPUs. The parent has to be exclusive too. Default 0.
file-cpuset-mem_exclusive = Flag. With 1 no sibling may have one of these memory nodes. The parent has to be exclusive too. Default 0.
file-cpuset-mem_hardwall = Flag. With 1 the kernel's own memory for these tasks is taken from these nodes too. Default 0.
file-cpuset-memory_migrate = Flag. With 1 pages move along when the memory nodes change. Default 0.
file-cpuset-memory_spread_page = Flag. With 1 the page cache is spread over the memory nodes. Default 0.
file-cpuset-memory_spread_slab = Flag. With 1 some of the kernel's caches are spread over the memory nodes. Default 0.
file-cpuset-sched_load_balance = Flag. With 1, the default, the scheduler spreads tasks over these CPUs.
file-cpuset-sched_relax_domain_level = How far the scheduler looks for work when a CPU becomes idle. -1, the default, is the system's choice.
file-cpuset-memory_pressure = How often tasks here had to free memory directly. Counted only if memory_pressure_enabled is 1 in the root.
file-cpuset-memory_pressure_enabled = Flag. 1 turns counting of memory_pressure on. In the root only. Default 0.

## memory

file-memory-usage_in_bytes = Memory charged here and below, in bytes.
file-memory-max_usage_in_bytes = The highest usage so far, in bytes. Writing anything sets it back to the usage now.
file-memory-limit_in_bytes = Most memory that may be charged here and below, in bytes, rounded down to pages of 4096. K, M, G may follow; -1 is no limit, the default (shown as 9223372036854771712).
file-memory-soft_limit_in_bytes = What the group should be reduced to when the machine is short of memory, in bytes. Default no limit.
file-memory-failcnt = How often the limit was hit. Writing anything sets it back.
file-memory-memsw-usage_in_bytes = Memory and swap charged here and below, in bytes.
file-memory-memsw-max_usage_in_bytes = The highest of memory and swap together so far, in bytes.
file-memory-memsw-limit_in_bytes = Most of memory and swap together, in bytes. Never below memory.limit_in_bytes.
file-memory-memsw-failcnt = How often the limit of memory and swap was hit.
file-memory-kmem-usage_in_bytes = The kernel's memory for tasks here, in bytes.
file-memory-kmem-max_usage_in_bytes = The highest of the kernel's memory so far, in bytes.
file-memory-kmem-failcnt = How often the limit of the kernel's memory was hit.
file-memory-kmem-limit_in_bytes = Once a limit of the kernel's memory. It has no effect any more: what is written is accepted and forgotten.
file-memory-kmem-slabinfo = Once a table of the kernel's caches. Empty in newer kernels.
file-memory-kmem-tcp-usage_in_bytes = Memory in TCP buffers, in bytes.
file-memory-kmem-tcp-max_usage_in_bytes = The highest of TCP buffers so far, in bytes.
file-memory-kmem-tcp-failcnt = How often the limit of TCP buffers was hit.
file-memory-kmem-tcp-limit_in_bytes = Most memory in TCP buffers, in bytes. Default no limit.
file-memory-swappiness = How gladly anonymous memory is swapped out compared with dropping file pages, from 0 to 200. Default 60, or the parent's.
file-memory-use_hierarchy = Always 1: a group counts what is used below it.
file-memory-oom_control = oom_kill_disable: 1 turns the out-of-memory killer off. under_oom: 1 while tasks wait for memory. oom_kill: how many tasks were killed.
file-memory-move_charge_at_immigrate = Bits that say which memory moves along with a task: 1 anonymous, 2 files. Default 0: all stays charged where it was.
file-memory-force_empty = Writing anything makes the kernel free as much of the group's memory as it can.
file-memory-stat = What the memory is used for, in bytes or events; total_ counts groups below too.
file-memory-stat-v2 = What the memory of the group and those below it is used for, in bytes.
file-memory-numa_stat = The same by memory node, in pages of 4096 bytes.
file-memory-pressure_level = For programs that want to be told when memory gets short; used together with cgroup.event_control.
file-cgroup-event_control = For programs that want to be told of events: two descriptor numbers register one.
file-memory-current = Memory charged here and below, in bytes.
file-memory-peak = The highest memory.current so far, in bytes.
file-memory-min = Memory that is never taken away from the group, in bytes or max. Default 0.
file-memory-low = Memory that is taken away only if nothing else is left, in bytes or max. Default 0.
file-memory-high = Above this the group is slowed down and its memory reclaimed, in bytes or max. It is never killed for it. Default max.
file-memory-max = Most memory here and below, in bytes, rounded down to pages of 4096; above it the out-of-memory killer acts. K, M, G may follow. Default max.
file-memory-events = How often limits were reached here and below: low, high, max, oom, oom_kill, oom_group_kill.
file-memory-events-local = The same without the groups below.
file-memory-oom-group = Flag. With 1 the out-of-memory killer kills all tasks of the group together. Default 0.
file-memory-swap-current = Swap used here and below, in bytes.
file-memory-swap-peak = The highest memory.swap.current so far, in bytes.
file-memory-swap-high = Above this the group is slowed down when it swaps, in bytes or max. Default max.
file-memory-swap-max = Most swap here and below, in bytes or max. Default max.
file-memory-swap-events = How often limits of swap were reached: high, max, fail.

## pids

file-pids-max = Most tasks here and below, from 0 to 4194304 or max. Beyond it fork fails; moving tasks in is not refused. Not in the root. Default max.
file-pids-current = Number of tasks here and below. Zombies count until they have been waited for.
file-pids-peak = The highest pids.current so far.
file-pids-events = max: how often a fork was refused because of the limit.
file-pids-events-local = The same without the groups below.

## freezer

file-freezer-state = THAWED or FROZEN. Writing FROZEN stops all tasks here and below (state D); SIGKILL then waits until THAWED. Not in the root.
file-freezer-self_freezing = 1 if this group itself was frozen.
file-freezer-parent_freezing = 1 if a group above is frozen, and this one with it.

## devices

file-devices-allow = Write c or b, MAJOR:MINOR and letters of rwm to allow a device; a allows all.
file-devices-deny = Write c or b, MAJOR:MINOR and letters of rwm to deny a device; a denies all.
file-devices-list = What is allowed. While the default is to allow, it shows a *:* rwm even if single devices are denied.

## blkio and io

file-blkio-reset_stats = Writing a number sets the group's counters back.
file-blkio-throttle-read_bps_device = Most bytes read a second: MAJOR:MINOR and a number, one device a line. 0 takes a limit away.
file-blkio-throttle-write_bps_device = Most bytes written a second: MAJOR:MINOR and a number, one device a line. 0 takes a limit away.
file-blkio-throttle-read_iops_device = Most reads a second: MAJOR:MINOR and a number, one device a line. 0 takes a limit away.
file-blkio-throttle-write_iops_device = Most writes a second: MAJOR:MINOR and a number, one device a line. 0 takes a limit away.
file-blkio-throttle-io_service_bytes = Bytes read and written by this group, by device.
file-blkio-throttle-io_service_bytes_recursive = Bytes read and written here and below, by device.
file-blkio-throttle-io_serviced = Reads and writes by this group, by device.
file-blkio-throttle-io_serviced_recursive = Reads and writes here and below, by device.
file-io-max = Limits by device: MAJOR:MINOR and rbps, wbps (bytes a second), riops, wiops (operations a second), each a number or max.
file-io-stat = Bytes and operations read, written and discarded, by device.

## net_cls

file-net_cls-classid = A number that packets of the group's tasks are marked with, for traffic control and firewalls. Written decimal or hexadecimal (0xMMMMmmmm is class MMMM:mmmm), read decimal. A new child has its parent's. Default 0.

## Where the model says less than Linux

partial-file-blkio = Limits and BFQ’s weights act on what goes to a disk past the cache (dd with iflag=direct or oflag=direct), and only that is counted. What is written through the cache Linux brings to the disk later; in version 2 it counts for its group then, in the model it does not. The disk’s own speed is declared, and io.cost is kept without effect.
partial-file-cgroup-stat = Removed groups are gone at once, so none is ever dying. Newer kernels list their other controllers too.
partial-file-cpu-burst = The value is kept and checked, but tasks do not save up quota, and no burst is counted in cpu.stat.
partial-file-cpu-stat = Time passes in large steps and counts as user time. Periods and throttling follow from weights and limits, not from single time slices. Bursts are not modelled: their counts stay 0.
partial-file-cpuacct = Time comes from the tasks' declared demand, counts as user time, and is spread evenly over the CPUs that a task may use.
partial-file-cpuset-kept = The value is kept, but changes nothing else in the model.
partial-file-cpuset-pressure = The model never has to free memory, so the pressure is always 0.
partial-file-cpuset-relax = The model accepts -1 to 2. On Linux the highest level depends on the machine.
partial-file-release_agent = An agent is a program that the model knows, or a script for sh; it runs as soon as a command is over. In a session on a real kernel nothing is seen of it: the kernel looks for the agent outside of the session.
partial-file-memory-events = Events can't be registered: no task of the model has an eventfd.
partial-file-memory-move_charge = Anonymous memory moves; files do not, since no task of the model maps one.
partial-file-memory-kept = The value is kept and checked, but changes nothing else in the model.
partial-file-memory-kernel = The model knows no memory of the kernel itself, so nothing is counted here.
partial-file-memory-limit = Limits hold for memory that programs touch and for files that they write: what is cached of a disk is given back first, memory.min and memory.low protect it, memory.high slows tasks down, and then the OOM killer acts. There is no swap in the model. What Linux has not written to the disk yet goes there only when it is written, in the model at once. How often a limit was in the way is counted for pages one by one; Linux 6.18 takes larger ones, so its numbers are lower there, but before a kill it has counted hundreds where the model counts one.
partial-file-memory-stat = Anonymous memory, files in a tmpfs and what is cached of a disk are known; version 1 shows all else as 0, and version 2 leaves it out. Linux has more lines.
partial-file-memory-swap = The model has no swap, so swap counts nothing.
partial-file-memory-usage = Counts the anonymous memory that tasks touch and what programs write into files or read from a disk. On Linux programs’ pages and kernel memory count as well, and a group is charged a little ahead.
partial-file-cpu-rt = The value is kept and checked, but the model has no real-time tasks.
partial-file-cpu-uclamp = The value is kept and checked, but the model's CPUs have one speed.
partial-file-cpuset-partition = Partitions below other partitions' siblings and hot-plugged CPUs are not modelled.
partial-file-memory-reclaim = What is cached of files on a disk is given back. There is no swap, so nothing else can be.
partial-file-pressure = Waiting for CPUs, for memory above memory.high, and for room below a limit without a killer is added up and averaged by the rule of Linux. Waiting is reckoned from shares of CPU time, so single moments differ; reclaim itself takes no time in the model. Triggers are checked and forgotten.
partial-file-cgroup-stat-local = The time in the freezer is not yet added up in the model.
partial-file-net = No packets are sent in the model; the values are kept and checked.
partial-file-hugetlb = No task of the model uses huge pages: limits are kept, nothing is counted.
partial-file-misc = The model's machines have no such resource, so the file is empty.

file-cpu-rt_period_us = Length of a period for real-time tasks, in microseconds. Default 1000000.
file-cpu-rt_runtime_us = Microseconds of each period that real-time tasks of the group may run; 0 lets none in, -1 is no limit. Default 0, in the root 950000.
file-cpu-uclamp-min = Least speed that tasks of the group ask of their CPU, in percent with two decimals. Default 0.00.
file-cpu-uclamp-max = Most speed that tasks of the group ask of their CPU, in percent with two decimals, or max. Default max.
file-cpuset-cpus-partition = What the group is: member; root, a partition that takes its CPUs from its parent; or isolated, the same without load balancing. Default member.
file-cpuset-cpus-exclusive = CPUs that the group wants for itself and its partition. Empty: those of cpuset.cpus.
file-cpuset-cpus-exclusive-effective = CPUs that the group's partition really has for itself.
file-cpuset-cpus-isolated = CPUs of all isolated partitions.
file-memory-reclaim = Writing an amount asks the kernel to free so many bytes of the group's memory at once.
file-memory-zswap-current = Bytes of compressed memory that the group keeps in zswap.
file-memory-zswap-max = Most bytes in zswap. Default max.
file-memory-zswap-writeback = Flag. 0 keeps compressed memory out of real swap. Default 1.
file-blkio-bfq-weight = Weight against the siblings where the scheduler BFQ serves a device. From 1 to 1000; default 100.
file-blkio-bfq-weight_device = Weight by device: MAJOR:MINOR and a number. From 1 to 1000.
file-io-bfq-weight = Weight against the siblings where the scheduler BFQ serves a device: default and a number, or MAJOR:MINOR and a number. From 1 to 1000.
file-io-weight = Weight against the siblings where the cost model shares out a device: default and a number, or MAJOR:MINOR and a number. From 1 to 10000; default 100.
file-io-cost-qos = Quality of service that the cost model aims at, by device.
file-io-cost-model = Costs of requests that the cost model assumes, by device.
file-io-pressure = For how long tasks here and below have waited for I/O: shares of the last 10, 60 and 300 seconds, and microseconds in all.
file-memory-pressure = For how long tasks here and below have waited for memory: shares of the last 10, 60 and 300 seconds, and microseconds in all.
file-cpu-pressure = For how long tasks here and below have waited for a CPU: shares of the last 10, 60 and 300 seconds, and microseconds in all.
file-cgroup-pressure = Flag. 0 stops counting how long tasks of the group wait, and takes the other pressure files away. Default 1.
file-cgroup-stat-local = How long this group itself has been frozen, in microseconds.
file-net_prio-prioidx = The kernel's own number of the group, for looking up priorities.
file-net_prio-ifpriomap = Priority of the group's packets by network device: a name and a number. Default 0.
file-hugetlb-limit_in_bytes = Most bytes in huge pages of this size; whole pages. -1 is no limit.
file-hugetlb-usage_in_bytes = Bytes in huge pages of this size.
file-hugetlb-max_usage_in_bytes = The most that there were in huge pages of this size. A write sets it back.
file-hugetlb-failcnt = How often the limit was hit. A write sets it back.
file-hugetlb-rsvd-limit_in_bytes = Most bytes that may be reserved in huge pages of this size. -1 is no limit.
file-hugetlb-rsvd-usage_in_bytes = Bytes reserved in huge pages of this size.
file-hugetlb-rsvd-max_usage_in_bytes = The most that was reserved in huge pages of this size. A write sets it back.
file-hugetlb-rsvd-failcnt = How often the limit on reserving was hit. A write sets it back.
file-hugetlb-max = Most bytes in huge pages of this size; whole pages. Default max.
file-hugetlb-current = Bytes in huge pages of this size.
file-hugetlb-rsvd-max = Most bytes that may be reserved in huge pages of this size. Default max.
file-hugetlb-rsvd-current = Bytes reserved in huge pages of this size.
file-hugetlb-numa_stat = Huge pages of this size by memory node.
file-hugetlb-events = How often the limit on huge pages was hit here and below.
file-hugetlb-events-local = How often the limit on huge pages was hit in this group itself.
file-misc-max = Most of each countable resource: a name and a number, or max.
file-misc-current = How much of each countable resource is in use.
file-misc-peak = The most of each countable resource that was in use.
file-misc-capacity = How much of each countable resource the machine has.
file-misc-events = How often a limit on a countable resource was hit here and below.
file-misc-events-local = How often a limit on a countable resource was hit in this group itself.
file-rdma-max = Most handles and objects of each RDMA device.
file-rdma-current = Handles and objects of each RDMA device in use.
