"""How quick a prompt is: prompt.py KIND PROGRAM [ARGS…]; prints milliseconds from start to prompt, and from key to echo (the median
and the 99th of 100), and how many lines a second were shown meanwhile.

KIND is `proctor` (1000 processes are started first, one of which prints 1000 lines a second), or `plain` (nothing is
started). The program has a terminal of its own. An echo is the first time that the letter of a key is drawn; each key
has another letter.
"""

import fcntl
import os
import pty
import select
import shutil
import statistics
import struct
import sys
import tempfile
import termios
import time

PATIENCE = 120
KEYS = 200
SAID = b"a line of output that nobody asked for\r\n"
STARTS = 9


class Terminal:
    def __init__(self, command, home):
        self.seen = b""
        self.began = time.monotonic()
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.environ.update(HOME=home, XDG_STATE_HOME=home, TERM="xterm-256color", LC_ALL="C.UTF-8", PS1="> ")
            os.execvp(command[0], command)
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ, struct.pack("HHHH", 50, 200, 0, 0))

    def read(self, wait):
        if select.select([self.fd], [], [], wait)[0]:
            self.seen += os.read(self.fd, 1 << 16)

    def until(self, sign, since=0):
        end = time.monotonic() + PATIENCE
        while sign not in self.seen[since:]:
            self.read(1)
            if time.monotonic() > end:
                sys.exit(f"never seen: {sign!r} in {self.seen[-500:]!r}")
        return time.monotonic()

    def type(self, text):
        os.write(self.fd, text.encode())

    def leave(self, asks):
        since = len(self.seen)
        self.type("\x03")
        # Some forget keys that were typed before the interrupt is dealt with.
        quiet(self)
        self.type("\x04")
        if asks:
            self.until(b"leave?", since)
            self.type("y\r")
        while select.select([self.fd], [], [], PATIENCE)[0]:
            try:
                os.read(self.fd, 1 << 16)
            except OSError:
                break
        os.close(self.fd)
        os.waitpid(self.pid, 0)


def quiet(terminal):
    """Lets the program draw what it has to draw."""
    end = time.monotonic() + 0.5
    while time.monotonic() < end:
        terminal.read(0.05)


def starts(command, sign, home):
    times = []
    for _ in range(STARTS):
        terminal = Terminal(command, home)
        times.append(terminal.until(sign) - terminal.began)
        terminal.leave(asks=False)
    return statistics.median(times) * 1000


def echoes(terminal):
    times = []
    for number in range(KEYS):
        letter = chr(0x4E00 + number)
        since = len(terminal.seen)
        pressed = time.monotonic()
        terminal.type(letter)
        times.append(terminal.until(letter.encode(), since) - pressed)
        # As quick as people type, and at any moment of what goes on beside.
        pause = time.monotonic() + 0.011
        while time.monotonic() < pause:
            terminal.read(max(0, pause - time.monotonic()))
    return times


def main():
    kind, command = sys.argv[1], sys.argv[2:]
    home = tempfile.mkdtemp(prefix="proctor-prompt-")
    sign = {"proctor": b"proctor>", "python": b">>>"}.get(kind, b"> ")
    start = starts(command, sign, home)
    terminal = Terminal(command, home)
    terminal.until(sign)
    quiet(terminal)
    if kind == "proctor":
        for entry in [
            "let ps = []; for i in 0..999 { ps.push(spawn { sleep 1h }) }; print 'all', 'there'\r",
            # By deadlines: what a line costs is no part of the pause behind it.
            "spawn loud { let begun = now(); let said = 0; while true { print '" + SAID.decode().strip() + "';"
            " said += 1; let rest = begun + said * 1ms - now(); if rest > 0s { sleep rest } } }\r",
        ]:
            since = len(terminal.seen)
            terminal.type(entry)
            terminal.until(b"all there" if "all" in entry else b"loud]", since)
            quiet(terminal)
    began, heard = time.monotonic(), terminal.seen.count(SAID)
    times = echoes(terminal)
    rate = (terminal.seen.count(SAID) - heard) / (time.monotonic() - began)
    # Whoever started processes ends them in order.
    terminal.leave(asks=kind == "proctor")
    shutil.rmtree(home, ignore_errors=True)
    print(start, statistics.median(times) * 1000, sorted(times)[int(len(times) * 0.99)] * 1000, rate)


main()
