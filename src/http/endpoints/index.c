#include "http/private.h"
#include "http/reply.h"
#include "http/text.h"

/* Programs that ask for JSON get the service document, people the page. */
static enum http_step answer(struct http_request *r)
{
    const char *accept = http_header(r, "Accept");
    const struct asset *page = assets_find(&r->server->assets, "index.html");
    if (!page || (http_has_token(accept, "application/json") &&
                  !http_has_token(accept, "text/html"))) {
        struct reader *reader = http_reader(r);
        if (reader)
            read_index(reader, &r->answer);
        return HTTP_ANSWER;
    }
    return reply_static(r, page->type, page->bytes, page->size, page->etag);
}

const struct endpoint endpoint_index = {
    .name = "index",
    .answer = answer,
};
