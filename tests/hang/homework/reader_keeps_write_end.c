// The child reads to the end of the pipe, but forgets to close its own copy of the write end.
#include <sys/wait.h>
#include <unistd.h>

int main(void) {
    int ends[2];
    pipe(ends);
    if (fork() == 0) {
        char byte;
        while (read(ends[0], &byte, 1) > 0) {
        }
        return 0;
    }
    close(ends[0]);
    write(ends[1], "hello\n", 6);
    close(ends[1]);
    wait(NULL);
    return 0;
}
