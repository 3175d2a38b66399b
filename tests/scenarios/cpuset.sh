mkdir /sys/fs/cgroup/cpuset/g
cat /sys/fs/cgroup/cpuset/g/cpuset.cpus
echo 1701 > /sys/fs/cgroup/cpuset/g/tasks
echo 0-1 > /sys/fs/cgroup/cpuset/g/cpuset.cpus
echo 1701 > /sys/fs/cgroup/cpuset/g/tasks
echo 0 > /sys/fs/cgroup/cpuset/g/cpuset.mems
echo 1701 > /sys/fs/cgroup/cpuset/g/tasks
cat /sys/fs/cgroup/cpuset/g/tasks
echo 0-99 > /sys/fs/cgroup/cpuset/g/cpuset.cpus
echo 7 > /sys/fs/cgroup/cpuset/g/cpuset.cpus
echo two > /sys/fs/cgroup/cpuset/g/cpuset.cpus
echo 5 > /sys/fs/cgroup/cpuset/g/cpuset.mems
echo > /sys/fs/cgroup/cpuset/g/cpuset.cpus
echo 1,0 > /sys/fs/cgroup/cpuset/g/cpuset.cpus
cat /sys/fs/cgroup/cpuset/g/cpuset.cpus
mkdir /sys/fs/cgroup/cpuset/g/h
echo 0 > /sys/fs/cgroup/cpuset/g/h/cpuset.cpus
echo 1 > /sys/fs/cgroup/cpuset/g/cpuset.cpus
rmdir /sys/fs/cgroup/cpuset/g/h
echo 1701 > /sys/fs/cgroup/cpuset/tasks
rmdir /sys/fs/cgroup/cpuset/g
