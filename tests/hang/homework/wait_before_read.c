// The parent waits for its child before it reads what that writes: more than a pipe holds.
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

int main(void) {
    int ends[2];
    pipe(ends);
    if (fork() == 0) {
        close(ends[0]);
        static char much[200000];
        write(ends[1], much, sizeof much);
        return 0;
    }
    close(ends[1]);
    wait(NULL);
    char byte;
    while (read(ends[0], &byte, 1) > 0) {
    }
    return 0;
}
