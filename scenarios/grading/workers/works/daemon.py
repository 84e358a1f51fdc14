"""Wrong: the workers are daemons and not joined, so they are ended with the main process, whatever they still had to do."""

import sys
from multiprocessing import Process, SimpleQueue

import job

NAMES = ["alex", "barry", "wusir"]


def worker(name, results):
    try:
        number = job.work(name)
    except Exception:
        number = "failed"
    results.put((name, number))
    job.finish(name)


def main():
    results = SimpleQueue()
    for name in NAMES:
        Process(target=worker, args=(name, results), daemon=True).start()
    numbers = dict(results.get() for _ in NAMES)
    for name in NAMES:
        print(f"{name}: {numbers[name]}")
    print("all done")
    return 1 if "failed" in numbers.values() else 0


if __name__ == "__main__":
    sys.exit(main())
