#include "onnx/names.h"

#include <stdint.h>
#include <string.h>

#include "base/alloc.h"

struct names_slot {
    const char *key; /* NULL: free */
    uint64_t hash;
    int value;
};

/* FNV-1a, 64 bits. */
static uint64_t hash_of(const char *s)
{
    uint64_t h = 14695981039346656037u;
    for (; *s; s++)
        h = (h ^ (unsigned char)*s) * 1099511628211u;
    return h;
}

/* The slot of the key, or the free one where it would go. */
static struct names_slot *find(const struct names *t, const char *key,
                               uint64_t hash)
{
    size_t i = hash & (t->room - 1);
    while (t->slots[i].key &&
           (t->slots[i].hash != hash || strcmp(t->slots[i].key, key)))
        i = (i + 1) & (t->room - 1);
    return &t->slots[i];
}

int names_get(const struct names *t, const char *key)
{
    if (!t->room)
        return -1;
    const struct names_slot *s = find(t, key, hash_of(key));
    return s->key ? s->value : -1;
}

static int grow(struct names *t)
{
    struct names more = {.room = t->room ? 2 * t->room : 64, .n = t->n};
    more.slots = mem_calloc(more.room, sizeof *more.slots);
    if (!more.slots)
        return -1;
    for (size_t i = 0; i < t->room; i++)
        if (t->slots[i].key)
            *find(&more, t->slots[i].key, t->slots[i].hash) = t->slots[i];
    mem_free(t->slots);
    *t = more;
    return 0;
}

int names_put(struct names *t, const char *key, int value)
{
    if (2 * (t->n + 1) > t->room && grow(t))
        return -1;
    uint64_t hash = hash_of(key);
    *find(t, key, hash) = (struct names_slot){key, hash, value};
    t->n++;
    return 0;
}

void names_done(struct names *t)
{
    mem_free(t->slots);
    *t = (struct names){0};
}
