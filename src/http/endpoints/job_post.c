#include "http/reply.h"

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
    .query = "",
    .answer = answer,
};
