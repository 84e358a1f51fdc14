// The parent sends a line to its child and waits for it, but forgets to close its own write end.
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

int main(void) {
    int ends[2];
    pipe(ends);
    if (fork() == 0) {
        close(ends[1]);
        char byte;
        while (read(ends[0], &byte, 1) > 0) {
        }
        return 0;
    }
    close(ends[0]);
    write(ends[1], "hello\n", 6);
    wait(NULL);
    return 0;
}
