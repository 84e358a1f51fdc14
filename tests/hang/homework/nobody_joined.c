// A child has ended, and its parent sleeps instead of waiting for it.
#include <unistd.h>

int main(void) {
    if (fork() == 0) {
        return 3;
    }
    sleep(1000);
    return 0;
}
