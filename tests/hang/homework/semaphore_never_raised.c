// P without V: the child takes the semaphore and ends, then the parent wants it.
#include <sys/ipc.h>
#include <sys/sem.h>
#include <sys/wait.h>
#include <unistd.h>

int main(void) {
    int set = semget(IPC_PRIVATE, 1, 0600);
    struct sembuf down = {0, -1, 0}, up = {0, 1, 0};
    semop(set, &up, 1);
    // A set lives on without its processes. The one whose end removes it is told by its pipe.
    int end[2];
    pipe(end);
    if (fork() == 0) {
        setsid();
        char byte;
        close(end[1]);
        read(end[0], &byte, 1);
        semctl(set, 0, IPC_RMID);
        return 0;
    }
    close(end[0]);
    if (fork() == 0) {
        semop(set, &down, 1);
        return 0;
    }
    semop(set, &down, 1);
    return 0;
}
