#include "api/subject.h"

#include "base/alloc.h"
#include "base/file.h"
#include "measure/size.h"
#include "onnx/onnx.h"
#include "ops/table.h"

static int add_piece(void *payload, const void *bytes, size_t n)
{
    sha256_add(payload, bytes, n);
    return 0;
}

/* What a name or a path has been read for is in s->graph; rc says how that
 * went. */
static int look(struct subject *s, int rc, const struct shapes *o,
                struct prune_error *err)
{
    struct sha256 hash;
    const struct file_map *m;
    s->compressed = -1;
    if (rc)
        return rc;
    sha256_start(&hash);
    for (size_t i = 0; (m = onnx_file(s->graph, i)); i++) {
        s->size += m->size;
        file_each_piece(m, add_piece, &hash);
    }
    sha256_end(&hash, s->sha256);
    rc = graph_infer(s->graph, 1, o->items, o->n, err);
    return rc ? rc : graph_costs(&s->costs, s->graph, err);
}

static int done(struct subject *out, struct subject *s, int rc)
{
    if (rc)
        subject_close(s);
    else
        *out = *s;
    return rc;
}

int subject_open(struct subject *out, const char *path,
                 const struct shapes *shapes, struct prune_error *err)
{
    struct subject s = {.name = path};
    int rc = onnx_read(&s.graph, path, ops_find, err);
    return done(out, &s, look(&s, rc, shapes, err));
}

int subject_read(struct subject *out, const char *name, unsigned char *bytes,
                 size_t size, const struct shapes *shapes,
                 struct prune_error *err)
{
    struct subject s = {.name = name};
    int rc = onnx_read_own(&s.graph, bytes, size, name, ops_find, err);
    return done(out, &s, look(&s, rc, shapes, err));
}

static const struct file_map *next_file(void *graph, size_t i)
{
    return onnx_file(graph, i);
}

int subject_compress(struct subject *s, struct prune_error *err)
{
    return measure_compressed_files(&s->compressed, next_file, s->graph, err);
}

void subject_close(struct subject *s)
{
    graph_costs_done(&s->costs);
    graph_free(s->graph);
    *s = (struct subject){0};
}
