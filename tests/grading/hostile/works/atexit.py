# Ends with 0 from an atexit hook, early, and without an answer.
import atexit, os, sys
atexit.register(lambda: os._exit(0))
sys.exit(1)
