/* The same, behind the right answer, and in a session of its own; slow enough that it is the test that finds it and not, on some
   machines, the limit of processes started in all. */
#include <stdio.h>
#include <unistd.h>
int main(void)
{
    int n;
    if (fork() == 0) {
        setsid();
        for (;; usleep(2000)) if (fork() > 0) _exit(0);
    }
    scanf("%d", &n);
    printf("%d\n", 2 * n);
    fflush(stdout);
    _exit(0);
}
