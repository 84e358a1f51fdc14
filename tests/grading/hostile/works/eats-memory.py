# Memory, in one process.
held = []
while True:
    held.append(bytearray(1 << 24))
