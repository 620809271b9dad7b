#include "http/text.h"

#include <string.h>
#include <strings.h>

static int hex(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

int http_decode(char *out, const char *text, size_t n, int plus)
{
    int size = 0;
    for (size_t i = 0; i < n; i++) {
        char c = text[i];
        if (c == '%') {
            int whole = n - i > 2;
            int high = whole ? hex(text[i + 1]) : -1;
            int low = whole ? hex(text[i + 2]) : -1;
            if (high < 0 || low < 0)
                return -1;
            c = (char)(high * 16 + low);
            i += 2;
        } else if (c == '+' && plus) {
            c = ' ';
        }
        if (!c)
            return -1;
        out[size++] = c;
    }
    out[size] = 0;
    return size;
}

static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                            "abcdefghijklmnopqrstuvwxyz0123456789._-";

void http_encode(struct buf *b, const char *text)
{
    for (; *text; text++) {
        if (strchr(plain, *text))
            buf_add(b, text, 1);
        else
            buf_printf(b, "%%%02X", (unsigned)(unsigned char)*text);
    }
}

int http_name_ok(const char *s)
{
    size_t n = strspn(s, plain);
    return n >= 1 && n <= 128 && !s[n] && s[0] != '.';
}

/* One element of a list: without blanks around, without parameters. */
static size_t element(const char **at, const char **start)
{
    const char *p = *at + strspn(*at, " \t,");
    size_t n = strcspn(p, ",");
    *at = p + n;
    *start = p;
    n = strcspn(p, ",;");
    while (n && (p[n - 1] == ' ' || p[n - 1] == '\t'))
        n--;
    return n;
}

int http_has_token(const char *list, const char *token)
{
    const char *start;
    while (list && *list) {
        size_t n = element(&list, &start);
        if (n == strlen(token) && !strncasecmp(start, token, n))
            return 1;
    }
    return 0;
}

int http_is_type(const char *value, const char *type)
{
    const char *start;
    if (!value)
        return 0;
    size_t n = element(&value, &start), want = strlen(type);
    if (want && type[want - 1] == '/')
        return n > want && !strncasecmp(start, type, want);
    return n == want && !strncasecmp(start, type, n);
}

int http_u64(uint64_t *out, const char *text)
{
    uint64_t sum = 0;
    if (!*text)
        return -1;
    for (; *text; text++) {
        if (*text < '0' || *text > '9')
            return -1;
        uint64_t digit = (uint64_t)(*text - '0');
        if (sum > (UINT64_MAX - digit) / 10)
            return -1;
        sum = sum * 10 + digit;
    }
    *out = sum;
    return 0;
}

/* The number after `name=`, quoted or bare; at most six digits. */
static long number_after(const char *p)
{
    p += strspn(p, " \t");
    if (*p++ != '=')
        return -1;
    p += strspn(p, " \t\"");
    long n = 0;
    int digits = 0;
    for (; *p >= '0' && *p <= '9' && digits < 7; p++, digits++)
        n = n * 10 + (*p - '0');
    return digits && digits < 7 ? n : -1;
}

long http_preference(const char *value, const char *name)
{
    size_t length = strlen(name);
    for (const char *p = value; p && *p;) {
        p += strspn(p, " \t,;");
        if (!strncasecmp(p, name, length) && strchr(" \t=", p[length]) &&
            p[length])
            return number_after(p + length);
        p += strcspn(p, ",;");
    }
    return -1;
}
