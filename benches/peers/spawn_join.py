"""multiprocessing's start and join of an empty task: spawn_join.py COUNT prints processes per second."""

import multiprocessing
import sys
import time


def task():
    pass


def main():
    count = int(sys.argv[1])
    context = multiprocessing.get_context("fork")
    start = time.monotonic()
    for _ in range(count):
        process = context.Process(target=task)
        process.start()
        process.join()
    print(f"{count / (time.monotonic() - start):.1f}")


if __name__ == "__main__":
    main()
