/* Memory, in several processes, each of which has not too much. */
#include <stdlib.h>
#include <unistd.h>
int main(void)
{
    for (int i = 0; i < 12; i++)
        if (fork() == 0)
            break;
    volatile char *held = malloc(150 << 20);
    if (held)
        for (long at = 0; at < 150L << 20; at += 4096)
            held[at] = 1;
    pause();
}
