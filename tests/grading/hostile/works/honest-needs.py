# Needs a little of everything that works may share, again and again for a while. Says what was not to be had, or else the right answer.
import ctypes, fcntl, os, signal, socket, time
libc = ctypes.CDLL(None, use_errno=True)
libc.syscall.restype = ctypes.c_long
lacking = set()

def need(name, use):
    try:
        use()
    except OSError as error:
        lacking.add(f"{name}: {error.strerror}")

def call(*words):
    got = libc.syscall(*words)
    if got < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return got

def watch():
    instance = call(294, 0)
    try:
        call(254, instance, b"/tmp", 2)
    finally:
        os.close(instance)

def queue():
    os.close(call(240, b"neighbour", os.O_RDWR | os.O_CREAT, 0o600, None))
    call(241, b"neighbour")

def timer():
    made = ctypes.c_int()
    call(222, 0, None, ctypes.byref(made))
    call(226, made)

def queued_signal():
    call(129, os.getpid(), 42, bytes([42, 0, 0, 0]) + b"\0" * 4 + b"\xff" * 4 + b"\0" * 116)
    signal.sigtimedwait([42], 0)

def objects():
    call(31, call(29, 4712, 4096, 0o3600), 0, None)
    call(66, call(64, 4712, 1, 0o3600), 0, 0)
    call(71, call(68, 4712, 0o3600), 0, None)

def bound():
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as line:
        line.bind("\0neighbour")

def terminal():
    for end in os.openpty():
        os.close(end)

def files():
    for place in ["/dev/shm/needed", "/tmp/needed", "needed"]:
        with open(place, "wb") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            file.write(bytes(1 << 20))
        os.remove(place)

def processes():
    children = []
    try:
        for _ in range(10):
            pid = os.fork()
            if pid == 0:
                os._exit(0)
            children.append(pid)
    finally:
        for pid in children:
            os.waitpid(pid, 0)

def priority():
    if at_first != (os.getpriority(os.PRIO_PROCESS, 0), os.sched_getaffinity(0)):
        raise OSError(0, "changed")

answer = 2 * int(input())
at_first = (os.getpriority(os.PRIO_PROCESS, 0), os.sched_getaffinity(0))
signal.pthread_sigmask(signal.SIG_BLOCK, [42])
end = time.monotonic() + 2
while time.monotonic() < end:
    for use in [watch, queue, timer, queued_signal, objects, bound, terminal, files, processes, priority]:
        need(use.__name__, use)
    time.sleep(0.02)
print(sorted(lacking) if lacking else answer)
