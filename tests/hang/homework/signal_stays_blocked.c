// The mask given to sigsuspend blocks the very signal that is waited for.
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

static void ready(int number) { (void)number; }

int main(void) {
    sigset_t usr1;
    sigemptyset(&usr1);
    sigaddset(&usr1, SIGUSR1);
    sigprocmask(SIG_BLOCK, &usr1, NULL);
    signal(SIGUSR1, ready);
    if (fork() == 0) {
        kill(getppid(), SIGUSR1);
        return 0;
    }
    wait(NULL);
    sigsuspend(&usr1);
    return 0;
}
