// parent | first | second: the second child was forked when the first pipe was still open, and keeps its write end.
#include <sys/wait.h>
#include <unistd.h>

static void copy(int from, int to) {
    char byte;
    while (read(from, &byte, 1) > 0) {
        write(to, &byte, 1);
    }
}

int main(void) {
    int in[2], out[2];
    pipe(in);
    pipe(out);
    if (fork() == 0) {
        close(in[1]);
        close(out[0]);
        copy(in[0], out[1]);
        return 0;
    }
    if (fork() == 0) {
        close(out[1]);
        copy(out[0], STDERR_FILENO);
        return 0;
    }
    close(in[0]);
    close(in[1]);
    close(out[0]);
    close(out[1]);
    wait(NULL);
    wait(NULL);
    return 0;
}
