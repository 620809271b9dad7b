#include "http/origin.h"

#include <criterion/criterion.h>
#include <string.h>

static struct origin listening(const char *address, unsigned port)
{
    struct origin o = {0};
    cr_assert_eq(origin_listen(&o, address, port), 0);
    return o;
}

Test(origin, knows_its_hosts)
{
    struct origin o = listening("127.0.0.1", 8080);
    cr_assert(origin_is_host(&o, "127.0.0.1:8080"));
    cr_assert(origin_is_host(&o, "LOCALHOST:8080"));
    cr_assert(origin_is_host(&o, "[::1]:8080"));
    cr_assert_not(origin_is_host(&o, "127.0.0.1"));
    cr_assert_not(origin_is_host(&o, "127.0.0.1:80800"));
    cr_assert_not(origin_is_host(&o, "evil.example:8080"));
    cr_assert_not(origin_is_host(&o, "localhost.evil.example:8080"));
    cr_assert_not(origin_is_host(&o, ""));
    cr_assert_not(origin_is_host(&o, NULL));
}

Test(origin, leaves_out_port_80)
{
    struct origin o = listening("::1", 80);
    cr_assert(origin_is_host(&o, "[::1]"));
    cr_assert(origin_is_host(&o, "localhost"));
    cr_assert(origin_is_host(&o, "localhost:80"));
}

Test(origin, takes_any_port_over_a_socket_file)
{
    struct origin o = listening(NULL, 0);
    cr_assert(origin_is_host(&o, "localhost"));
    cr_assert(origin_is_host(&o, "localhost:1234"));
    cr_assert_not(origin_is_host(&o, "localhost.example"));
}

Test(origin, takes_configured_names)
{
    struct origin o = listening("127.0.0.1", 8080);
    cr_assert_eq(origin_add_name(&o, "prune.example", 8080), 0);
    cr_assert(origin_is_host(&o, "prune.example"));
    cr_assert(origin_is_host(&o, "prune.example:8080"));
    cr_assert_not(origin_is_host(&o, "prune.example:81"));
    char name[ORIGIN_NAME + 1];
    memset(name, 'a', ORIGIN_NAME);
    name[ORIGIN_NAME] = 0;
    cr_assert_eq(origin_add_name(&o, name, 1), -1);
}

Test(origin, refuses_foreign_pages)
{
    struct origin o = listening("127.0.0.1", 8080);
    const char *host = "localhost:8080";
    cr_assert_null(origin_refusal(&o, host, NULL, NULL));
    cr_assert_null(origin_refusal(&o, host, "http://localhost:8080",
                                  "same-origin"));
    cr_assert_null(origin_refusal(&o, NULL, NULL, "none"));
    cr_assert_not_null(origin_refusal(&o, "evil.example", NULL, NULL));
    cr_assert_not_null(origin_refusal(&o, host, "http://evil.example",
                                      NULL));
    cr_assert_not_null(origin_refusal(&o, host, "null", NULL));
    cr_assert_not_null(origin_refusal(&o, host, "http://localhost:9999",
                                      NULL));
    cr_assert_not_null(origin_refusal(&o, host, NULL, "cross-site"));
}
