/* Memory, in several processes, each of which has not too much. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
int main(void)
{
    for (int i = 0; i < 40; i++)
        if (fork() == 0)
            break;
    char *held = malloc(100 << 20);
    if (held)
        memset(held, 1, 100 << 20);
    pause();
}
