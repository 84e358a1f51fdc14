/* Children that end at once and are never waited for. */
#include <unistd.h>
int main(void)
{
    for (int i = 0; i < 100000; i++)
        if (fork() == 0)
            _exit(0);
    pause();
}
