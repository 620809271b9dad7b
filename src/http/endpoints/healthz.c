#include "base/alloc.h"
#include "http/reply.h"

/* Says that the process answers, and nothing of its store or disk. */
static enum http_step answer(struct http_request *r)
{
    return reply_text(r, MHD_HTTP_OK, "application/json",
                      mem_strdup("{\"alive\":true}\n"), NULL);
}

const struct endpoint endpoint_healthz = {
    .name = "healthz",
    .answer = answer,
};
