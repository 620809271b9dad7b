#include "http/reply.h"

static enum http_step answer(struct http_request *r)
{
    struct page page;
    struct job_filter filter = {
        .state = http_query(r, "state"),
        .model = http_query(r, "model"),
        .group = http_query(r, "group"),
        .technique = http_query(r, "technique"),
    };
    struct reader *reader = http_reader(r);
    if (reader && http_page(r, &page) == 0)
        read_jobs(reader, &filter, &page, &r->answer);
    return HTTP_ANSWER;
}

const struct endpoint endpoint_job_list = {
    .name = "job_list",
    .query = "state model group technique limit after",
    .answer = answer,
};
