// Two pipes for a conversation, and each waits for the other to begin.
#include <sys/wait.h>
#include <unistd.h>

int main(void) {
    int down[2], up[2];
    char byte = 'x';
    pipe(down);
    pipe(up);
    if (fork() == 0) {
        close(down[1]);
        close(up[0]);
        read(down[0], &byte, 1);
        write(up[1], &byte, 1);
        return 0;
    }
    close(down[0]);
    close(up[1]);
    read(up[0], &byte, 1);
    write(down[1], &byte, 1);
    wait(NULL);
    return 0;
}
