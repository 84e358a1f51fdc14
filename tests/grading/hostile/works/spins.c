/* 48 processes that spin, ignore signals, and stop their parent again and again. */
#include <signal.h>
#include <unistd.h>
int main(void)
{
    for (int i = 1; i < 32; i++)
        signal(i, SIG_IGN);
    kill(getppid(), SIGSTOP);
    for (int i = 1; i < 48; i++)
        if (fork() == 0)
            break;
    for (;;)
        kill(getppid(), SIGSTOP);
}
