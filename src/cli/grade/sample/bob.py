"""Greets each name on the command line; but nobody waits, and the second name is forgotten."""
import sys
from multiprocessing import Process


def greet(name):
    print("hello " + name, flush=True)


if __name__ == "__main__":
    print("done", flush=True)
    Process(target=greet, args=(sys.argv[1],)).start()
