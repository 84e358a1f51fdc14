"""How long after a task's last act multiprocessing's join returns: exit_notice.py ROUNDS prints the median in
microseconds."""

import multiprocessing
import statistics
import sys
import time


def task(ended):
    time.sleep(0.002)
    ended.value = time.monotonic()


def main():
    rounds = int(sys.argv[1])
    context = multiprocessing.get_context("fork")
    ended = context.Value("d", 0.0, lock=False)
    times = []
    for _ in range(rounds):
        process = context.Process(target=task, args=(ended,))
        process.start()
        process.join()
        times.append(time.monotonic() - ended.value)
    print(f"{statistics.median(times) * 1e6:.2f}")


if __name__ == "__main__":
    main()
