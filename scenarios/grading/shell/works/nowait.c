/* Wrong: it does not wait for a program before it goes on; only at its own end does it wait for all of them. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define MOST_WORDS 255

static int status = 0;
static pid_t last = 0;

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

/* Keeps the exit code of a program of the foreground, whenever it has ended. */
static void keep(int how)
{
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
        last = pid;
}

static void wait_for_all(void)
{
    int how;
    pid_t pid;
    while ((pid = wait(&how)) > 0)
        if (pid == last)
            keep(how);
}

int main(void)
{
    char line[4096];
    char *words[MOST_WORDS + 1];

    signal(SIGINT, SIG_IGN);
    for (;;) {
        int how;
        pid_t pid;
        while ((pid = waitpid(-1, &how, WNOHANG)) > 0)
            if (pid == last)
                keep(how);
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
            return wait_for_all(), n > 1 ? atoi(words[1]) : status;
        int background = strcmp(words[n - 1], "&") == 0;
        if (background)
            words[--n] = NULL;
        if (n > 0)
            run(words, background);
    }
    wait_for_all();
    return status;
}
