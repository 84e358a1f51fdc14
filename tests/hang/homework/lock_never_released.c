// The child takes a shared mutex and ends without unlocking it.
#include <pthread.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

int main(void) {
    int flags = MAP_SHARED | MAP_ANONYMOUS;
    pthread_mutex_t *lock = mmap(NULL, 4096, PROT_READ | PROT_WRITE, flags, -1, 0);
    pthread_mutexattr_t attributes;
    pthread_mutexattr_init(&attributes);
    pthread_mutexattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED);
    pthread_mutex_init(lock, &attributes);
    if (fork() == 0) {
        pthread_mutex_lock(lock);
        _exit(0);
    }
    wait(NULL);
    pthread_mutex_lock(lock);
    return 0;
}
