sleep 100 &
kill -0 $!
kill $!
wait $!
echo $?
sleep 0.2
echo $?
kill 99999
kill -NOSUCH 1
sleep 100 | sleep 100 &
ps -o pid,ppid,stat,comm
kill -9 %1
wait
ps -o pid,comm
dd if=/dev/zero of=/dev/null &
kill -STOP $!
ps -o pid,stat,comm
kill -CONT $!
kill $!
wait
