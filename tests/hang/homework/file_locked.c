// The parent holds the lock of a file that its child wants, and waits for the child.
#include <fcntl.h>
#include <sys/file.h>
#include <sys/wait.h>
#include <unistd.h>

int main(void) {
    int file = open("data", O_RDWR | O_CREAT, 0600);
    flock(file, LOCK_EX);
    if (fork() == 0) {
        close(file);
        int again = open("data", O_RDWR);
        flock(again, LOCK_EX);
        return 0;
    }
    wait(NULL);
    return 0;
}
