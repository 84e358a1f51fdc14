"""multiprocessing's COUNT sleeping tasks alive at once: sleepers.py COUNT prints four numbers: started per
second, KiB of memory each, killed and joined per second, seconds in all."""

import multiprocessing
import sys
import time


KINDS = ("AnonPages:", "Shmem:", "PageTables:", "KernelStack:", "Slab:")


def process_kib():
    """What processes are made of, machine-wide; see measure.h."""
    with open("/proc/meminfo", encoding="ascii") as lines:
        rows = [line.split() for line in lines]
    return sum(int(row[1]) for row in rows if row[0] in KINDS)


def task(ready):
    ready.release()
    time.sleep(3600)


def main():
    count = int(sys.argv[1])
    context = multiprocessing.get_context("fork")
    ready = context.Semaphore(0)
    before = process_kib()
    start = time.monotonic()
    tasks = [context.Process(target=task, args=(ready,), daemon=True) for _ in range(count)]
    for process in tasks:
        process.start()
    up = time.monotonic()
    for _ in tasks:
        ready.acquire()
    after = process_kib()
    killing = time.monotonic()
    for process in tasks:
        process.kill()
    for process in tasks:
        process.join()
    end = time.monotonic()
    print(f"{count / (up - start):.1f} {(after - before) / count:.1f} {count / (end - killing):.1f} {end - start:.3f}")


if __name__ == "__main__":
    main()
