mkdir /sys/fs/cgroup/cpu/a /sys/fs/cgroup/cpu/b
echo 1701 > /sys/fs/cgroup/cpu/a/tasks
echo 1701 > /sys/fs/cgroup/cpu/b/tasks
cat /sys/fs/cgroup/cpu/a/tasks /sys/fs/cgroup/cpu/b/tasks
echo 99999 > /sys/fs/cgroup/cpu/a/tasks
echo -5 > /sys/fs/cgroup/cpu/a/tasks
echo nobody > /sys/fs/cgroup/cpu/a/tasks
echo 1701 1 > /sys/fs/cgroup/cpu/a/tasks
echo 0 > /sys/fs/cgroup/cpu/a/tasks
cat /sys/fs/cgroup/cpu/a/tasks
cat /proc/self/cgroup
sleep 100 &
cat /sys/fs/cgroup/cpu/a/tasks
echo $! > /sys/fs/cgroup/cpu/b/tasks
cat /sys/fs/cgroup/cpu/b/cgroup.procs
cat /proc/$!/cgroup
rmdir /sys/fs/cgroup/cpu/b
kill $!
wait
echo $$ > /sys/fs/cgroup/cpu/tasks
echo 1701 > /sys/fs/cgroup/cpu/tasks
rmdir /sys/fs/cgroup/cpu/a /sys/fs/cgroup/cpu/b
