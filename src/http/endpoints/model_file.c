#include "http/reply.h"

static enum http_step answer(struct http_request *r)
{
    return reply_read(r, read_model_file, "application/octet-stream");
}

const struct endpoint endpoint_model_file = {
    .name = "model_file",
    .query = "",
    .answer = answer,
};
