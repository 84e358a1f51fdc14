// The child waits for a word from its parent, which gives it only after the child's end.
#include <sys/wait.h>
#include <unistd.h>

int main(void) {
    int go[2];
    pipe(go);
    pid_t child = fork();
    if (child == 0) {
        char byte;
        close(go[1]);
        read(go[0], &byte, 1);
        return 0;
    }
    close(go[0]);
    waitpid(child, NULL, 0);
    write(go[1], "g", 1);
    return 0;
}
