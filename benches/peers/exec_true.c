// posix_spawn(3) of /bin/true and waitpid(2): exec_true COUNT prints programs per second.
#include "measure.h"
#include <errno.h>
#include <spawn.h>
#include <sys/wait.h>

extern char **environ;

int main(int argc, char **argv) {
    if (argc != 2) return 2;
    long count = atol(argv[1]);
    char *words[] = {"/bin/true", NULL};
    int64_t start = now_ns();
    for (long i = 0; i < count; i++) {
        pid_t pid;
        int status;
        errno = posix_spawn(&pid, words[0], NULL, NULL, words, environ);
        if (errno) fail("posix_spawn");
        if (waitpid(pid, &status, 0) != pid || status != 0) fail("waitpid");
    }
    printf("%.1f\n", (double)count / ((double)(now_ns() - start) / 1e9));
    return 0;
}
