mkdir /nowhere/deep
mkdir /tmp
mkdir ''
mkdir /tmp/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa
rmdir /tmp/none
rmdir /etc
cat /tmp
cat /none
echo text > /tmp/file
cat /tmp/file
cat /tmp/file/x
mkdir /tmp/file/x
rmdir /tmp/file
echo more >> /tmp/file
cat /tmp/file
cd /tmp
cat file
cd /none
pwd
ls
mkdir /sys/fs/cgroup/cpu/g
echo 1 > /sys/fs/cgroup/cpu/g/none
echo 1 > /sys/fs/cgroup/cpu/none/tasks
mkdir /sys/fs/cgroup/cpu/g/tasks
mkdir /sys/fs/cgroup/cpu/g
cat /sys/fs/cgroup/cpu/g
rmdir /sys/fs/cgroup/cpu/g/tasks
rmdir /sys/fs/cgroup/cpu/g
echo 1 > /proc/cgroups
