#include "http/reply.h"

static enum http_step answer(struct http_request *r)
{
    return http_posted(r, service_post_model_data_delete(
                              r->service, r->match.param[0],
                              r->match.param[1], http_answered, r));
}

const struct endpoint endpoint_model_data_delete = {
    .name = "model_data_delete",
    .query = "",
    .answer = answer,
};
