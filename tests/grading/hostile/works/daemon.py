# A right answer, and a daemon behind it that holds the output.
import os, signal, time
print(2 * int(input()), flush=True)
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        for number in range(1, 32):
            try:
                signal.signal(number, signal.SIG_IGN)
            except OSError:
                pass
        time.sleep(3600)
    os._exit(0)
os._exit(0)
