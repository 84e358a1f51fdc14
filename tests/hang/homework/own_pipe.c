// A process reads a pipe to which only it could write.
#include <unistd.h>

int main(void) {
    int ends[2];
    char byte;
    pipe(ends);
    return read(ends[0], &byte, 1) != 1;
}
