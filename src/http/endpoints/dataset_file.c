#include "http/reply.h"

static enum http_step answer(struct http_request *r)
{
    return reply_read(r, read_dataset_file, "application/octet-stream");
}

const struct endpoint endpoint_dataset_file = {
    .name = "dataset_file",
    .query = "",
    .answer = answer,
};
