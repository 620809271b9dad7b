#include "http/private.h"
#include "http/reply.h"

static enum http_step answer(struct http_request *r)
{
    const struct asset *a = assets_find(&r->server->assets,
                                        r->match.param[0]);
    if (!a)
        return reply_problem(r, PROBLEM_NOT_FOUND,
                             "there is no such page; the dashboard is at /, "
                             "the service at /v1");
    return reply_static(r, a->type, a->bytes, a->size, a->etag);
}

const struct endpoint endpoint_asset = {
    .name = "asset",
    .answer = answer,
};
