// Two mutexes in shared memory, taken by two processes in opposite order.
#include <pthread.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

int main(void) {
    int flags = MAP_SHARED | MAP_ANONYMOUS;
    pthread_mutex_t *locks = mmap(NULL, 4096, PROT_READ | PROT_WRITE, flags, -1, 0);
    pthread_mutexattr_t attributes;
    pthread_mutexattr_init(&attributes);
    pthread_mutexattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED);
    pthread_mutex_init(&locks[0], &attributes);
    pthread_mutex_init(&locks[1], &attributes);
    int have[2][2];
    char byte = 'x';
    pipe(have[0]);
    pipe(have[1]);
    if (fork() == 0) {
        pthread_mutex_lock(&locks[1]);
        write(have[1][1], &byte, 1);
        read(have[0][0], &byte, 1);
        pthread_mutex_lock(&locks[0]);
        return 0;
    }
    pthread_mutex_lock(&locks[0]);
    write(have[0][1], &byte, 1);
    read(have[1][0], &byte, 1);
    pthread_mutex_lock(&locks[1]);
    return 0;
}
