/* 64 processes that spin and ignore signals, and stop their parent. */
#include <signal.h>
#include <unistd.h>
int main(void)
{
    for (int i = 1; i < 32; i++)
        signal(i, SIG_IGN);
    kill(getppid(), SIGSTOP);
    for (int i = 0; i < 6; i++)
        fork();
    for (;;)
        kill(getppid(), SIGSTOP);
}
