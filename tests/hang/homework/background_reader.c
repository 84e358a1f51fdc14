// The child is put in a process group of its own and reads the terminal from the background.
#include <sys/wait.h>
#include <unistd.h>

int main(void) {
    pid_t child = fork();
    if (child == 0) {
        setpgid(0, 0);
        char byte;
        read(STDIN_FILENO, &byte, 1);
        return 0;
    }
    waitpid(child, NULL, 0);
    return 0;
}
