# 1 GiB in one line.
import os
piece = b"x" * (1 << 20)
for _ in range(1024):
    os.write(1, piece)
print(42)
