// Two processes open the same two FIFOs, each its own first.
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

int main(void) {
    mkfifo("ping", 0600);
    mkfifo("pong", 0600);
    if (fork() == 0) {
        int out = open("pong", O_WRONLY);
        int in = open("ping", O_RDONLY);
        return in < 0 || out < 0;
    }
    int out = open("ping", O_WRONLY);
    int in = open("pong", O_RDONLY);
    wait(NULL);
    return in < 0 || out < 0;
}
