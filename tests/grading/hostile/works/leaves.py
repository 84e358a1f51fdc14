# Leaves something for the next one wherever that may be possible, and gives the right answer. `visits.py` looks for it.
import ctypes, os, socket, time
libc = ctypes.CDLL(None, use_errno=True)
for place in [os.environ.get("HOME", "/home"), "/home", "/tmp", "/var/tmp", "/work", "/dev/shm", "/dev", "."]:
    try:
        with open(f"{place}/left-4711", "w") as file:
            file.write("left")
    except OSError:
        pass
for call in [lambda: libc.shmget(4711, 4096, 0o1666), lambda: libc.semget(4711, 1, 0o1666), lambda: libc.msgget(4711, 0o1666)]:
    call()
libc.syscall(248, b"user", b"left-4711", b"left", 4, -4)
answer = 2 * int(input())
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        os.closerange(0, 3)
        line = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        line.bind("\0left-4711")
        line.listen()
        time.sleep(3600)
    os._exit(0)
print(answer, flush=True)
os._exit(0)
