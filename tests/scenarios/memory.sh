mkdir /sys/fs/cgroup/memory/g
cat /sys/fs/cgroup/memory/g/memory.limit_in_bytes
echo 64M > /sys/fs/cgroup/memory/g/memory.limit_in_bytes
cat /sys/fs/cgroup/memory/g/memory.limit_in_bytes
echo 4097 > /sys/fs/cgroup/memory/g/memory.soft_limit_in_bytes
cat /sys/fs/cgroup/memory/g/memory.soft_limit_in_bytes
echo 64MB > /sys/fs/cgroup/memory/g/memory.limit_in_bytes
echo max > /sys/fs/cgroup/memory/g/memory.limit_in_bytes
echo -2 > /sys/fs/cgroup/memory/g/memory.limit_in_bytes
echo -1 > /sys/fs/cgroup/memory/g/memory.limit_in_bytes
cat /sys/fs/cgroup/memory/g/memory.limit_in_bytes
echo 1701 > /sys/fs/cgroup/memory/g/tasks
cat /sys/fs/cgroup/memory/g/tasks
rmdir /sys/fs/cgroup/memory/g
echo 1701 > /sys/fs/cgroup/memory/tasks
rmdir /sys/fs/cgroup/memory/g
