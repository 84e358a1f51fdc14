// epoll on a pipe of its own.
#include <sys/epoll.h>
#include <unistd.h>

int main(void) {
    int ends[2];
    pipe(ends);
    int all = epoll_create1(0);
    struct epoll_event wanted = {EPOLLIN, {0}};
    epoll_ctl(all, EPOLL_CTL_ADD, ends[0], &wanted);
    epoll_wait(all, &wanted, 1, -1);
    return 0;
}
