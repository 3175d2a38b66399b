sleep 0.3 &
tick 1s
jobs
tick 10ms
tick soon
tick 1 2
sys clock_nanosleep 5
sys clock_nanosleep soon
