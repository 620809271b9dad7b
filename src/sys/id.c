#include "sys/id.h"

#include <stdint.h>
#include <string.h>
#include <sys/random.h>

#include "sys/clock.h"

/* Crockford's base 32 in lower case: nothing that is read as another. */
static const char alphabet[] = "0123456789abcdefghjkmnpqrstvwxyz";

enum { TIME_CHARS = 9, CHANCE_CHARS = 10, ID_CHARS = 20 };

static void spell(char *out, int n, uint64_t value)
{
    for (int i = n - 1; i >= 0; i--, value >>= 5)
        out[i] = alphabet[value & 31];
}

int id_new(char out[static ID_TEXT], char prefix)
{
    uint64_t chance;
    if (getrandom(&chance, sizeof chance, 0) != sizeof chance)
        return -1;
    out[0] = prefix;
    spell(out + 1, TIME_CHARS, (uint64_t)clock_now());
    spell(out + 1 + TIME_CHARS, CHANCE_CHARS, chance);
    out[ID_CHARS] = '\0';
    return 0;
}

int id_is(const char *text, char prefix)
{
    if (text[0] != prefix || strlen(text) != ID_CHARS)
        return 0;
    return strspn(text, "0123456789abcdefghijklmnopqrstuvwxyz") == ID_CHARS;
}
