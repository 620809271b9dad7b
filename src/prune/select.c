#include "prune/select.h"

#include <math.h>
#include <string.h>

#include "base/alloc.h"

int64_t select_count(double share, int64_t total)
{
    int64_t k = (int64_t)(share * (double)total) - 1;
    if (k < 0)
        k = 0;
    while (k < total && (double)k / (double)total < share)
        k++;
    return k;
}

/* Finds the bin that holds rank *k (from 0) and makes *k the rank within
 * it. */
static uint32_t find_bin(const int64_t *bins, int64_t *k)
{
    uint32_t b = 0;
    while (*k >= bins[b])
        *k -= bins[b++];
    return b;
}

int select_threshold(uint32_t *threshold, int64_t *ties, const uint32_t *keys,
                     int64_t n, int64_t k)
{
    *threshold = 0;
    *ties = 0;
    if (k <= 0)
        return 0;
    int64_t *bins = mem_calloc(65536, sizeof *bins);
    if (!bins)
        return -1;
    int64_t rank = k - 1;
    for (int64_t i = 0; i < n; i++)
        bins[keys[i] >> 16]++;
    uint32_t high = find_bin(bins, &rank);
    memset(bins, 0, 65536 * sizeof *bins);
    for (int64_t i = 0; i < n; i++)
        if (keys[i] >> 16 == high)
            bins[keys[i] & 65535]++;
    uint32_t low = find_bin(bins, &rank);
    mem_free(bins);
    *threshold = high << 16 | low;
    *ties = rank + 1;
    return 0;
}

/* One pass of the radix sort, by 11 bits from `shift` on. */
static void scatter(uint32_t *to, const uint32_t *from, int64_t n, int shift)
{
    int64_t start[2048] = {0}, sum = 0;
    for (int64_t i = 0; i < n; i++)
        start[from[i] >> shift & 2047]++;
    for (int b = 0; b < 2048; b++) {
        int64_t count = start[b];
        start[b] = sum;
        sum += count;
    }
    for (int64_t i = 0; i < n; i++)
        to[start[from[i] >> shift & 2047]++] = from[i];
}

void select_sort(uint32_t *keys, uint32_t *spare, int64_t n)
{
    scatter(spare, keys, n, 0);
    scatter(keys, spare, n, 11);
    scatter(spare, keys, n, 22);
    memcpy(keys, spare, (size_t)n * sizeof *keys);
}
