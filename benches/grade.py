#!/usr/bin/env python3
"""Grading a class of trivial works, against the same programs with nothing around them.

    benches/grade.py target/x86_64-unknown-linux-gnu/release/proctor [--students 1000] [--rounds 3] [--work python]

Each work is run by two tests. The same programs, as often, are run by `xargs -P2`. Both take turns, and what counts is the ratio: for the
whole, and with parts of what stands around a work left out, which shows where the time goes. The machine should have nothing else to do.
"""

import argparse
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time

WORKS = {"python": ("py", "python3", 'print("hello")\n'), "shell": ("sh", "sh", "echo hello\n")}

RUBRIC = """
def start() {{
    return spawn exec("{program}", submission) with {{capture: true{options}}}
}}

test "it says hello" {{
    let p = start()
    join p within 30s
    expect p.stdout == "hello\\n"
}}

test "it ends with 0" {{
    let p = start()
    join p within 30s
    expect p.exitcode == 0
}}
"""

# As in the sandbox, so that both run the same programs.
SEARCHED = {**os.environ, "PATH": "/usr/local/bin:/usr/bin:/bin"}

# What is around a work, from nothing to all.
WAYS = [
    ("a trial of its own", ["--sandbox", "none"], ", observe: false"),
    ("and observed", ["--sandbox", "none"], ""),
    ("and in the sandbox, not observed", ["--sandbox", "required"], ", observe: false"),
    ("all of it, as by default", ["--sandbox", "required"], ""),
]


class Use:
    """What a command took: seconds, seconds of processor time, page faults, and the most memory of the process itself."""

    def __init__(self, command, **options):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        start = time.monotonic()
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, **options)
        self.most = 0
        watch = threading.Thread(target=self.watch, args=(process.pid,), daemon=True)
        watch.start()
        _, errors = process.communicate()
        self.seconds = time.monotonic() - start
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        if process.returncode != 0:
            sys.exit(f"{command} ended with {process.returncode}: {errors.decode(errors='replace')[-2000:]}")
        self.user = after.ru_utime - before.ru_utime
        self.system = after.ru_stime - before.ru_stime
        self.faults = after.ru_minflt - before.ru_minflt

    def watch(self, pid):
        """VmHWM is the most that there ever was, so it is enough to look from time to time."""
        while True:
            try:
                with open(f"/proc/{pid}/status") as status:
                    for line in status:
                        if line.startswith("VmHWM"):
                            self.most = max(self.most, int(line.split()[1]))
            except (OSError, ProcessLookupError):
                return
            time.sleep(0.02)


def hand_in(place, students, work):
    ending, _, text = WORKS[work]
    works = os.path.join(place, f"works-{students}")
    os.mkdir(works)
    for i in range(students):
        with open(os.path.join(works, f"student-{i:04}.{ending}"), "w") as file:
            file.write(text)
    return works


def grade(proctor, place, works, work, way):
    _, options, in_rubric = way
    rubric = os.path.join(place, "rubric.proc")
    with open(rubric, "w") as file:
        file.write(RUBRIC.format(program=WORKS[work][1], options=in_rubric))
    results = os.path.join(place, "grades.db")
    for old in os.listdir(place):
        if old.startswith("grades.db"):
            os.remove(os.path.join(place, old))
    return Use([proctor, "grade", rubric, works, "--results", results, "--jobs", "2", *options], cwd=place, env=SEARCHED)


def bare(works, work):
    paths = [os.path.join(works, name) for name in sorted(os.listdir(works)) for _ in range(2)]
    with tempfile.TemporaryFile("w+") as list_:
        list_.write("\n".join(paths))
        list_.seek(0)
        return Use(["xargs", "-P2", "-n1", WORKS[work][1]], stdin=list_, env=SEARCHED)


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("proctor")
    arguments.add_argument("--students", type=int, default=1000)
    arguments.add_argument("--rounds", type=int, default=3)
    arguments.add_argument("--work", choices=WORKS, default="python")
    arguments.add_argument("--all-only", action="store_true", help="leave out the ways with parts left out")
    said = arguments.parse_args()
    proctor = os.path.abspath(said.proctor)
    ways = WAYS[-1:] if said.all_only else WAYS
    place = tempfile.mkdtemp(prefix="grade-bench-")
    try:
        works = hand_in(place, said.students, said.work)
        plain, ratios, uses = [], {way[0]: [] for way in ways}, {way[0]: [] for way in ways}
        bare(works, said.work)
        for _ in range(said.rounds):
            for way in ways:
                one = bare(works, said.work)
                plain.append(one)
                use = grade(proctor, place, works, said.work, way)
                uses[way[0]].append(use)
                ratios[way[0]].append(use.seconds / one.seconds)
        runs = said.students * 2
        middle = lambda values: statistics.median(values)
        line = "{:36} {:>7} {:>9} {:>9} {:>9} {:>9} {:>9}"
        print(f"{said.students} works in {said.work}, two tests each, two at once, {said.rounds} rounds; of a program, in ms:")
        print(line.format("", "ratio", "elapsed", "user", "system", "faults", "peak KiB"))
        per = lambda value: f"{value / runs * 1000:.2f}"
        show = lambda name, ratio, all_: print(line.format(
            name, ratio, per(middle([u.seconds for u in all_])), per(middle([u.user for u in all_])), per(middle([u.system for u in all_])),
            f"{middle([u.faults for u in all_]) / runs:.0f}", f"{max(u.most for u in all_)}"))
        show("xargs -P2", "1", plain)
        for way in ways:
            show(way[0], f"{middle(ratios[way[0]]):.2f}", uses[way[0]])
        small = hand_in(place, max(said.students // 10, 1), said.work)
        few = grade(proctor, place, small, said.work, ways[-1])
        many = max(use.most for use in uses[ways[-1][0]])
        print(f"most memory of the scheduler: {few.most} KiB with {max(said.students // 10, 1)} students, {many} KiB with {said.students}")
    finally:
        shutil.rmtree(place)


if __name__ == "__main__":
    main()
