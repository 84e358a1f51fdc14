"""ast.parse of a file: parse_text.py FILE prints MB per second."""

import ast
import gc
import os
import sys
import time


def main():
    path = sys.argv[1]
    with open(path, encoding="utf-8") as file:
        text = file.read()
    gc.disable()
    start = time.monotonic()
    ast.parse(text)
    print(f"{os.path.getsize(path) / 1e6 / (time.monotonic() - start):.3f}")
    sys.stdout.flush()
    # The tree of a large text takes seconds to free, which is not what is measured.
    os._exit(0)


if __name__ == "__main__":
    main()
