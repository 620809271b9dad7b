/* What the sibling `prune` says about itself; the daemon knows no
 * technique but through it. */
#include <string.h>

#include "base/json.h"
#include "config.h"
#include "service/internal.h"

struct asking {
    struct service *s;
    struct prune_error *err;
    int rc;
};

static int check(const json_t *d, const char *program,
                 struct prune_error *err)
{
    const char *version = json_text(d, "version", NULL);
    if (!version || !json_is_array(json_object_get(d, "techniques")) ||
        !json_is_array(json_object_get(d, "settings")))
        return err_set(err, PRUNE_E_FAILED,
                       "%s describe --json lacks version, techniques or "
                       "settings", program);
    if (strcmp(version, PACKAGE_VERSION) != 0)
        return err_set(err, PRUNE_E_FAILED,
                       "%s is version %s, this is pruned %s: install both "
                       "from one release", program, version,
                       PACKAGE_VERSION);
    return 0;
}

static void ended(void *data, const struct child_end *end)
{
    struct asking *a = data;
    const char *program = a->s->config->prune;
    if (end->status || end->signal || end->overflowed) {
        a->rc = err_set(a->err, PRUNE_E_FAILED,
                        "%s describe --json failed (exit status %d, signal "
                        "%d): %.200s", program, end->status, end->signal,
                        end->err);
        return;
    }
    json_error_t where;
    json_t *d = json_loadb(end->out, end->n_out, 0, &where);
    if (!json_is_object(d))
        a->rc = err_set(a->err, PRUNE_E_FAILED,
                        "%s describe --json gave no JSON object: %s",
                        program, where.text);
    else
        a->rc = check(d, program, a->err);
    if (a->rc)
        json_decref(d);
    else
        a->s->describe = d;
}

int service_ask(struct service *s, struct prune_error *err)
{
    const char *args[] = {s->config->prune, "describe", "--json", NULL};
    struct asking asking = {.s = s, .err = err};
    struct child_request request = {
        .loop = &s->loop,
        .args = args,
        .fd = -1,
        .wall_ms = 60000,
        .most_output = DESCRIBE_LARGEST,
        .ended = ended,
        .data = &asking,
    };
    struct child *child;
    int rc = child_start(&child, &request, err);
    uv_run(&s->loop, UV_RUN_DEFAULT); /* also closes what failed to start */
    return rc ? rc : asking.rc;
}
