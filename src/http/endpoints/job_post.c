#include "http/reply.h"

static int begin(struct http_request *r)
{
    return http_query_only(r, "");
}

static enum http_step answer(struct http_request *r)
{
    json_t *settings = r->fields;
    r->fields = NULL;
    return http_posted(r, service_post_jobs(r->service, settings,
                                            r->fields_are_text,
                                            http_answered, r));
}

const struct endpoint endpoint_job_post = {
    .name = "job_post",
    .begin = begin,
    .answer = answer,
};
