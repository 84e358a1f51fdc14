// Waits for a message that nobody sends. A grandchild removes the queue once its owner is gone.
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/wait.h>
#include <unistd.h>

int main(void) {
    int queue = msgget(IPC_PRIVATE, 0600);
    int end[2];
    pipe(end);
    if (fork() == 0) {
        if (fork() == 0) {
            setsid();
            char byte;
            close(end[1]);
            read(end[0], &byte, 1);
            msgctl(queue, IPC_RMID, NULL);
        }
        _exit(0);
    }
    wait(NULL);
    close(end[0]);
    struct {
        long kind;
        char text[8];
    } message;
    msgrcv(queue, &message, sizeof message.text, 0, 0);
    return 0;
}
