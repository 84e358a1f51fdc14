"""Builds proctor and its peers, runs them in turns and prints ratios: called by compare.sh.

A row is some programs that are run one after the other, again and again, so that whatever slows the machine down
slows all of them. A figure is a number that a program of the row printed: its median over the rounds. What counts
is the ratio of two medians of the same run; a figure alone says as much about the machine as about the program.
"""

import argparse
import ctypes
import dataclasses
import json
import os
import pathlib
import shutil
import signal
import statistics
import subprocess
import sys
import time

BENCHES = pathlib.Path(__file__).resolve().parent
ROOT = BENCHES.parent
PEERS = ROOT / "target" / "peers"
PR_SET_CHILD_SUBREAPER = 36
LONGEST_RUN = 900


@dataclasses.dataclass(frozen=True)
class Figure:
    """A comparison: `ours` and `peer` are a program of the row and the column of the number in what it prints."""

    name: str
    unit: str
    ours: tuple
    peer: tuple
    against: str
    # What ours / peer must be: a pair of a sense ("at least", "at most") and a number; None is for information.
    target: tuple | None = None
    # The target is of our own figure, not of the ratio.
    absolute: bool = False


@dataclasses.dataclass
class Row:
    name: str
    programs: dict
    figures: list
    big: bool = False


def rows(proctor, quick):
    """Every row of the table of targets. With `quick` the numbers are small and the ratios rough."""

    def scale(full, small):
        return str(small if quick else full)

    def ours(scenario, *arguments, options=()):
        return [proctor, "run", *options, str(BENCHES / "scenarios" / f"{scenario}.proc"), "--", *arguments]

    def c(peer, *arguments):
        return [str(PEERS / peer), *arguments]

    def python(peer, *arguments):
        return [sys.executable, str(BENCHES / "peers" / f"{peer}.py"), *arguments]

    return [
        Row(
            "spawn",
            {
                "ours": ours("spawn_join", scale(5000, 500), "1", "0"),
                "c": c("spawn_join", scale(5000, 500), "1", "0"),
                "python": python("spawn_join", scale(1000, 100)),
            },
            [
                Figure("spawn + join, one after the other", "/s", ("ours", 0), ("c", 0), "C fork + waitpid", ("at least", 0.80)),
                Figure("spawn + join, one after the other", "/s", ("ours", 0), ("python", 0), "multiprocessing (fork)", ("at least", 15)),
            ],
        ),
        Row(
            "record",
            {
                "on": ours("spawn_join", scale(5000, 500), "1", "0"),
                "off": ours("spawn_join", scale(5000, 500), "1", "0", options=("--no-record",)),
                "flight on": ours("spawn_join", scale(9600, 960), "64", "0"),
                "flight off": ours("spawn_join", scale(9600, 960), "64", "0", options=("--no-record",)),
            },
            [
                Figure("spawn + join, recorded", "/s", ("on", 0), ("off", 0), "without a record", ("at least", 0.95)),
                Figure("64 in flight, recorded", "/s", ("flight on", 0), ("flight off", 0), "without a record", ("at least", 0.95)),
            ],
        ),
        Row(
            "flight",
            {
                "ours": ours("spawn_join", scale(9600, 960), "64", "0"),
                "c": c("spawn_join", scale(9600, 960), "64", "0"),
            },
            [Figure("spawn + join, 64 in flight", "/s", ("ours", 0), ("c", 0), "C fork + waitpid", ("at least", 0.70))],
        ),
        Row(
            "heap",
            {
                "ours": ours("spawn_join", scale(2000, 200), "1", "64"),
                "without": ours("spawn_join", scale(2000, 200), "1", "0"),
                "c": c("spawn_join", scale(500, 100), "1", "64"),
            },
            [
                Figure("spawn + join with 64 MiB of live values", "/s", ("ours", 0), ("without", 0), "the same without them", ("at least", 0.50)),
                Figure("spawn + join with 64 MiB of live values", "/s", ("ours", 0), ("c", 0), "C with 64 MiB touched"),
            ],
        ),
        Row(
            "exec",
            {"ours": ours("exec_true", scale(1000, 100)), "c": c("exec_true", scale(1000, 100))},
            [Figure("spawn exec(\"/bin/true\") + join", "/s", ("ours", 0), ("c", 0), "C posix_spawn", ("at least", 0.95))],
        ),
        Row(
            "memory",
            {
                "ours": ours("sleepers", scale(2000, 500)),
                "c": c("sleepers", scale(2000, 500)),
                "python": python("sleepers", scale(200, 50)),
            },
            [
                Figure("memory of a sleeping task", "KiB", ("ours", 1), ("c", 1), "C fork + pause", ("at most", 130), absolute=True),
                Figure("memory of a sleeping task", "KiB", ("ours", 1), ("python", 1), "multiprocessing (fork)"),
            ],
        ),
        Row(
            "100000",
            {
                "ours": ours("sleepers", "100000", options=("--max-procs", "100001")),
                "c": c("sleepers", "100000"),
            },
            [
                Figure("100000 tasks alive at once: started", "/s", ("ours", 0), ("c", 0), "C fork + pause", ("at least", 0.6)),
                Figure("100000 tasks alive at once: memory of each", "KiB", ("ours", 1), ("c", 1), "C fork + pause"),
                Figure("100000 tasks alive at once: killed, reaped", "/s", ("ours", 2), ("c", 2), "C fork + pause"),
                Figure("100000 tasks alive at once: in all", "s", ("ours", 3), ("c", 3), "C fork + pause"),
            ],
            big=True,
        ),
        Row(
            "prompt",
            {
                "ours": [sys.executable, str(BENCHES / "prompt.py"), "proctor", proctor, "repl"],
                "python": [sys.executable, str(BENCHES / "prompt.py"), "python", sys.executable, "-q", "-i"],
                "bash": [sys.executable, str(BENCHES / "prompt.py"), "bash", "bash", "--norc", "-i"],
            },
            [
                Figure("start to prompt", "ms", ("ours", 0), ("python", 0), "python3 -i", ("at most", 20), absolute=True),
                Figure("start to prompt", "ms", ("ours", 0), ("bash", 0), "bash -i"),
                Figure("key to echo, 1000 children, one prints 1000 lines/s", "ms", ("ours", 1), ("bash", 1), "bash -i with none", ("at most", 5), absolute=True),
                Figure("key to echo, the 99th of 100", "ms", ("ours", 2), ("bash", 2), "bash -i with none", ("at most", 5), absolute=True),
            ],
        ),
        notice_row("notice", "exit noticed", ours, c, scale(300, 50), "0", {"python": python("exit_notice", scale(300, 50))}),
        notice_row("notice-10000", "exit noticed, 10000 alive", ours, c, scale(300, 50), "10000", {}),
        Row(
            "compute",
            {f"{side} {work}": command for work in ("fib", "loop", "strings")
             for side, command in (("ours", ours("compute", work)), ("python", python("compute", work)))},
            [
                Figure(title, "s", (f"ours {work}", 0), (f"python {work}", 0), "Python", ("at most", 0.9))
                for title, work in (("fib(30)", "fib"), ("a loop of 10 million", "loop"), ("string building", "strings"))
            ],
        ),
        Row(
            "empty",
            {
                "ours": c("time_of", scale(100, 10), proctor, "run", str(BENCHES / "scenarios" / "empty.proc")),
                "bash": c("time_of", scale(100, 10), "bash", "-c", ":"),
                "python": c("time_of", scale(20, 5), sys.executable, "-c", "import multiprocessing"),
            },
            [
                Figure("start to end of an empty scenario", "ms", ("ours", 0), ("bash", 0), "bash -c :", ("at most", 2)),
                Figure("start to end of an empty scenario", "ms", ("ours", 0), ("python", 0), "python3 -c 'import multiprocessing'", ("at most", 0.1)),
            ],
        ),
        parse_row(proctor, python, quick),
        Row(
            "queue",
            {
                "ours": ours("queue_messages", scale(300000, 30000)),
                "python": python("queue_messages", scale(300000, 30000)),
            },
            [Figure("messages through a queue", "/s", ("ours", 0), ("python", 0), "multiprocessing.Queue", ("at least", 3))],
        ),
        Row(
            "lock",
            {f"{side} {tasks}": command for tasks in ("1", "2")
             for side, command in (("ours", ours("lock_pairs", scale(1000000, 100000), tasks)),
                                   ("python", python("lock_pairs", scale(1000000, 100000), tasks)))},
            [
                Figure(f"acquire + release, {how}", "/s", (f"ours {tasks}", 0), (f"python {tasks}", 0), "multiprocessing.Lock", ("at least", 10))
                for how, tasks in (("one task", "1"), ("two tasks at once", "2"))
            ],
        ),
    ]


def notice_row(name, title, ours, c, rounds, live, others):
    """One run of ours measures all three verbs in turns, for to start the others takes the longest."""
    programs = {"ours": ours("exit_notice", rounds, live, options=("--max-procs", "20000"))}
    programs |= {"c": c("exit_notice", rounds, live)} | others
    figures = [
        Figure(f"{title}: {verb}", "us", ("ours", column), ("c", 0), "C waitid", ("at most", 1.2))
        for column, verb in enumerate(("join", "wait any", "expect … within"))
    ]
    figures += [Figure(f"{title}: join", "us", ("ours", 0), (other, 0), "multiprocessing join") for other in others]
    return Row(name, programs, figures)


def parse_row(proctor, python, quick):
    """A call of this file measures `proctor check`: `measure_check` below."""
    small, large = ("1", "5") if quick else ("5", "50")

    def check(size):
        return [sys.executable, str(BENCHES / "compare.py"), "--check", proctor, str(PEERS / f"like-{size}.proc")]

    return Row(
        "parse",
        {
            "ours": check(small),
            "ours large": check(large),
            "python": python("parse_text", str(PEERS / f"like-{small}.py")),
        },
        [
            Figure(f"parse + check, {small} MB", "MB/s", ("ours", 0), ("python", 0), "ast.parse", ("at least", 8)),
            Figure(f"parse + check, {small} MB", "MB/s", ("ours", 0), ("python", 0), "ast.parse", ("at least", 8), absolute=True),
            Figure(f"parse + check, {large} MB (linear)", "MB/s", ("ours large", 0), ("ours", 0), f"the same with {small} MB", ("at least", 0.8)),
            Figure(f"memory of parse + check, {large} MB", "times the text", ("ours large", 1), ("ours", 1), f"the same with {small} MB", ("at most", 40), absolute=True),
        ],
    )


def measure_check(proctor, path):
    """Prints MB per second and the largest resident memory, as a multiple of the text, of `proctor check`."""
    size = os.path.getsize(path)
    start = time.monotonic()
    with subprocess.Popen([proctor, "check", path], stdout=subprocess.DEVNULL) as process:
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    elapsed = time.monotonic() - start
    if process.returncode != 0:
        sys.exit(f"proctor check {path}: exit code {process.returncode}")
    print(f"{size / 1e6 / elapsed:.3f} {usage.ru_maxrss * 1024 / size:.2f}")


def build():
    """Builds everything; gives the path of proctor."""
    print("building proctor and its peers", file=sys.stderr)
    messages = subprocess.run(
        ["cargo", "build", "--release", "--bin", "proctor", "--message-format=json-render-diagnostics"],
        cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True,
    ).stdout
    found = [json.loads(line).get("executable") for line in messages.splitlines()]
    proctor = next(path for path in reversed(found) if path)
    PEERS.mkdir(parents=True, exist_ok=True)
    for source in sorted((BENCHES / "peers").glob("*.c")):
        subprocess.run(["gcc", "-O2", "-Wall", "-Wextra", "-static", "-o", PEERS / source.stem, source], check=True)
    return proctor


def write_texts(quick):
    for size in ("1", "5") if quick else ("5", "50"):
        out = [PEERS / f"like-{size}.{ending}" for ending in ("proc", "py")]
        if not all(path.exists() for path in out):
            subprocess.run([sys.executable, BENCHES / "peers" / "like_text.py", size, *out], check=True)


class Machine:
    """What must be as it was before when this program ends: nothing runs, and no limit of the kernel is raised."""

    LIMITS = {"kernel/pid_max": 300000, "kernel/threads-max": 300000}

    def __enter__(self):
        self.raised = {}
        # Whatever a program leaves behind becomes our child, so that it can be found and ended.
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, lambda number, _: sys.exit(128 + number))
        return self

    def raise_limits(self):
        """Room for 100000 processes; needs root."""
        for name, wanted in self.LIMITS.items():
            path = pathlib.Path("/proc/sys") / name
            before = path.read_text(encoding="ascii").strip()
            if int(before) < wanted:
                self.raised[path] = before
                path.write_text(str(wanted), encoding="ascii")

    def clear(self):
        """Ends and reaps every child. Those who are adopted meanwhile are next."""
        left = 0
        while children := children_of(os.getpid()):
            for pid in children:
                os.kill(pid, signal.SIGKILL)
            for pid in children:
                os.waitpid(pid, 0)
            left += len(children)
        return left

    def __exit__(self, *_):
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)
        self.clear()
        for path, before in self.raised.items():
            path.write_text(before, encoding="ascii")


def children_of(parent):
    """The children of a process with one thread; see proc_pid_task_children in proc(5)."""
    return [int(pid) for pid in pathlib.Path(f"/proc/{parent}/task/{parent}/children").read_text(encoding="ascii").split()]


def run(machine, command):
    """The numbers that a command prints, or the reason why there are none."""
    process = subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        start_new_session=True,
    )
    try:
        out, err = process.communicate(timeout=LONGEST_RUN)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
        machine.clear()
        return f"not over after {LONGEST_RUN} s"
    left = machine.clear()
    if process.returncode != 0:
        words = err.strip().splitlines() or [f"exit code {process.returncode}"]
        return f"{pathlib.Path(command[0]).name} failed: {words[0]}"
    if left:
        return f"{left} processes left behind"
    try:
        return [float(word) for word in out.split()] or "printed nothing"
    except ValueError:
        return f"printed no number: {out.strip()[:60]}"


def run_row(machine, row, rounds):
    """For each program the medians of its columns, or a string with what went wrong."""
    results = {name: [] for name in row.programs}
    broken = {}
    for turn in range(rounds):
        # Now forwards, now backwards: no program always runs behind the same one.
        names = list(row.programs) if turn % 2 == 0 else list(reversed(row.programs))
        for name in names:
            if name in broken:
                continue
            print(f"\r\x1b[K{row.name}: round {turn + 1} of {rounds}, {name}", end="", file=sys.stderr, flush=True)
            numbers = run(machine, row.programs[name])
            if isinstance(numbers, str):
                broken[name] = numbers
            else:
                results[name].append(numbers)
    print("\r\x1b[K", end="", file=sys.stderr)
    return {
        name: broken.get(name) or [statistics.median(column) for column in zip(*results[name])] for name in row.programs
    }


def judge(figure, medians):
    """The cells of a line of the table."""
    for program, _ in (figure.ours, figure.peer):
        if isinstance(medians[program], str):
            return [figure.name, "-", "-", figure.against, "-", words(figure), f"no figure: {medians[program]}"]
    ours = medians[figure.ours[0]][figure.ours[1]]
    peer = medians[figure.peer[0]][figure.peer[1]]
    ratio = ours / peer if peer else float("nan")
    verdict = ""
    if figure.target:
        sense, bound = figure.target
        value = ours if figure.absolute else ratio
        verdict = "met" if (value >= bound if sense == "at least" else value <= bound) else "MISSED"
    return [
        figure.name, f"{show(ours)} {figure.unit}", f"{show(peer)} {figure.unit}", figure.against, f"{ratio:.2f}",
        words(figure), verdict,
    ]


def words(figure):
    if not figure.target:
        return ""
    sense, bound = figure.target
    return f"{sense} {bound:g}" + (f" {figure.unit}" if figure.absolute else "")


def show(number):
    if abs(number) >= 100:
        return f"{number:.0f}"
    return f"{number:.3g}"


HEAD = ["figure", "ours", "peer", "against", "ratio", "target", ""]


def print_table(lines, markdown):
    if markdown:
        print("| " + " | ".join(HEAD) + " |\n|" + " --- |" * len(HEAD))
        for line in lines:
            print("| " + " | ".join(line) + " |")
        return
    widths = [max(len(line[i]) for line in [HEAD, *lines]) for i in range(len(HEAD))]
    for line in [HEAD, *lines]:
        print("  ".join(cell.ljust(width) for cell, width in zip(line, widths)).rstrip())


def options():
    parser = argparse.ArgumentParser(prog="benches/compare.sh", description="proctor and its peers, side by side")
    parser.add_argument("--only", action="append", metavar="NAME", help="rows whose name contains NAME; may be repeated")
    parser.add_argument("--quick", action="store_true", help="small numbers and one round: to see that everything runs")
    parser.add_argument("--big", action="store_true", help="the row with 100000 processes too: root, 24 GiB; raises pid_max for its time")
    parser.add_argument("--rounds", type=int, help="how often each program is run (7; 1 with --quick)")
    parser.add_argument("--markdown", action="store_true", help="the table in Markdown")
    parser.add_argument("--check", nargs=2, metavar=("PROCTOR", "FILE"), help=argparse.SUPPRESS)
    return parser.parse_args()


def main():
    chosen = options()
    if chosen.check:
        measure_check(*chosen.check)
        return
    missing = [tool for tool in ("cargo", "gcc", "bash") if not shutil.which(tool)]
    if missing:
        sys.exit(f"needs {', '.join(missing)}")
    if chosen.big and os.geteuid() != 0:
        sys.exit("--big raises kernel.pid_max for its time, which only root may")
    rounds = chosen.rounds or (1 if chosen.quick else 7)
    with Machine() as machine:
        proctor = build()
        write_texts(chosen.quick)
        selected = [
            row for row in rows(proctor, chosen.quick)
            if (not chosen.only or any(name in row.name for name in chosen.only)) and (chosen.big or not row.big)
        ]
        if not selected:
            sys.exit("no row has such a name (the row 100000 needs --big)")
        if any(row.big for row in selected):
            machine.raise_limits()
        lines = []
        for row in selected:
            medians = run_row(machine, row, rounds)
            lines += [judge(figure, medians) for figure in row.figures]
    print(f"Python {sys.version.split()[0]}, Linux {os.uname().release}, {os.cpu_count()} processors, medians of {rounds}")
    print_table(lines, chosen.markdown)


if __name__ == "__main__":
    main()
