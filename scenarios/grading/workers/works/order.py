"""Wrong: the first number to come is taken for alex's, the second for barry's, the third for wusir's."""

import sys
from multiprocessing import Process, SimpleQueue

import job

NAMES = ["alex", "barry", "wusir"]


def worker(name, results):
    try:
        number = job.work(name)
    except Exception:
        number = "failed"
    results.put(number)
    job.finish(name)


def main():
    results = SimpleQueue()
    workers = [Process(target=worker, args=(name, results)) for name in NAMES]
    for process in workers:
        process.start()
    numbers = [results.get() for _ in workers]
    for process in workers:
        process.join()
    for name, number in zip(NAMES, numbers):
        print(f"{name}: {number}")
    print("all done")
    return 1 if "failed" in numbers else 0


if __name__ == "__main__":
    sys.exit(main())
