// The child of vfork neither executes a program nor ends, and its parent is held up by it.
#include <unistd.h>

int main(void) {
    if (vfork() == 0) {
        pause();
        _exit(0);
    }
    return 0;
}
