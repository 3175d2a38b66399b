mkdir /mnt/c
mount -t cgroup -o cpu,cpuset,memory x /mnt/c
mount -t cgroup -o cpu,memory x /mnt/c
mount -t cgroup -o nonsense x /mnt/c
mount -t cgroup -o none x /mnt/c
mount -t cgroup -o none,cpu x /mnt/c
mount -t cgroup -o none,name=a/b x /mnt/c
mount -t cgroup -o cpu x /mnt/missing
mount -t cgroup -o cpu x /mnt/c
ls /mnt/c
mkdir /mnt/c/both
ls /sys/fs/cgroup/cpu
rmdir /sys/fs/cgroup/cpu/both
mount -t nosuchfs x /mnt/c
umount /mnt/c
umount /mnt/c
umount /mnt
mount -t tmpfs t /mnt/c
echo hidden > /mnt/c/f
cd /mnt/c
umount /mnt/c
cd /
umount /mnt/c
ls /mnt/c
