"""Wrong: it has left in what it printed while it was written."""

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
    for process in workers:
        process.join()
        print("DEBUG joined", process.name)
    numbers = {}
    while not results.empty():
        name, number = results.get()
        numbers[name] = number
    for name in NAMES:
        print(f"{name}: {numbers.get(name, 'failed')}")
    print("all done")
    return 0 if len(numbers) == len(NAMES) else 1


if __name__ == "__main__":
    sys.exit(main())
