"""A zombie for a while, an orphan that outlives its parent, and a signal that is handled."""
import os
import signal
import subprocess
import sys
import time

signal.signal(signal.SIGUSR1, lambda *_: print("handled", flush=True))
for number in range(2):
    subprocess.run(["sh", "-c", f"exit {number}"])
child = os.fork()
if child == 0:
    os._exit(7)
os.kill(os.getpid(), signal.SIGUSR1)
time.sleep(0.3)
os.waitpid(child, 0)
try:
    os.execvp("no-such-program", ["no-such-program"])
except FileNotFoundError as error:
    print(error, flush=True)
subprocess.Popen(["sleep", "1000"], start_new_session=True)
os.kill(os.getpid(), signal.SIGSEGV)
