// A child is forked while another thread holds a mutex: the child's copy of it stays locked for ever.
#include <pthread.h>
#include <sys/wait.h>
#include <unistd.h>

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static int locked[2];

static void *hold(void *nothing) {
    pthread_mutex_lock(&mutex);
    write(locked[1], "x", 1);
    pause();
    return nothing;
}

int main(void) {
    pthread_t thread;
    char byte;
    pipe(locked);
    pthread_create(&thread, NULL, hold, NULL);
    read(locked[0], &byte, 1);
    if (fork() == 0) {
        pthread_mutex_lock(&mutex);
        return 0;
    }
    wait(NULL);
    return 0;
}
