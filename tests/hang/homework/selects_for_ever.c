// select on a pipe of its own.
#include <sys/select.h>
#include <unistd.h>

int main(void) {
    int ends[2];
    pipe(ends);
    fd_set readable;
    FD_ZERO(&readable);
    FD_SET(ends[0], &readable);
    select(ends[0] + 1, &readable, NULL, NULL, NULL);
    return 0;
}
