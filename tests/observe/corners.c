// Corners of processes, one for each name given as the first argument. Each waits for what it causes, so that it does the same
// in every run.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/sched.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/sem.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;
static const char *self;
static volatile sig_atomic_t got;

static void say(const char *what, long number) {
    char line[128];
    int length = snprintf(line, sizeof line, "%s %ld\n", what, number);
    if (write(1, line, length) != length) _exit(99);
}

static void handler(int number) { got = number; }

static void on(int number, void (*what)(int), int flags) {
    struct sigaction action = {.sa_handler = what, .sa_flags = flags};
    sigaction(number, &action, NULL);
}

static void join(pid_t pid) {
    int status = 0;
    say("waited", waitpid(pid, &status, 0) == pid);
    say("status", status);
}

static void say_wait(pid_t pid, int options) {
    int status = 0;
    pid_t result = waitpid(pid, &status, options);
    say("result", result > 0 ? 1 : result);
    say("status", status);
}

// Until a file of /proc has this word.
static void until_it_says(pid_t pid, const char *name, const char *word) {
    char path[64], text[4096];
    snprintf(path, sizeof path, "/proc/%d/%s", pid, name);
    for (;;) {
        int file = open(path, O_RDONLY);
        ssize_t length = read(file, text, sizeof text - 1);
        close(file);
        if (length > 0 && (text[length] = 0, strstr(text, word))) return;
        usleep(1000);
    }
}

// Until it is in this function of the kernel.
static void until_it_sleeps_in(pid_t pid, const char *place) { until_it_says(pid, "wchan", place); }

static void corner_vfork(void) {
    pid_t pid = vfork();
    if (pid == 0) { execl("/bin/true", "true", NULL); _exit(1); }
    join(pid);
    pid = vfork();
    if (pid == 0) _exit(7);
    join(pid);
    pid = vfork();
    if (pid == 0) { execl("/nonexistent", "none", "a b", NULL); _exit(9); }
    join(pid);
}

static void corner_posix_spawn(void) {
    char *arguments[] = {"echo", "spawned", NULL};
    pid_t pid = 0;
    int error = posix_spawn(&pid, "/bin/echo", NULL, NULL, arguments, environ);
    join(pid);
    say("spawn", error);
    say("spawnp", posix_spawnp(&pid, "no-such-program", NULL, NULL, arguments, environ));
}

static void *busy(void *nothing) {
    for (volatile int i = 0; i < 10000; i++) {}
    pid_t pid = fork();
    if (pid == 0) _exit(3);
    waitpid(pid, NULL, 0);
    return nothing;
}

static void corner_threads(void) {
    pthread_t threads[8];
    for (int i = 0; i < 8; i++) {
        pthread_create(&threads[i], NULL, busy, NULL);
        pthread_join(threads[i], NULL);
    }
    say("joined", 8);
}

static void *forever(void *pipe) {
    char byte;
    while (read(*(int *)pipe, &byte, 1) < 0) {}
    return NULL;
}

static void *executes(void *nothing) {
    execl("/bin/echo", "echo", "from a thread", NULL);
    return nothing;
}

static void corner_exec_thread(void) {
    int fds[2];
    if (pipe(fds)) _exit(98);
    pthread_t others[3], one;
    for (int i = 0; i < 3; i++) pthread_create(&others[i], NULL, forever, &fds[0]);
    pthread_create(&one, NULL, executes, NULL);
    pthread_join(one, NULL);
}

static void *ends_process(void *nothing) { _exit(5); return nothing; }

static void corner_thread_exits(void) {
    pthread_t one;
    pthread_create(&one, NULL, ends_process, NULL);
    pthread_join(one, NULL);
}

static void *outlives(void *pid) { usleep(2000); say("alive", 1); _exit(4); return pid; }

static void corner_leader_ends(void) {
    pthread_t one;
    pthread_create(&one, NULL, outlives, NULL);
    pthread_exit(NULL);
}

static void corner_double_fork(void) {
    int fds[2];
    char byte;
    if (pipe(fds)) _exit(98);
    pid_t pid = fork();
    if (pid == 0) {
        if (fork() == 0) {
            setsid();
            close(fds[0]);
            while (getppid() == 0) {}
            _exit(6);
        }
        _exit(0);
    }
    join(pid);
    close(fds[1]);
    say("end", read(fds[0], &byte, 1));
}

static void corner_setsid(void) {
    pid_t pid = fork();
    if (pid == 0) {
        say("setsid", setsid() == getpid());
        say("again", setsid());
        say("group", setpgid(0, 0));
        _exit(0);
    }
    join(pid);
    pid = fork();
    if (pid == 0) { pause(); _exit(0); }
    say("setpgid", setpgid(pid, pid));
    kill(-pid, SIGTERM);
    join(pid);
}

static void corner_orphan(void) {
    int fds[2];
    char byte;
    if (pipe(fds)) _exit(98);
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    pid_t pid = fork();
    if (pid == 0) {
        if (fork() == 0) {
            close(fds[1]);
            if (read(fds[0], &byte, 1) != 0) _exit(97);
            _exit(11);
        }
        _exit(0);
    }
    join(pid);
    close(fds[1]);
    join(-1);
}

static void corner_zombie(void) {
    pid_t pid = fork();
    if (pid == 0) _exit(12);
    siginfo_t info;
    waitid(P_PID, pid, &info, WEXITED | WNOWAIT);
    say("zombie", info.si_status);
    say("polled", waitid(P_PID, pid, &info, WEXITED | WNOWAIT | WNOHANG));
    join(pid);
    say("gone", waitpid(pid, NULL, 0));
    say("errno", errno);
}

static void corner_stopped(void) {
    int fds[2];
    char byte;
    if (pipe(fds)) _exit(98);
    pid_t pid = fork();
    if (pid == 0) { raise(SIGSTOP); while (read(fds[0], &byte, 1) < 0) {} _exit(13); }
    say_wait(pid, WUNTRACED);
    kill(pid, SIGCONT);
    say_wait(pid, WCONTINUED);
    if (write(fds[1], "x", 1)) {}
    join(pid);
    pid = fork();
    if (pid == 0) { setpgid(0, 0); raise(SIGTSTP); _exit(14); }
    // A group of its own that is not orphaned: its parent is in another one of the session.
    say_wait(pid, WUNTRACED);
    say_wait(pid, WUNTRACED | WNOHANG);
    kill(pid, SIGCONT);
    join(pid);
    pid = fork();
    if (pid == 0) { raise(SIGSTOP); _exit(15); }
    say_wait(pid, WUNTRACED);
    kill(pid, SIGKILL);
    join(pid);
    pid = fork();
    if (pid == 0) {
        for (int i = 0; i < 2; i++) { raise(SIGSTOP); while (read(fds[0], &byte, 1) < 0) {} }
        _exit(16);
    }
    siginfo_t info;
    for (int i = 0; i < 2; i++) {
        waitid(P_PID, pid, &info, WSTOPPED);
        say("code", info.si_code);
        say("signal", info.si_status);
        kill(pid, SIGCONT);
        waitid(P_PID, pid, &info, WCONTINUED);
        say("code", info.si_code);
        if (write(fds[1], "x", 1)) {}
    }
    join(pid);
}

static void corner_stopped_threads(void) {
    int fds[2], end[2];
    if (pipe(fds) || pipe(end)) _exit(98);
    pid_t pid = fork();
    if (pid == 0) {
        pthread_t others[3];
        for (int i = 0; i < 3; i++) pthread_create(&others[i], NULL, forever, &fds[0]);
        raise(SIGSTOP);
        char byte;
        while (read(end[0], &byte, 1) < 0) {}
        _exit(17);
    }
    say_wait(pid, WUNTRACED);
    kill(pid, SIGCONT);
    say_wait(pid, WCONTINUED);
    if (write(end[1], "x", 1)) {}
    join(pid);
}

static void corner_killed(void) {
    for (int number = 1; number <= 64; number++) {
        if (number == 32 || number == 33 || number == SIGCONT || number == SIGURG || number == SIGWINCH ||
            number == SIGCHLD || number == SIGSTOP || number == SIGTSTP || number == SIGTTIN || number == SIGTTOU)
            continue;
        pid_t pid = fork();
        if (pid == 0) { kill(getpid(), number); pause(); }
        int status = 0;
        waitpid(pid, &status, 0);
        say("killed", status & 0x7f);
    }
}

static void corner_faults(void) {
    for (int kind = 0; kind < 3; kind++) {
        pid_t pid = fork();
        if (pid == 0) {
            if (kind == 0) *(volatile int *)8 = 1;
            if (kind == 1) __builtin_trap();
            if (kind == 2) abort();
            _exit(0);
        }
        int status = 0;
        waitpid(pid, &status, 0);
        say("fault", status & 0x7f);
    }
}

static void corner_exec_chain(const char *left) {
    int number = left ? atoi(left) : 5;
    say("link", number);
    if (number == 0) return;
    char next[16];
    snprintf(next, sizeof next, "%d", number - 1);
    execl("/nowhere/at/all", "x", NULL);
    execl(self, "corners", "exec_chain", next, NULL);
}

static void corner_cloexec(void) {
    int keep[2], lose[2];
    if (pipe(keep) || pipe2(lose, O_CLOEXEC)) _exit(98);
    pid_t pid = fork();
    if (pid == 0) {
        close(keep[0]);
        dup2(keep[1], 1);
        execl("/bin/echo", "echo", "into the pipe", NULL);
        _exit(1);
    }
    close(keep[1]);
    close(lose[1]);
    char text[64] = "";
    ssize_t length = 0, more;
    while ((more = read(keep[0], text + length, sizeof text - length - 1)) > 0) length += more;
    say(text, length);
    say("closed", read(lose[0], text, 1));
    join(pid);
}

static void corner_ignored_sigchld(void) {
    on(SIGCHLD, SIG_IGN, 0);
    int fds[2];
    char byte;
    if (pipe(fds)) _exit(98);
    for (int i = 0; i < 3; i++) {
        if (fork() == 0) _exit(20 + i);
    }
    say("nobody", waitpid(-1, NULL, 0));
    say("errno", errno);
    pid_t pid = fork();
    if (pid == 0) _exit(23);
    close(fds[1]);
    say("end", read(fds[0], &byte, 1));
    while (kill(pid, 0) == 0) usleep(1000);
    say("gone", 1);
}

static void queued(int number, siginfo_t *info, void *nothing) {
    (void)nothing;
    say("signal", number - SIGRTMIN);
    say("value", info->si_value.sival_int);
    say("code", info->si_code);
    say("mine", info->si_pid == getpid());
}

static void corner_realtime(void) {
    struct sigaction action = {.sa_sigaction = queued, .sa_flags = SA_SIGINFO};
    sigset_t set, before;
    sigemptyset(&set);
    for (int i = 0; i < 3; i++) {
        sigaction(SIGRTMIN + i, &action, NULL);
        sigaddset(&set, SIGRTMIN + i);
    }
    sigprocmask(SIG_BLOCK, &set, &before);
    for (int i = 0; i < 6; i++) {
        union sigval value = {.sival_int = 100 + i};
        sigqueue(getpid(), SIGRTMIN + 2 - i % 3, value);
    }
    sigprocmask(SIG_SETMASK, &before, NULL);
    pid_t pid = fork();
    if (pid == 0) { kill(getpid(), SIGRTMAX); pause(); }
    join(pid);
    siginfo_t info;
    sigprocmask(SIG_BLOCK, &set, NULL);
    union sigval value = {.sival_int = 7};
    sigqueue(getpid(), SIGRTMIN, value);
    say("taken", sigwaitinfo(&set, &info) - SIGRTMIN);
    say("value", info.si_value.sival_int);
}

static void corner_alarm(void) {
    on(SIGALRM, handler, 0);
    on(SIGVTALRM, handler, 0);
    struct itimerval soon = {.it_value = {0, 2000}};
    setitimer(ITIMER_REAL, &soon, NULL);
    say("paused", pause());
    say("got", got);
    setitimer(ITIMER_VIRTUAL, &soon, NULL);
    while (got != SIGVTALRM) {}
    say("got", got);
    pid_t pid = fork();
    if (pid == 0) {
        on(SIGALRM, SIG_DFL, 0);
        setitimer(ITIMER_REAL, &soon, NULL);
        for (;;) pause();
    }
    join(pid);
}

static void corner_sigpipe(void) {
    int fds[2];
    if (pipe(fds)) _exit(98);
    close(fds[0]);
    pid_t pid = fork();
    if (pid == 0) { if (write(fds[1], "x", 1)) {} _exit(0); }
    join(pid);
    on(SIGPIPE, SIG_IGN, 0);
    say("write", write(fds[1], "x", 1));
    say("errno", errno);
}

static void corner_clone_parent(void) {
    pid_t pid = fork();
    if (pid == 0) {
        pid_t sibling = syscall(SYS_clone, CLONE_PARENT | SIGCHLD, 0, 0, 0, 0);
        if (sibling == 0) _exit(31);
        say("not mine", waitpid(sibling, NULL, 0));
        struct clone_args arguments = {.flags = CLONE_PARENT};
        sibling = syscall(SYS_clone3, &arguments, sizeof arguments);
        if (sibling == 0) _exit(32);
        _exit(30);
    }
    int all = 0, status;
    while (waitpid(-1, &status, 0) > 0) all += WEXITSTATUS(status);
    say("all", all);
}

static void corner_untraced(void) {
    pid_t pid = syscall(SYS_clone, CLONE_UNTRACED | SIGCHLD, 0, 0, 0, 0);
    if (pid == 0) { execl("/bin/true", "true", NULL); _exit(1); }
    join(pid);
    struct clone_args arguments = {.flags = CLONE_UNTRACED, .exit_signal = SIGCHLD};
    pid = syscall(SYS_clone3, &arguments, sizeof arguments);
    if (pid == 0) _exit(33);
    join(pid);
}

static void corner_pidfd(void) {
    pid_t pid = fork();
    if (pid == 0) { for (;;) pause(); }
    int fd = syscall(SYS_pidfd_open, pid, 0);
    say("sent", syscall(SYS_pidfd_send_signal, fd, SIGTERM, NULL, 0));
    siginfo_t info;
    say("waited", waitid(P_PIDFD, fd, &info, WEXITED));
    say("signal", info.si_status);
}

static void corner_sigtrap(void) {
    on(SIGTRAP, handler, 0);
    raise(SIGTRAP);
    say("got", got);
    got = 0;
#if defined(__x86_64__)
    __asm__ volatile("int3");
#else
    raise(SIGTRAP);
#endif
    say("got", got);
    say("traced", ptrace(PTRACE_TRACEME, 0, 0, 0) == -1 ? 1 : 1);
}

static int told;
static void tells(int number) { got = number; if (write(told, "x", 1)) {} }

static void corner_restart(void) {
    int fds[2];
    char byte = 0;
    if (pipe(fds)) _exit(98);
    for (int restart = 0; restart < 2; restart++) {
        told = fds[1];
        on(SIGUSR1, tells, restart ? SA_RESTART : 0);
        got = 0;
        pid_t parent = getpid(), pid = fork();
        if (pid == 0) {
            until_it_sleeps_in(parent, "wait");
            kill(parent, SIGUSR1);
            while (read(fds[0], &byte, 1) < 0) {}
            _exit(40 + restart);
        }
        int status = 0;
        pid_t result = waitpid(pid, &status, 0);
        say("result", result == pid);
        if (result < 0) { say("errno", errno); waitpid(pid, &status, 0); }
        say("status", status);
        say("got", got);
    }
}

static void corner_thread_kill(void) {
    on(SIGUSR2, handler, 0);
    int fds[2];
    if (pipe(fds)) _exit(98);
    pthread_t one;
    pthread_create(&one, NULL, forever, &fds[0]);
    pthread_kill(one, SIGUSR2);
    while (!got) usleep(500);
    say("got", got);
    if (write(fds[1], "x", 1)) {}
    pthread_join(one, NULL);
}

static void corner_group(void) {
    int fds[2];
    char byte;
    if (pipe(fds)) _exit(98);
    pid_t first = 0;
    for (int i = 0; i < 3; i++) {
        pid_t pid = fork();
        if (pid == 0) {
            setpgid(0, first);
            if (write(fds[1], "x", 1)) {}
            for (;;) pause();
        }
        setpgid(pid, first ? first : pid);
        if (!first) first = pid;
        if (read(fds[0], &byte, 1)) {}
    }
    say("killed", killpg(first, SIGTERM));
    say("none", killpg(first + 100000000, SIGTERM));
    for (int i = 0; i < 3; i++) join(-first);
}

static void corner_handled(void) {
    on(SIGUSR1, handler, 0);
    on(SIGUSR2, SIG_IGN, 0);
    kill(getpid(), SIGUSR1);
    kill(getpid(), SIGUSR2);
    kill(getpid(), SIGWINCH);
    say("got", got);
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGUSR1);
    sigprocmask(SIG_BLOCK, &set, NULL);
    kill(getpid(), SIGUSR1);
    say("blocked", 1);
    sigprocmask(SIG_UNBLOCK, &set, NULL);
    kill(getpid(), 0);
    kill(999999999, SIGTERM);
}

static void corner_many(void) {
    for (int i = 0; i < 200; i++) {
        pid_t pid = fork();
        if (pid == 0) _exit(i);
        waitpid(pid, NULL, 0);
    }
    say("many", 200);
}

static void corner_crowd(void) {
    int fds[2], sum = 0, status;
    char byte;
    if (pipe(fds)) _exit(98);
    for (int i = 0; i < 100; i++) {
        if (fork() == 0) { close(fds[1]); if (read(fds[0], &byte, 1)) {} _exit(i); }
    }
    close(fds[1]);
    while (waitpid(-1, &status, 0) > 0) sum += WEXITSTATUS(status);
    say("sum", sum);
}

static void child_that_ends_soon(void) {
    if (fork() == 0) { usleep(20000); _exit(0); }
}

// A SIGCHLD that nobody minds ends none of these calls; a signal with a handler does.
static void corner_unminded(void) {
    struct epoll_event event;
    int epoll = epoll_create1(0);
    child_that_ends_soon();
    say("epoll_wait", epoll_wait(epoll, &event, 1, 200));
    int set = semget(IPC_PRIVATE, 1, 0600);
    struct sembuf down = {0, -1, 0};
    struct timespec time = {0, 200000000};
    child_that_ends_soon();
    say("semtimedop", semtimedop(set, &down, 1, &time));
    say("errno", errno);
    semctl(set, 0, IPC_RMID);
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGUSR2);
    sigprocmask(SIG_BLOCK, &signals, NULL);
    child_that_ends_soon();
    say("sigtimedwait", sigtimedwait(&signals, NULL, &time));
    say("errno", errno);
    int ends[2];
    char byte;
    if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends)) _exit(98);
    struct timeval limit = {0, 200000};
    setsockopt(ends[0], SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    child_that_ends_soon();
    say("recv", recv(ends[0], &byte, 1, 0));
    say("errno", errno);
    on(SIGUSR1, handler, SA_RESTART);
    child_that_ends_soon();
    pid_t parent = getpid();
    if (fork() == 0) {
        until_it_sleeps_in(parent, "poll");
        kill(parent, SIGUSR1);
        _exit(0);
    }
    say("handled", epoll_wait(epoll, &event, 1, -1));
    say("errno", errno);
    say("got", got);
    while (wait(NULL) > 0) {}
}

// A stop ends epoll_wait; what nobody minds does not end the next one, also where SIGCONT is blocked and so never comes.
static void corner_unminded_after_stop(void) {
    int fds[2], ended[2];
    char byte;
    if (pipe(fds) || pipe(ended)) _exit(98);
    pid_t pid = fork();
    if (pid == 0) {
        sigset_t set;
        sigemptyset(&set);
        sigaddset(&set, SIGCONT);
        sigprocmask(SIG_BLOCK, &set, NULL);
        struct epoll_event event = {.events = EPOLLIN};
        int epoll = epoll_create1(0), result;
        epoll_ctl(epoll, EPOLL_CTL_ADD, fds[0], &event);
        while ((result = epoll_wait(epoll, &event, 1, -1)) < 0) {
            say("errno", errno);
            if (write(ended[1], "x", 1)) {}
        }
        say("epoll_wait", result);
        _exit(0);
    }
    until_it_sleeps_in(pid, "poll");
    kill(pid, SIGSTOP);
    say_wait(pid, WUNTRACED);
    kill(pid, SIGCONT);
    if (read(ended[0], &byte, 1)) {}
    say_wait(pid, WCONTINUED);
    until_it_sleeps_in(pid, "poll");
    kill(pid, SIGURG);
    until_it_says(pid, "status", "ShdPnd:\t0000000000020000");
    until_it_sleeps_in(pid, "poll");
    if (write(fds[1], "x", 1)) {}
    join(pid);
}

// waitid(2) without a place to tell: Linux allows it.
static void corner_waitid_null(void) {
    for (int late = 0; late < 2; late++) {
        pid_t pid = fork();
        if (pid == 0) { if (late) usleep(20000); _exit(3 + late); }
        siginfo_t info;
        if (!late) waitid(P_PID, pid, &info, WEXITED | WNOWAIT);
        say("waited", waitid(P_PID, pid, NULL, WEXITED));
        say("gone", kill(pid, 0));
    }
}

static void *reaps(void *nothing) {
    for (;;) {
        pid_t pid = fork();
        if (pid == 0) _exit(3);
        waitpid(pid, NULL, 0);
    }
    return nothing;
}

// Threads reap, and another one executes: some of the waits have happened, and their threads are no more.
static void corner_exec_over_wait(void) {
    const char *left = getenv("ROUNDS");
    int rounds = left ? atoi(left) : 20;
    if (rounds == 0) { say("done", 0); return; }
    char text[16];
    snprintf(text, sizeof text, "%d", rounds - 1);
    setenv("ROUNDS", text, 1);
    pthread_t threads[2];
    for (int i = 0; i < 2; i++) pthread_create(&threads[i], NULL, reaps, NULL);
    usleep(3000);
    execl(self, self, "exec_over_wait", NULL);
}

// A group, by a pidfd; an open directory of /proc; itself, without any descriptor.
static void corner_pidfd_targets(void) {
    int fds[2];
    char byte;
    if (pipe(fds)) _exit(98);
    pid_t pid = fork();
    if (pid == 0) {
        setpgid(0, 0);
        if (fork() == 0) { if (write(fds[1], "x", 1)) {} }
        for (;;) pause();
    }
    if (read(fds[0], &byte, 1)) {}
    int fd = syscall(SYS_pidfd_open, pid, 0);
    long sent = syscall(SYS_pidfd_send_signal, fd, SIGTERM, NULL, 4);
    if (sent < 0) kill(-pid, SIGTERM);
    say("group", sent);
    join(pid);
    pid = fork();
    if (pid == 0) { for (;;) pause(); }
    char path[64];
    snprintf(path, sizeof path, "/proc/%d", pid);
    fd = open(path, O_DIRECTORY | O_RDONLY);
    say("directory", syscall(SYS_pidfd_send_signal, fd, SIGTERM, NULL, 0));
    join(pid);
    on(SIGUSR1, SIG_IGN, 0);
    say("self", syscall(SYS_pidfd_send_signal, -10001, SIGUSR1, NULL, 0));
}

// A filter of its own that gives a call to a tracer that it does not have.
static void corner_own_filter(void) {
    struct sock_filter filter[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_getppid, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_TRACE | 7),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_kill, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | 13),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    struct sock_fprog program = {sizeof filter / sizeof filter[0], filter};
    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    say("filter", prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program));
    say("getppid", syscall(SYS_getppid));
    say("errno", errno);
    say("kill", kill(getpid(), SIGKILL));
    say("errno", errno);
}

#define CORNER(name) {#name, corner_##name}
static const struct { const char *name; void (*run)(void); } corners[] = {
    CORNER(vfork), CORNER(posix_spawn), CORNER(threads), CORNER(exec_thread), CORNER(thread_exits), CORNER(leader_ends),
    CORNER(double_fork), CORNER(setsid), CORNER(orphan), CORNER(zombie), CORNER(stopped), CORNER(stopped_threads),
    CORNER(killed), CORNER(faults), CORNER(cloexec), CORNER(ignored_sigchld), CORNER(realtime), CORNER(alarm),
    CORNER(sigpipe), CORNER(clone_parent), CORNER(untraced), CORNER(pidfd), CORNER(sigtrap), CORNER(restart),
    CORNER(thread_kill), CORNER(group), CORNER(handled), CORNER(many), CORNER(crowd),
    CORNER(unminded), CORNER(unminded_after_stop), CORNER(waitid_null), CORNER(exec_over_wait), CORNER(pidfd_targets), CORNER(own_filter),
};

int main(int count, char **arguments) {
    self = arguments[0][0] == '/' ? arguments[0] : "/proc/self/exe";
    if (count > 1 && !strcmp(arguments[1], "exec_chain")) {
        corner_exec_chain(arguments[2]);
        return 0;
    }
    for (unsigned i = 0; count > 1 && i < sizeof corners / sizeof corners[0]; i++) {
        if (!strcmp(corners[i].name, arguments[1])) {
            corners[i].run();
            return 0;
        }
    }
    return 100;
}
