// The child stops itself, and its parent waits for its end.
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

int main(void) {
    if (fork() == 0) {
        raise(SIGSTOP);
        return 0;
    }
    wait(NULL);
    return 0;
}
