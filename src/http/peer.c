#include "http/peer.h"

int peer_is_slow(const struct http_peer *p, int64_t now)
{
    int64_t seconds = (now - p->since) / 1000;
    if (p->phase == PEER_IDLE)
        return seconds >= PEER_IDLE_SECONDS;
    if (p->phase != PEER_BODY || seconds <= PEER_GRACE_SECONDS)
        return 0;
    uint64_t due = (uint64_t)(seconds - PEER_GRACE_SECONDS) * PEER_RATE;
    return p->received < due;
}
