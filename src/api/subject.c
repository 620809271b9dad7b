#include "api/subject.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

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

/* s->graph was read, unless rc says why not. */
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

/* Images ([n, c, h, w]) and signals ([n, t]) of `size` where it is open. */
static void guess(struct shapes *o, const struct graph *g, int64_t size)
{
    o->n = 0;
    for (int i = 0; i < g->n_inputs && o->n < MAX_SHAPES; i++) {
        const struct value *v = &g->values[g->inputs[i]];
        struct shape s = v->declared;
        int open = 0;
        for (int k = 0; k < s.rank; k++) {
            if (s.dims[k] >= 0)
                continue;
            open |= k > 0;
            s.dims[k] = k == 0 ? 1 : s.rank == 4 && k == 1 ? 3 : size;
        }
        if (open && (s.rank == 2 || s.rank == 4))
            o->items[o->n++] = (struct shape_override){v->name, s};
    }
}

/* Shapes of a graph that has none at sizes of 1, whose reason stays in err
 * when nothing helps. */
static int look_larger(struct subject *s, struct shapes *o,
                       struct prune_error *err)
{
    static const int64_t sizes[] = {32, 64, 224, 512, 640, 4096};
    struct prune_error ignored;
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        guess(o, s->graph, sizes[i]);
        ignored = (struct prune_error){0};
        if (o->n && !graph_infer(s->graph, 1, o->items, o->n, &ignored) &&
            !graph_costs(&s->costs, s->graph, &ignored)) {
            *err = (struct prune_error){0};
            return 0;
        }
    }
    o->n = 0;
    return PRUNE_E_INPUT;
}

static int done(struct subject *out, struct subject *s, int rc)
{
    if (rc)
        subject_close(s);
    else
        *out = *s;
    return rc;
}

int subject_open(struct subject *out, const char *path, struct shapes *shapes,
                 struct prune_error *err)
{
    struct subject s = {.name = path};
    struct prune_error why = {0};
    int rc = onnx_read(&s.graph, path, ops_find, err);
    if (rc)
        return done(out, &s, rc);
    rc = look(&s, 0, shapes, &why);
    if (rc == PRUNE_E_INPUT && !shapes->n)
        rc = look_larger(&s, shapes, &why);
    if (rc)
        err_set(err, rc, "%s", why.text);
    return done(out, &s, rc);
}

/* The names of the files are those that the output will have: they stand in
 * the model. Once mapped they need no names. */
static int read_again(struct subject *s, const struct graph *g,
                      const char *folder, const char *last,
                      struct prune_error *err)
{
    char *file = mem_printf("%s/%s", folder, last);
    char *data = file ? mem_printf("%s.data", file) : NULL;
    int rc = data ? onnx_write(g, file, err) : err_memory(err, "a file name");
    if (!rc)
        rc = onnx_read(&s->graph, file, ops_find, err);
    if (data) {
        unlink(file);
        unlink(data);
    }
    mem_free(file);
    mem_free(data);
    return rc;
}

static int through_files(struct subject *s, const struct graph *g,
                         const char *path, struct prune_error *err)
{
    const char *usual = getenv("TMPDIR");
    const char *slash = path ? strrchr(path, '/') : NULL;
    const char *last = slash ? slash + 1 : path ? path : "model.onnx";
    char *folder = slash ? mem_printf("%.*s/prune-XXXXXX",
                                      (int)(slash - path), path)
                   : path ? mem_strdup("./prune-XXXXXX")
                          : mem_printf("%s/prune-XXXXXX",
                                       usual && *usual ? usual : "/tmp");
    if (!folder)
        return err_memory(err, "a file name");
    int rc = mkdtemp(folder) ? read_again(s, g, folder, last, err)
                             : err_set(err, PRUNE_E_FAILED,
                                       "%s: cannot make a folder: %s", folder,
                                       strerror(errno));
    rmdir(folder);
    mem_free(folder);
    return rc;
}

static int through_memory(struct subject *s, const struct graph *g,
                          struct prune_error *err)
{
    unsigned char *bytes;
    size_t size;
    int rc = onnx_write_bytes(&bytes, &size, g, err);
    return rc ? rc : onnx_read_own(&s->graph, bytes, size, s->name, ops_find,
                                   err);
}

int subject_of(struct subject *out, const char *name, const struct graph *g,
               const char *path, const struct shapes *shapes,
               struct prune_error *err)
{
    struct subject s = {.name = name};
    int64_t size;
    int rc = onnx_size(&size, g, err);
    if (!rc)
        rc = size > ONNX_MOST ? through_files(&s, g, path, err)
                              : through_memory(&s, g, err);
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
