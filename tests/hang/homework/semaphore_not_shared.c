// A semaphore in ordinary memory is not shared with a child, whatever sem_init is told.
#include <semaphore.h>
#include <sys/wait.h>
#include <unistd.h>

int main(void) {
    static sem_t done;
    sem_init(&done, 1, 0);
    if (fork() == 0) {
        sem_post(&done);
        return 0;
    }
    wait(NULL);
    sem_wait(&done);
    return 0;
}
