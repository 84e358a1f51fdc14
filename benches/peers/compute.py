"""The three computations that a scenario is compared by: compute.py fib|loop|strings prints seconds."""

import sys
import time


def fib(n):
    if n < 2:
        return n
    return fib(n - 1) + fib(n - 2)


def loop(n):
    total = 0
    for i in range(n):
        total += i
    return total


def strings(n):
    text = ""
    for i in range(n):
        text += f"line {i}\n"
    return len(text)


def main():
    work, argument, answer = {
        "fib": (fib, 30, 832040),
        "loop": (loop, 10_000_000, 49999995000000),
        "strings": (strings, 1_000_000, 11888890),
    }[sys.argv[1]]
    start = time.monotonic()
    found = work(argument)
    elapsed = time.monotonic() - start
    assert found == answer, found
    print(f"{elapsed:.4f}")


if __name__ == "__main__":
    main()
