// fork(2) and waitpid(2) of an empty child: spawn_join COUNT IN_FLIGHT HEAP_MIB prints children per second.
// IN_FLIGHT children are started before the first of them is reaped; HEAP_MIB of memory is touched before.
#include "measure.h"
#include <sys/wait.h>
#include <unistd.h>

int main(int argc, char **argv) {
    if (argc != 4) return 2;
    long count = atol(argv[1]), flight = atol(argv[2]), heap = atol(argv[3]);
    if (heap > 0) {
        char *memory = malloc((size_t)heap << 20);
        if (!memory) fail("malloc");
        memset(memory, 1, (size_t)heap << 20);
        // The memory must stay: the compiler cannot see that nobody reads it.
        __asm__ volatile("" : : "r"(memory) : "memory");
    }
    pid_t *pids = calloc((size_t)flight, sizeof *pids);
    if (!pids) fail("calloc");
    int64_t start = now_ns();
    for (long done = 0; done < count; done += flight) {
        for (long i = 0; i < flight; i++) {
            pids[i] = fork();
            if (pids[i] < 0) fail("fork");
            if (pids[i] == 0) _exit(0);
        }
        for (long i = 0; i < flight; i++) {
            int status;
            if (waitpid(pids[i], &status, 0) != pids[i]) fail("waitpid");
        }
    }
    long rounds = (count + flight - 1) / flight;
    printf("%.1f\n", (double)(rounds * flight) / ((double)(now_ns() - start) / 1e9));
    return 0;
}
