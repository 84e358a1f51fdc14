"""Wrong: it waits for three numbers, and one whose work fails never sends one."""

import sys
from multiprocessing import Process, SimpleQueue

import job

NAMES = ["alex", "barry", "wusir"]


def worker(name, results):
    results.put((name, job.work(name)))
    job.finish(name)


def main():
    results = SimpleQueue()
    workers = [Process(target=worker, args=(name, results)) for name in NAMES]
    for process in workers:
        process.start()
    numbers = dict(results.get() for _ in workers)
    for process in workers:
        process.join()
    for name in NAMES:
        print(f"{name}: {numbers[name]}")
    print("all done")
    return 0


if __name__ == "__main__":
    sys.exit(main())
