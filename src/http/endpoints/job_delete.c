#include "http/reply.h"

static enum http_step answer(struct http_request *r)
{
    return http_posted(r, service_post_job_delete(r->service, r->match.param[0],
                                              http_answered, r));
}

const struct endpoint endpoint_job_delete = {
    .name = "job_delete",
    .query = "",
    .answer = answer,
};
