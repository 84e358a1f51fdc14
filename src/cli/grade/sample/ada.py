"""Greets each name on the command line, in a process of its own."""
import sys
from multiprocessing import Process


def greet(name):
    print("hello " + name, flush=True)


if __name__ == "__main__":
    greeters = [Process(target=greet, args=(name,)) for name in sys.argv[1:]]
    for greeter in greeters:
        greeter.start()
    for greeter in greeters:
        greeter.join()
    print("done")
