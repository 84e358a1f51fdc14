// As file_locked, with the locks of fcntl, which belong to processes.
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

int main(void) {
    struct flock whole = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    int file = open("data", O_RDWR | O_CREAT, 0600);
    fcntl(file, F_SETLKW, &whole);
    if (fork() == 0) {
        fcntl(file, F_SETLKW, &whole);
        return 0;
    }
    wait(NULL);
    return 0;
}
