# Looks for what `leaves.py` may have left. Says what it sees, or else the right answer.
import ctypes, os, socket
libc = ctypes.CDLL(None, use_errno=True)
seen = []
for place in [os.environ.get("HOME", "/home"), "/home", "/tmp", "/var/tmp", "/work", "/dev/shm", "/dev", "."]:
    if os.path.exists(f"{place}/left-4711"):
        seen.append(place)
for name, call in [("shm", lambda: libc.shmget(4711, 4096, 0)), ("sem", lambda: libc.semget(4711, 1, 0)), ("msg", lambda: libc.msgget(4711, 0))]:
    if call() >= 0:
        seen.append(name)
if libc.syscall(250, 10, -4, b"user", b"left-4711", 0) >= 0:
    seen.append("key")
try:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as line:
        line.connect("\0left-4711")
        seen.append("socket")
except OSError:
    pass
others = [pid for pid in os.listdir("/proc") if pid.isdigit() and b"leaves" in open(f"/proc/{pid}/cmdline", "rb").read()]
print(seen + others if seen + others else 2 * int(input()))
