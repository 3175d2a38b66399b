mkdir /mnt/h
mount -t cgroup -o none,name=drydock-scenario scenario /mnt/h
ls /mnt/h
mkdir /mnt/h/a /mnt/h/a/b
echo 1701 > /mnt/h/a/b/tasks
cat /mnt/h/a/b/tasks /mnt/h/a/tasks
cat /proc/1701/cgroup
rmdir /mnt/h/a
rmdir /mnt/h/a/b
echo 1701 > /mnt/h/a/cgroup.procs
cat /mnt/h/a/cgroup.procs
rmdir /mnt/h/a/b
echo 1701 > /mnt/h/tasks
rmdir /mnt/h/a
cat /mnt/h/notify_on_release
umount /mnt/h
umount /mnt/h
ls /mnt/h
rmdir /mnt/h
