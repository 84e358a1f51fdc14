# A shell that waits for a program that sleeps.
sleep 1000
exit 0
