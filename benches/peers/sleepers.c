// COUNT children alive at once, each waiting in pause(2): sleepers COUNT prints four numbers: children
// started per second, KiB of memory each, killed and reaped per second, seconds in all.
#include "measure.h"
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

int main(int argc, char **argv) {
    if (argc != 2) return 2;
    long count = atol(argv[1]);
    pid_t *pids = calloc((size_t)count, sizeof *pids);
    long *ready = mmap(NULL, sizeof *ready, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (!pids || ready == MAP_FAILED) fail("memory");
    long before = process_kib();
    int64_t start = now_ns();
    long started = 0;
    int failed = 0;
    for (; started < count && !failed; started++) {
        pids[started] = fork();
        if (pids[started] < 0) {
            perror("fork");
            failed = 1;
            break;
        }
        if (pids[started] == 0) {
            prctl(PR_SET_PDEATHSIG, SIGKILL);
            __atomic_add_fetch(ready, 1, __ATOMIC_SEQ_CST);
            for (;;) pause();
        }
    }
    int64_t up = now_ns();
    while (!failed && __atomic_load_n(ready, __ATOMIC_SEQ_CST) < count) usleep(1000);
    long after = process_kib();
    int64_t killing = now_ns();
    for (long i = 0; i < started; i++) kill(pids[i], SIGKILL);
    for (long i = 0; i < started; i++)
        if (waitpid(pids[i], NULL, 0) != pids[i]) fail("waitpid");
    int64_t end = now_ns();
    if (failed) return 1;
    printf("%.1f %.1f %.1f %.3f\n", (double)count / ((double)(up - start) / 1e9),
           (double)(after - before) / (double)count, (double)count / ((double)(end - killing) / 1e9),
           (double)(end - start) / 1e9);
    return 0;
}
