// The first thread joins another one, which reads a pipe that nobody writes to.
#include <pthread.h>
#include <unistd.h>

static void *reads(void *ends) {
    char byte;
    read(((int *)ends)[0], &byte, 1);
    return NULL;
}

int main(void) {
    int ends[2];
    pthread_t thread;
    pipe(ends);
    pthread_create(&thread, NULL, reads, ends);
    pthread_join(thread, NULL);
    return 0;
}
