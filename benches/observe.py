"""What observation costs: programs by themselves, observed, and under strace with the same calls, in turns.

    benches/observe.py PROCTOR [--rounds N] [--only NAME]

PROCTOR is the program, of a release build; NAME is one of loop, make, compute, copy, lines, read_write.

A figure counts as a ratio of the same run only: (observed - alone) / (strace - bare) where processes come and go, observed /
alone where a program computes, reads and writes. strace begins the shell itself, so that its time counts against `bare`.
"""

import argparse
import pathlib
import statistics
import subprocess
import tempfile
import time

SCENARIO = pathlib.Path(__file__).resolve().parent / "scenarios" / "observed.proc"
CALLS = (
    "fork,vfork,clone,clone3,execve,execveat,wait4,waitid,kill,tkill,tgkill,rt_sigqueueinfo,rt_tgsigqueueinfo,"
    "pidfd_send_signal,setpgid,setsid,pipe,pipe2"
)
FILES = 200

LOADS = {
    # Name: (command, of what kind its figure is)
    "loop": ("i=0; while [ $i -lt 2000 ]; do /bin/true; i=$((i+1)); done", "processes"),
    "make": ("rm -f o*; exec make -s -j2", "processes"),
    "compute": ("i=0; while [ $i -lt 600000 ]; do i=$((i+1)); done", "work"),
    # As cp and cat do it: pieces of 128 KiB, of a file that is in memory.
    "copy": ("exec cat big big big big big big big big big big big big big big big big > copy", "work"),
    # As programs do it that go through a file by line: the C library reads and writes pieces of 4 KiB.
    "lines": ("exec sed s/1/2/ big big > lines", "work"),
    # The worst of those that are likely: pieces of 64 KiB that nobody makes and nobody takes.
    "read_write": ("exec dd if=/dev/zero of=/dev/null bs=64k count=300000 status=none", "work"),
}


def prepare(folder):
    """A makefile of small files, each made by a shell that copies and looks at one; and a file of 32 MiB in lines."""
    goals = " ".join(f"o{n}" for n in range(FILES))
    lines = [f"all: {goals}"]
    for n in range(FILES):
        (folder / f"i{n}").write_text("x\n")
        lines.append(f"o{n}: i{n}\n\t@cat i{n} > o{n}; test -s o{n}")
    (folder / "Makefile").write_text("\n".join(lines) + "\n")
    with (folder / "big").open("w") as file:
        file.writelines(f"{n:031}\n" for n in range(1 << 20))


def ways(proctor, command, kind, folder):
    strace = ["strace", "-f", "-q", "-o", str(folder / "log"), "-e", f"trace={CALLS}"]
    shell = ["/bin/sh", "-c", command]
    ours = {
        "alone": [proctor, "run", str(SCENARIO), "--", "alone", command],
        "observed": [proctor, "run", str(SCENARIO), "--", "observed", command],
    }
    if kind == "work":
        return ours
    return {
        **ours,
        "bare": shell,
        "strace": [*strace, *shell],
        "strace --seccomp-bpf": [strace[0], "--seccomp-bpf", *strace[1:], *shell],
    }


def seconds(command, folder):
    began = time.monotonic()
    subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL)
    return time.monotonic() - began


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("proctor")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--only")
    options = parser.parse_args()
    proctor = str(pathlib.Path(options.proctor).resolve())
    for name, (command, kind) in LOADS.items():
        if options.only not in (None, name):
            continue
        with tempfile.TemporaryDirectory(dir="/dev/shm") as folder:
            folder = pathlib.Path(folder)
            prepare(folder)
            commands = ways(proctor, command, kind, folder)
            times = {way: [] for way in commands}
            for turn in range(options.rounds):
                # There and back, so that a machine that gets slower is slower for all.
                for way in list(commands)[:: 1 if turn % 2 else -1]:
                    times[way].append(seconds(commands[way], folder))
        middle = {way: statistics.median(all_of_it) for way, all_of_it in times.items()}
        print(name, "  ".join(f"{way} {taken:.3f} s" for way, taken in middle.items()))
        if kind == "work":
            each = sorted(one / other for one, other in zip(times["observed"], times["alone"], strict=True))
            print(f"  observed / alone, round by round: {statistics.median(each):.3f}  (at most 1.02);",
                  "from", *(f"{each[at]:.3f}" for at in (len(each) // 4, -1 - len(each) // 4)), "(the middle half)")
            continue
        ours = middle["observed"] - middle["alone"]
        for peer in ("strace", "strace --seccomp-bpf"):
            print(f"  added, against {peer}: {ours / (middle[peer] - middle['bare']):.2f}  (at most 0.5)")


if __name__ == "__main__":
    main()
