#include "http/peer.h"

#include <criterion/criterion.h>

Test(peer, has_a_minute_for_headers)
{
    struct http_peer p = {.phase = PEER_IDLE, .since = 1000};
    cr_assert_not(peer_is_slow(&p, 60000));
    cr_assert(peer_is_slow(&p, 61000));
}

Test(peer, keeps_a_rate_after_a_grace)
{
    struct http_peer p = {.phase = PEER_BODY};
    cr_assert_not(peer_is_slow(&p, 10999));
    cr_assert(peer_is_slow(&p, 11000));
    p.received = 1024;
    cr_assert_not(peer_is_slow(&p, 11000));
    cr_assert(peer_is_slow(&p, 12000));
    p.received = 1 << 30;
    cr_assert_not(peer_is_slow(&p, 3600000));
}

Test(peer, waits_for_us_without_end)
{
    struct http_peer p = {.phase = PEER_BUSY};
    cr_assert_not(peer_is_slow(&p, INT64_MAX / 2));
}
