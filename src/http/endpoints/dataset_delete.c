#include "http/reply.h"

static int begin(struct http_request *r)
{
    return http_query_only(r, "");
}

static enum http_step answer(struct http_request *r)
{
    return http_posted(r, service_post_dataset_delete(r->service,
                                                   r->match.param[0],
                                                   http_answered, r));
}

const struct endpoint endpoint_dataset_delete = {
    .name = "dataset_delete",
    .begin = begin,
    .answer = answer,
};
