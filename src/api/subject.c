#include "api/subject.h"

#include "base/alloc.h"
#include "onnx/onnx.h"
#include "ops/table.h"

static int look(struct subject *s, const struct shapes *o,
                struct prune_error *err)
{
    sha256_of(s->data, s->size, s->sha256);
    s->compressed = -1;
    int rc = onnx_read_bytes(&s->graph, s->data, s->size, s->name, ops_find,
                             err);
    if (!rc)
        rc = graph_infer(s->graph, 1, o->items, o->n, err);
    if (!rc)
        rc = graph_costs(&s->costs, s->graph, err);
    return rc;
}

int subject_open(struct subject *out, const char *path,
                 const struct shapes *shapes, struct prune_error *err)
{
    struct subject s = {.name = path};
    int rc = file_map(&s.map, path, 0, err);
    if (rc)
        return rc;
    s.data = s.map.data;
    s.size = s.map.size;
    rc = look(&s, shapes, err);
    if (rc)
        subject_close(&s);
    else
        *out = s;
    return rc;
}

int subject_read(struct subject *out, const char *name, unsigned char *bytes,
                 size_t size, const struct shapes *shapes,
                 struct prune_error *err)
{
    struct subject s = {.name = name, .bytes = bytes, .data = bytes,
                        .size = size};
    int rc = look(&s, shapes, err);
    if (rc)
        subject_close(&s);
    else
        *out = s;
    return rc;
}

void subject_close(struct subject *s)
{
    graph_costs_done(&s->costs);
    graph_free(s->graph);
    file_unmap(&s->map);
    mem_free(s->bytes);
    *s = (struct subject){0};
}
