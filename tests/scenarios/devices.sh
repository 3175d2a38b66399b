mkdir /sys/fs/cgroup/devices/g
cat /sys/fs/cgroup/devices/g/devices.list
echo a > /sys/fs/cgroup/devices/g/devices.deny
cat /sys/fs/cgroup/devices/g/devices.list
echo 'c 1:3 rw' > /sys/fs/cgroup/devices/g/devices.allow
cat /sys/fs/cgroup/devices/g/devices.list
echo 'x 1:3 rw' > /sys/fs/cgroup/devices/g/devices.allow
echo 'c 1:3 z' > /sys/fs/cgroup/devices/g/devices.allow
mkdir /sys/fs/cgroup/devices/g/h
cat /sys/fs/cgroup/devices/g/h/devices.list
echo 'c 1:5 r' > /sys/fs/cgroup/devices/g/h/devices.allow
rmdir /sys/fs/cgroup/devices/g/h /sys/fs/cgroup/devices/g
