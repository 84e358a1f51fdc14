// How long after a child's last act its parent knows of its end: exit_notice ROUNDS LIVE prints the median
// in microseconds, by waitid(2) on the pid, while LIVE other children are alive.
#include "measure.h"
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

static pid_t start_child(void) {
    pid_t pid = fork();
    if (pid < 0) fail("fork");
    if (pid == 0) prctl(PR_SET_PDEATHSIG, SIGKILL);
    return pid;
}

int main(int argc, char **argv) {
    if (argc != 3) return 2;
    long rounds = atol(argv[1]), live = atol(argv[2]);
    int64_t *times = calloc((size_t)rounds, sizeof *times);
    pid_t *others = calloc((size_t)live + 1, sizeof *others);
    volatile int64_t *ended =
        mmap(NULL, 2 * sizeof *ended, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (!times || !others || ended == MAP_FAILED) fail("memory");
    for (long i = 0; i < live; i++)
        if ((others[i] = start_child()) == 0) {
            __atomic_add_fetch(ended + 1, 1, __ATOMIC_SEQ_CST);
            for (;;) pause();
        }
    while (ended[1] < live) usleep(1000);
    // The last of them have yet to fall asleep.
    if (live > 0) sleep(1);
    for (long i = 0; i < rounds; i++) {
        pid_t pid = start_child();
        if (pid == 0) {
            // Long enough for the parent to be asleep in waitid.
            usleep(2000);
            *ended = now_ns();
            _exit(0);
        }
        siginfo_t info;
        if (waitid(P_PID, (id_t)pid, &info, WEXITED) != 0) fail("waitid");
        times[i] = now_ns() - *ended;
    }
    for (long i = 0; i < live; i++) kill(others[i], SIGKILL);
    for (long i = 0; i < live; i++) waitpid(others[i], NULL, 0);
    printf("%.2f\n", (double)median(times, (size_t)rounds) / 1e3);
    return 0;
}
