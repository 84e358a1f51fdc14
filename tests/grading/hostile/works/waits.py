# Waits for input that nobody gives.
import os, sys
sys.stdin.read()
for way in ["/dev/tty", "/dev/console"]:
    try:
        with open(way) as terminal:
            terminal.readline()
    except OSError:
        pass
ours, theirs = os.pipe()
os.read(ours, 1)
