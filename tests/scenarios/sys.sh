sys mkdir /tmp/s 755
sys mkdir /tmp/s
sys write /tmp/s/f hello truncate
sys read /tmp/s/f
sys rmdir /tmp/s
sys unlink /tmp/s/f
sys rmdir /tmp/s
sys mount cgroup x /mnt 0 nosuch
sys kill 1701 0
sys kill 99999 TERM
sys umount2 /mnt
sys open /none/x
