// From the start to the end of a command: time_of COUNT PROGRAM ARGS… prints the median in milliseconds.
// In C because a timer in Python would add a millisecond of its own to every command that it times.
#include "measure.h"
#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>

extern char **environ;

int main(int argc, char **argv) {
    if (argc < 3) return 2;
    long count = atol(argv[1]);
    int64_t *times = calloc((size_t)count, sizeof *times);
    if (!times) fail("calloc");
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
    for (long i = 0; i < count; i++) {
        pid_t pid;
        int status;
        int64_t start = now_ns();
        errno = posix_spawnp(&pid, argv[2], &actions, NULL, argv + 2, environ);
        if (errno) fail(argv[2]);
        if (waitpid(pid, &status, 0) != pid) fail("waitpid");
        if (status != 0) {
            fprintf(stderr, "%s: status %d\n", argv[2], status);
            return 1;
        }
        times[i] = now_ns() - start;
    }
    printf("%.4f\n", (double)median(times, (size_t)count) / 1e6);
    return 0;
}
