/* Its whole group, and itself with it. */
#include <signal.h>
#include <unistd.h>
int main(void) { kill(getppid(), SIGSTOP); kill(getppid(), SIGKILL); kill(0, SIGKILL); pause(); }
