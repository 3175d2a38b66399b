mkdir /sys/fs/cgroup/freezer/g
cat /sys/fs/cgroup/freezer/g/freezer.state
echo 1701 > /sys/fs/cgroup/freezer/g/tasks
echo FROZEN > /sys/fs/cgroup/freezer/g/freezer.state
cat /sys/fs/cgroup/freezer/g/freezer.state /sys/fs/cgroup/freezer/g/freezer.self_freezing
echo COLD > /sys/fs/cgroup/freezer/g/freezer.state
mkdir /sys/fs/cgroup/freezer/g/h
cat /sys/fs/cgroup/freezer/g/h/freezer.state /sys/fs/cgroup/freezer/g/h/freezer.parent_freezing
rmdir /sys/fs/cgroup/freezer/g/h
echo THAWED > /sys/fs/cgroup/freezer/g/freezer.state
cat /sys/fs/cgroup/freezer/g/freezer.state
echo 1701 > /sys/fs/cgroup/freezer/tasks
rmdir /sys/fs/cgroup/freezer/g
