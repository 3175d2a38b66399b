for d in a b c; do mkdir /tmp/$d; done
ls /tmp
if [ -d /tmp/a ]; then echo yes; else echo no; fi
i=0; while [ $i -lt 3 ]; do i=$((i+1)); echo $i; done
f() { echo "got $1 of $#"; return 3; }
f one two; echo $?
x=$(ls /tmp | wc -l); echo "there are $x"
echo 'single $x' "double $x" back\ slash
echo ${y:-default} ${x%5}
false || echo rescued && echo both
! true; echo $?
printf '%s-%d\n' a 1 b 2
cat /proc/cgroups | grep -c cpu
echo c b a | sort; printf 'c\nb\na\n' | sort | head -n 2 | tail -n 1
(cd /tmp; pwd); pwd
nosuchcommand
echo done > /tmp/a/out; cat < /tmp/a/out
rmdir /tmp/a
case xyz in x*) echo starts ;; *) echo other ;; esac
