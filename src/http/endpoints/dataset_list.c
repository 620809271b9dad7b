#include "http/reply.h"

static enum http_step answer(struct http_request *r)
{
    struct page page;
    struct reader *reader = http_reader(r);
    if (reader && http_page(r, &page) == 0)
        read_datasets(reader, &page, &r->answer);
    return HTTP_ANSWER;
}

const struct endpoint endpoint_dataset_list = {
    .name = "dataset_list",
    .query = "limit after",
    .answer = answer,
};
