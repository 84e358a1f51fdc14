"""What the workers do. This file is given; your program is tested with another one that has the same functions."""

import random
import time


def work(name):
    """Does the work of that person, and returns a number."""
    print(f"{name} is at work", flush=True)
    time.sleep(random.uniform(0.1, 1.0))
    return {"alex": 17, "barry": 23, "wusir": 42}[name]


def finish(name):
    """Puts that person's tools away."""
    time.sleep(random.uniform(0.0, 0.2))
    print(f"{name} has finished", flush=True)
