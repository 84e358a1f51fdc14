"""Two children that read from one pipe: the first closes the writing end before, the second forgets it."""
import os

read, write = os.pipe()
for closes in [True, False]:
    if os.fork() == 0:
        if closes:
            os.close(write)
        os.read(read, 1)
        os._exit(0 if closes else 1)
os.close(read)
os.write(write, b"ab")
os.close(write)
os.wait()
os.wait()
