#include "http/reply.h"

static enum http_step answer(struct http_request *r)
{
    struct reader *reader = http_reader(r);
    if (reader)
        read_index(reader, &r->answer);
    return HTTP_ANSWER;
}

const struct endpoint endpoint_service_document = {
    .name = "service_document",
    .query = "",
    .answer = answer,
};
