"""Messages through a multiprocessing.Queue between two tasks: queue_messages.py COUNT prints messages per second."""

import multiprocessing
import sys
import time


def producer(messages, start, count):
    start.wait()
    for i in range(count):
        messages.put(i)


def consumer(messages, start, count, seconds):
    start.wait()
    begin = time.monotonic()
    total = 0
    for _ in range(count):
        total += messages.get()
    seconds.value = time.monotonic() - begin
    assert total == count * (count - 1) // 2


def main():
    count = int(sys.argv[1])
    context = multiprocessing.get_context("fork")
    messages = context.Queue()
    start = context.Barrier(2)
    seconds = context.Value("d", 0.0, lock=False)
    tasks = [
        context.Process(target=producer, args=(messages, start, count)),
        context.Process(target=consumer, args=(messages, start, count, seconds)),
    ]
    for process in tasks:
        process.start()
    for process in tasks:
        process.join()
    print(f"{count / seconds.value:.1f}")


if __name__ == "__main__":
    main()
