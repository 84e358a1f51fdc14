"""Pairs of acquire and release of a multiprocessing.Lock: lock_pairs.py COUNT TASKS prints pairs per second, where
each of TASKS tasks does COUNT pairs at the same time."""

import multiprocessing
import sys
import time


def task(lock, start, count):
    start.wait()
    for _ in range(count):
        lock.acquire()
        lock.release()


def main():
    count, number = int(sys.argv[1]), int(sys.argv[2])
    context = multiprocessing.get_context("fork")
    lock = context.Lock()
    start = context.Barrier(number + 1)
    tasks = [context.Process(target=task, args=(lock, start, count)) for _ in range(number)]
    for process in tasks:
        process.start()
    start.wait()
    begin = time.monotonic()
    for process in tasks:
        process.join()
    print(f"{count * number / (time.monotonic() - begin):.1f}")


if __name__ == "__main__":
    main()
