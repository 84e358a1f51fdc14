"""Wrong: each worker is joined before the next one is started, so they work one after the other."""

import sys
from multiprocessing import Process, SimpleQueue

import job

NAMES = ["alex", "barry", "wusir"]


def worker(name, results):
    results.put((name, job.work(name)))
    job.finish(name)


def main():
    results = SimpleQueue()
    numbers = {}
    for name in NAMES:
        process = Process(target=worker, args=(name, results))
        process.start()
        process.join()
        if not results.empty():
            numbers[name] = results.get()[1]
    for name in NAMES:
        print(f"{name}: {numbers.get(name, 'failed')}")
    print("all done")
    return 0 if len(numbers) == len(NAMES) else 1


if __name__ == "__main__":
    sys.exit(main())
