# A right answer, and somebody in the background who holds the pipe.
read n
sleep 3600 &
echo $((2 * n))
