// What the C peers measure with: the monotonic clock, the memory that processes cost, and a median.
#ifndef MEASURE_H
#define MEASURE_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

// Nanoseconds of CLOCK_MONOTONIC; see clock_gettime(2).
static inline int64_t now_ns(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static inline void fail(const char *what) {
    perror(what);
    exit(1);
}

// KiB of the machine's memory in what processes are made of: their own pages, shared memory, page tables, kernel
// stacks and slabs; see proc_meminfo(5). The difference that n processes make is all that they cost. MemFree and
// MemAvailable cannot tell it: pages that a processor keeps at hand for the next allocation count in neither.
static inline long process_kib(void) {
    static const char *const kinds[] = {"AnonPages:", "Shmem:", "PageTables:", "KernelStack:", "Slab:"};
    char line[128], kind[64];
    long kib, sum = 0;
    FILE *file = fopen("/proc/meminfo", "r");
    if (!file) fail("/proc/meminfo");
    while (fgets(line, sizeof line, file))
        if (sscanf(line, "%63s %ld", kind, &kib) == 2)
            for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
                if (strcmp(kind, kinds[i]) == 0) sum += kib;
    fclose(file);
    return sum;
}

static int ascending(const void *a, const void *b) {
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

static inline int64_t median(int64_t *values, size_t count) {
    qsort(values, count, sizeof *values, ascending);
    return values[count / 2];
}

#endif
