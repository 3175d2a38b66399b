mkdir /sys/fs/cgroup/pids/g
cat /sys/fs/cgroup/pids/g/pids.max /sys/fs/cgroup/pids/g/pids.current
echo 2 > /sys/fs/cgroup/pids/g/pids.max
echo -1 > /sys/fs/cgroup/pids/g/pids.max
echo few > /sys/fs/cgroup/pids/g/pids.max
cat /sys/fs/cgroup/pids/g/pids.max
echo 1701 > /sys/fs/cgroup/pids/g/cgroup.procs
cat /sys/fs/cgroup/pids/g/pids.current
echo 1 > /sys/fs/cgroup/pids/g/pids.max
echo $$ > /sys/fs/cgroup/pids/g/cgroup.procs
sleep 1
echo $$ > /sys/fs/cgroup/pids/cgroup.procs
sleep 0.1
echo max > /sys/fs/cgroup/pids/g/pids.max
echo 1701 > /sys/fs/cgroup/pids/cgroup.procs
rmdir /sys/fs/cgroup/pids/g
