# Ends only by SIGKILL.
trap '' TERM INT HUP QUIT USR1 USR2 ALRM
while :; do sleep 3600; done
