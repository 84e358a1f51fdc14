// poll without a time on a pipe and a socket to a child that waits for its parent.
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

int main(void) {
    int ends[2], both[2];
    pipe(ends);
    socketpair(AF_UNIX, SOCK_STREAM, 0, both);
    if (fork() == 0) {
        char byte;
        close(ends[0]);
        close(both[0]);
        read(both[1], &byte, 1);
        return 0;
    }
    close(ends[1]);
    close(both[1]);
    struct pollfd wanted[2] = {{ends[0], POLLIN, 0}, {both[0], POLLIN, 0}};
    poll(wanted, 2, -1);
    return 0;
}
