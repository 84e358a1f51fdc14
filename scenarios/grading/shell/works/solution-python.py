"""A small shell."""

import os
import signal
import sys


def run(words, background):
    """Starts a program; gives its exit code where it is waited for."""
    sys.stdout.flush()
    pid = os.fork()
    if pid == 0:
        if background:
            os.setpgid(0, 0)
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        try:
            os.execvp(words[0], words)
        except OSError:
            os.write(2, f"{words[0]}: not found\n".encode())
            os._exit(127)
    if background:
        try:
            os.setpgid(pid, pid)
        except OSError:
            pass  # It has done so itself, and is another program by now.
        return None
    _, how = os.waitpid(pid, 0)
    return os.WEXITSTATUS(how) if os.WIFEXITED(how) else 128 + os.WTERMSIG(how)


def reap():
    """Waits for those of the background that have ended."""
    try:
        while os.waitpid(-1, os.WNOHANG)[0] > 0:
            pass
    except ChildProcessError:
        pass


def main():
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    status = 0
    while True:
        reap()
        if sys.stdin.isatty():
            print("$ ", end="", flush=True)
        line = sys.stdin.readline()
        if not line:
            return status
        words = line.split()
        if not words:
            continue
        if words[0] == "exit":
            return int(words[1]) if len(words) > 1 else status
        background = words[-1] == "&"
        if background:
            words.pop()
        if words:
            code = run(words, background)
            status = status if code is None else code


sys.exit(main())
