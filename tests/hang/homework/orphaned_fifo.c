// Opens a FIFO for reading, and nobody opens it for writing.
#include <fcntl.h>
#include <sys/stat.h>

int main(void) {
    mkfifo("news", 0600);
    return open("news", O_RDONLY);
}
