// P without V: the child takes the semaphore and ends, then the parent wants it.
#include <sys/ipc.h>
#include <sys/sem.h>
#include <sys/wait.h>
#include <unistd.h>

int main(void) {
    int set = semget(IPC_PRIVATE, 1, 0600);
    struct sembuf down = {0, -1, 0}, up = {0, 1, 0};
    semop(set, &up, 1);
    // A set lives on without its processes: a grandchild removes it once they are gone, which the pipe's end tells.
    int end[2];
    pipe(end);
    if (fork() == 0) {
        if (fork() == 0) {
            setsid();
            char byte;
            close(end[1]);
            read(end[0], &byte, 1);
            semctl(set, 0, IPC_RMID);
        }
        _exit(0);
    }
    wait(NULL);
    close(end[0]);
    if (fork() == 0) {
        semop(set, &down, 1);
        return 0;
    }
    wait(NULL);
    semop(set, &down, 1);
    return 0;
}
