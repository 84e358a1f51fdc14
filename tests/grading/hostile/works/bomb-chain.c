/* Each process starts the next one and ends: there are never more than a few, and never the same. */
#include <unistd.h>
int main(void) { for (;;) if (fork() > 0) _exit(0); }
