// Waits for a message that nobody sends. The queue is removed already, as far as that goes, when it is opened.
#include <sys/ipc.h>
#include <sys/msg.h>
#include <unistd.h>

int main(void) {
    int queue = msgget(IPC_PRIVATE, 0600);
    int end[2];
    pipe(end);
    if (fork() == 0) {
        setsid();
        char byte;
        close(end[1]);
        read(end[0], &byte, 1);
        msgctl(queue, IPC_RMID, NULL);
        return 0;
    }
    close(end[0]);
    struct {
        long kind;
        char text[8];
    } message;
    msgrcv(queue, &message, sizeof message.text, 0, 0);
    return 0;
}
