/* A small shell. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define MOST_WORDS 255

static int status = 0;

/* Takes a line apart; gives the number of words. */
static int split(char *line, char **words)
{
    int n = 0;
    for (char *word = strtok(line, " \t\n"); word && n < MOST_WORDS; word = strtok(NULL, " \t\n"))
        words[n++] = word;
    words[n] = NULL;
    return n;
}

/* Becomes a program. */
static void become(char **words)
{
    signal(SIGINT, SIG_DFL);
    execvp(words[0], words);
    fprintf(stderr, "%s: not found\n", words[0]);
    _exit(127);
}

/* Waits for a program of the foreground, and keeps its exit code. */
static void wait_for(pid_t pid)
{
    int how;
    while (waitpid(pid, &how, 0) < 0)
        if (errno != EINTR)
            return;
    status = WIFEXITED(how) ? WEXITSTATUS(how) : 128 + WTERMSIG(how);
}

/* Starts a program. In the background it is in a group of its own: a Ctrl-C goes to the group in the foreground, which is ours. */
static void run(char **words, int background)
{
    pid_t pid = fork();
    if (pid < 0) {
        perror("fork");
        return;
    }
    if (pid == 0) {
        if (background)
            setpgid(0, 0);
        become(words);
    }
    if (background)
        setpgid(pid, pid);
    else
        wait_for(pid);
}

int main(void)
{
    char line[4096];
    char *words[MOST_WORDS + 1];

    signal(SIGINT, SIG_IGN);
    for (;;) {
        while (waitpid(-1, NULL, WNOHANG) > 0)
            ;
        if (isatty(0)) {
            printf("$ ");
            fflush(stdout);
        }
        if (!fgets(line, sizeof line, stdin))
            break;
        int n = split(line, words);
        if (n == 0)
            continue;
        if (strcmp(words[0], "exit") == 0)
            return n > 1 ? atoi(words[1]) : status;
        int background = strcmp(words[n - 1], "&") == 0;
        if (background)
            words[--n] = NULL;
        if (n > 0)
            run(words, background);
    }
    return status;
}
