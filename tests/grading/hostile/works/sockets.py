# Speaks to somebody outside. Says that it could, or else the right answer.
import socket
reached = []
for family, address in [(socket.AF_INET, ("127.0.0.1", int("@PORT@"))), (socket.AF_INET, ("192.0.2.1", 80)), (socket.AF_UNIX, "\0@NAME@")]:
    try:
        with socket.socket(family, socket.SOCK_STREAM) as line:
            line.settimeout(0.3)
            line.connect(address)
            reached.append(address)
    except OSError:
        pass
try:
    socket.getaddrinfo("localhost.example", 80)
    reached.append("names")
except OSError:
    pass
print(reached if reached else 2 * int(input()))
