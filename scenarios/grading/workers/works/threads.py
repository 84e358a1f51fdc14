"""Wrong: threads, where processes were asked for."""

import sys
from threading import Thread

import job

NAMES = ["alex", "barry", "wusir"]


def worker(name, numbers):
    numbers[name] = job.work(name)
    job.finish(name)


def main():
    numbers = {}
    workers = [Thread(target=worker, args=(name, numbers)) for name in NAMES]
    for thread in workers:
        thread.start()
    for thread in workers:
        thread.join()
    for name in NAMES:
        print(f"{name}: {numbers.get(name, 'failed')}")
    print("all done")
    return 0 if len(numbers) == len(NAMES) else 1


if __name__ == "__main__":
    sys.exit(main())
