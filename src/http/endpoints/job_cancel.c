#include "http/reply.h"

static int begin(struct http_request *r)
{
    return http_query_only(r, "");
}

static enum http_step answer(struct http_request *r)
{
    return http_posted(r, service_post_cancel(r->service, r->match.param[0],
                                              http_answered, r));
}

const struct endpoint endpoint_job_cancel = {
    .name = "job_cancel",
    .begin = begin,
    .answer = answer,
};
