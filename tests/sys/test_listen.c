#include <criterion/criterion.h>
#include <string.h>

#include "sys/config.h"

static int take(struct listen_address *a, const char *text)
{
    struct prune_error e = {0};
    return config_listen(a, text, &e);
}

Test(listen, takes_loopback_in_its_forms)
{
    struct listen_address a;
    cr_assert_eq(take(&a, "127.0.0.1:8080"), 0);
    cr_assert_eq(a.port, 8080);
    cr_assert(a.loopback && !a.ipv6);
    cr_assert_eq(take(&a, "localhost:0"), 0);
    cr_assert_str_eq(a.host, "127.0.0.1");
    cr_assert_eq(a.port, 0);
    cr_assert_eq(take(&a, "127.8.9.1:65535"), 0);
    cr_assert_eq(take(&a, "[::1]:80"), 0);
    cr_assert_str_eq(a.host, "::1");
    cr_assert(a.ipv6);
    cr_assert_eq(take(&a, "unix:/run/p.sock"), 0);
    cr_assert_str_eq(a.path, "/run/p.sock");
}

Test(listen, refuses_what_strangers_can_reach)
{
    static const char *const open[] = {"0.0.0.0:80", "[::]:80",
                                       "192.168.1.2:80", "[fe80::1]:80"};
    for (size_t i = 0; i < 4; i++) {
        struct listen_address a;
        struct prune_error e = {0};
        cr_assert_eq(config_listen(&a, open[i], &e), PRUNE_E_FAILED);
        cr_assert_not_null(strstr(e.text, "tokens"), "%s", e.text);
    }
}

Test(listen, refuses_what_is_no_address)
{
    static const char *const bad[] = {
        "", "8080", ":8080", "127.0.0.1", "127.0.0.1:", "127.0.0.1:65536",
        "127.0.0.1:-1", "127.0.0.1:8x", "example.org:80", "::1:80", "unix:",
        "[::1]", "127.0.0.1:00000080",
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct listen_address a;
        cr_assert_eq(take(&a, bad[i]), PRUNE_E_USAGE, "%s", bad[i]);
    }
    char path[200];
    memset(path, 'a', sizeof path);
    memcpy(path, "unix:/", 6);
    path[sizeof path - 1] = '\0';
    struct listen_address a;
    cr_assert_eq(take(&a, path), PRUNE_E_USAGE);
}
