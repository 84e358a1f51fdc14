// The child's signal comes before its parent begins to wait for it, and is lost.
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

static void ready(int number) { (void)number; }

int main(void) {
    signal(SIGUSR1, ready);
    if (fork() == 0) {
        kill(getppid(), SIGUSR1);
        return 0;
    }
    while (wait(NULL) > 0) {
    }
    sigset_t none;
    sigemptyset(&none);
    sigsuspend(&none);
    return 0;
}
