mkdir /sys/fs/cgroup/cpu/g
cat /sys/fs/cgroup/cpu/g/cpu.shares
echo 512 > /sys/fs/cgroup/cpu/g/cpu.shares
cat /sys/fs/cgroup/cpu/g/cpu.shares
echo 0 > /sys/fs/cgroup/cpu/g/cpu.shares
cat /sys/fs/cgroup/cpu/g/cpu.shares
echo 1000000 > /sys/fs/cgroup/cpu/g/cpu.shares
cat /sys/fs/cgroup/cpu/g/cpu.shares
echo -1 > /sys/fs/cgroup/cpu/g/cpu.shares
echo many > /sys/fs/cgroup/cpu/g/cpu.shares
echo 18446744073709551616 > /sys/fs/cgroup/cpu/g/cpu.shares
echo 0100 > /sys/fs/cgroup/cpu/g/cpu.shares
cat /sys/fs/cgroup/cpu/g/cpu.shares
echo 999 > /sys/fs/cgroup/cpu/g/cpu.cfs_quota_us
echo 50000 > /sys/fs/cgroup/cpu/g/cpu.cfs_quota_us
cat /sys/fs/cgroup/cpu/g/cpu.cfs_quota_us /sys/fs/cgroup/cpu/g/cpu.cfs_period_us
echo 999 > /sys/fs/cgroup/cpu/g/cpu.cfs_period_us
echo 1000001 > /sys/fs/cgroup/cpu/g/cpu.cfs_period_us
mkdir /sys/fs/cgroup/cpu/g/child
echo 60000 > /sys/fs/cgroup/cpu/g/child/cpu.cfs_quota_us
echo 40000 > /sys/fs/cgroup/cpu/g/child/cpu.cfs_quota_us
echo 30000 > /sys/fs/cgroup/cpu/g/cpu.cfs_quota_us
echo -1 > /sys/fs/cgroup/cpu/g/child/cpu.cfs_quota_us
rmdir /sys/fs/cgroup/cpu/g/child
rmdir /sys/fs/cgroup/cpu/g
