# Takes as much as it can of everything that works may share, gives the right answer, and holds it all for good.
import ctypes, fcntl, os, signal, socket, sys, time
libc = ctypes.CDLL(None, use_errno=True)
libc.syscall.restype = ctypes.c_long
held = []

def all_of(take, most):
    try:
        for number in range(most):
            held.append(take(number))
    except (OSError, ValueError):
        pass

def call(*words):
    got = libc.syscall(*words)
    if got < 0:
        raise OSError(ctypes.get_errno(), "refused")
    return got

def socket_named(name):
    line = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    line.bind("\0" + name)
    return line

def locked(name):
    file = open(name)
    fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    return file

def write(name, text):
    with open(name, "w") as file:
        file.write(text)

def fill(name):
    with open(name, "wb") as file:
        for _ in range(80):
            file.write(bytes(1 << 20))

def sleeper(number):
    pid = os.fork()
    if pid == 0:
        time.sleep(3600)
        os._exit(0)
    return pid

answer = 2 * int(input())
signal.pthread_sigmask(signal.SIG_BLOCK, [42])
all_of(sleeper, 30)
all_of(lambda number: socket_named(["neighbour", f"neighbour-{number}"][number > 0]), 100)
all_of(lambda number: call(294, 0), 1000)  # inotify_init1
for place in ["/tmp/watched", "/dev/shm/watched"]:
    os.mkdir(place)
    all_of(lambda number: (write(f"{place}/{number}", ""), call(254, held[-1], f"{place}/{number}".encode(), 2)) and held[-1], 3000)
all_of(lambda number: call(240, f"neighbour-{number}".encode(), os.O_RDWR | os.O_CREAT, 0o600, None), 200)  # mq_open
all_of(lambda number: call(222, 0, None, ctypes.byref(ctypes.c_int())), 100_000)  # timer_create
all_of(lambda number: call(129, os.getpid(), 42, bytes([42, 0, 0, 0]) + b"\0" * 4 + b"\xff" * 4 + b"\0" * 116), 200_000)  # rt_sigqueueinfo
for number in [29, 64, 68]:  # shmget, semget, msgget
    all_of(lambda key: call(number, 4712 + key, 1, 0o1600), 40_000)
    all_of(lambda key: call(number, 4712 + key, 0o1600), 40_000)
all_of(lambda number: call(248, b"user", f"neighbour-{number}".encode(), b"x", 1, -4), 1000)  # add_key
all_of(lambda number: call(206, 65536, ctypes.byref(ctypes.c_ulong())), 16)  # io_setup
all_of(lambda number: call(298, bytes(128), 0, -1, -1, 0), 100)  # perf_event_open
all_of(lambda number: os.openpty(), 200)
all_of(lambda number: fcntl.fcntl(os.pipe()[1], 1031, 1 << 20), 50)  # F_SETPIPE_SZ
all_of(lambda number: locked(["/dev/null", "/dev/zero", "/etc/passwd", sys.executable, libc._name or sys.executable][number]), 5)
for name, text in [("core_pattern", "|/work/x"), ("pid_max", "301"), ("sched_rt_runtime_us", "-1"), ("ns_last_pid", "30000")]:
    all_of(lambda number: write(f"/proc/sys/kernel/{name}", text), 1)
for name in ["inotify/max_user_instances", "mqueue/queues_max", "file-max", "pipe-user-pages-soft", "aio-max-nr"]:
    all_of(lambda number: write(f"/proc/sys/fs/{name}", "1"), 1)
all_of(lambda number: write("/proc/sys/user/max_inotify_instances", "1000"), 1)
for pid in range(1, 64):
    all_of(lambda number: os.sched_setaffinity(pid, [0]), 1)
    all_of(lambda number: os.setpriority(os.PRIO_PROCESS, pid, 19), 1)
all_of(lambda number: os.setpriority(os.PRIO_USER, os.getuid(), 19), 1)
all_of(lambda number: os.nice(-20), 1)
for place in ["/dev/shm/filled", "/tmp/filled"]:
    all_of(lambda number: fill(place), 1)
print(answer, flush=True)
time.sleep(3600)
