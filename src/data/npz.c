#include "data/npz.h"

#include <inttypes.h>
#include <string.h>
#include <zip.h>

#include "base/alloc.h"
#include "base/file.h"

struct npz {
    zip_t *zip;
};

enum { HEAD_BYTES = 20000 };

int npz_open(struct npz **out, const char *path, struct prune_error *err)
{
    /* libzip says "No error" of folders and empty files; map says better. */
    struct file_map m = {0};
    int rc = file_map(&m, path, 0, err);
    if (rc)
        return rc;
    file_unmap(&m);
    struct npz *z = mem_new(sizeof *z);
    if (!z)
        return err_memory(err, "a data set");
    int code;
    z->zip = zip_open(path, ZIP_RDONLY, &code);
    if (!z->zip) {
        npz_close(z);
        return err_set(err, PRUNE_E_INPUT,
                       "%s: not a .npz file (a zip of NumPy arrays); write "
                       "one with numpy.savez or `prune dataset`",
                       path);
    }
    *out = z;
    return 0;
}

void npz_close(struct npz *z)
{
    if (!z)
        return;
    if (z->zip)
        zip_discard(z->zip);
    mem_free(z);
}

static zip_int64_t locate(const struct npz *z, const char *name)
{
    char *file = mem_printf("%s.npy", name);
    zip_int64_t i = file ? zip_name_locate(z->zip, file, 0) : -1;
    mem_free(file);
    return i;
}

int npz_has(const struct npz *z, const char *name)
{
    return locate(z, name) >= 0;
}

static int read_all(zip_file_t *f, void *bytes, size_t n)
{
    char *p = bytes;
    while (n) {
        zip_int64_t k = zip_fread(f, p, n);
        if (k <= 0)
            return -1;
        p += k;
        n -= (size_t)k;
    }
    return 0;
}

/* The beginning of an entry: its header, and what was read beyond it. */
struct start {
    struct npy_head head;
    size_t n; /* bytes read */
    unsigned char bytes[HEAD_BYTES];
};

/* The header's promise is compared with the entry's size. */
static int read_start(struct start *out, zip_file_t *f, uint64_t entry_size,
                      struct prune_error *err)
{
    out->n = entry_size < HEAD_BYTES ? (size_t)entry_size : HEAD_BYTES;
    if (read_all(f, out->bytes, out->n))
        return err_set(err, PRUNE_E_INPUT, "the archive is damaged");
    int rc = npy_head_read(&out->head, out->bytes, out->n, err);
    if (rc)
        return rc;
    if ((uint64_t)out->head.bytes != entry_size - out->head.size)
        return err_set(err, PRUNE_E_INPUT,
                       "the header promises %" PRId64 " bytes, the archive "
                       "holds %" PRIu64,
                       out->head.bytes, entry_size - out->head.size);
    return 0;
}

static int read_rest(struct tensor **out, const struct start *s,
                     zip_file_t *f, struct prune_error *err)
{
    struct tensor *t;
    int rc = tensor_new(&t, s->head.dtype, &s->head.shape, err);
    if (rc)
        return rc;
    size_t have = s->n - s->head.size;
    if (have)
        memcpy(t->data, s->bytes + s->head.size, have);
    if (read_all(f, (char *)t->data + have, (size_t)s->head.bytes - have)) {
        tensor_unref(t);
        return err_set(err, PRUNE_E_INPUT, "the archive is damaged");
    }
    *out = t;
    return 0;
}

/* The header, and the elements as well when `elements` is not NULL. */
static int read_entry(struct start *s, struct tensor **elements,
                      struct npz *z, const char *name,
                      struct prune_error *err)
{
    zip_int64_t i = locate(z, name);
    if (i < 0)
        return err_set(err, PRUNE_E_INPUT, "holds no array %s", name);
    zip_stat_t st;
    zip_file_t *f = NULL;
    int rc;
    if (zip_stat_index(z->zip, (zip_uint64_t)i, 0, &st) ||
        !(f = zip_fopen_index(z->zip, (zip_uint64_t)i, 0)))
        rc = err_set(err, PRUNE_E_INPUT, "cannot be unpacked");
    else
        rc = read_start(s, f, st.size, err);
    if (!rc && elements)
        rc = read_rest(elements, s, f, err);
    if (f)
        zip_fclose(f);
    if (rc)
        err_prefix(err, "array %s", name);
    return rc;
}

int npz_read(struct tensor **out, struct npz *z, const char *name,
             struct prune_error *err)
{
    struct start s;
    return read_entry(&s, out, z, name, err);
}

int npz_head(struct npy_head *out, struct npz *z, const char *name,
             struct prune_error *err)
{
    struct start s;
    int rc = read_entry(&s, NULL, z, name, err);
    if (!rc)
        *out = s.head;
    return rc;
}

/* One entry of the archive; its bytes stay ours until the archive is
 * closed, so the list of them is the caller's. */
static int add_entry(zip_t *zip, const char *name, const struct tensor *t,
                     unsigned char **bytes, struct prune_error *err)
{
    unsigned char *head;
    size_t n;
    int rc = npy_head_new(&head, &n, t->dtype, &t->shape, err);
    if (rc)
        return rc;
    char *file = mem_printf("%s.npy", name);
    *bytes = mem_calloc(n + t->size, 1);
    zip_source_t *source = NULL;
    zip_int64_t index = -1;
    if (file && *bytes) {
        memcpy(*bytes, head, n);
        memcpy(*bytes + n, t->data, t->size);
        source = zip_source_buffer(zip, *bytes, n + t->size, 0);
    }
    if (source)
        index = zip_file_add(zip, file, source, ZIP_FL_ENC_UTF_8);
    if (source && index < 0)
        zip_source_free(source);
    mem_free(file);
    mem_free(head);
    if (index < 0)
        return err_memory(err, "an archive");
    /* A fixed date: the same arrays give the same bytes. */
    zip_file_set_dostime(zip, (zip_uint64_t)index, 0, 0x21, 0);
    zip_set_file_compression(zip, (zip_uint64_t)index, ZIP_CM_DEFLATE, 1);
    return 0;
}

static int source_to_file(zip_source_t *source, const char *path,
                          struct prune_error *err)
{
    struct file_new f;
    int rc = file_new_open(&f, path, err);
    if (rc)
        return rc;
    char block[65536];
    zip_int64_t n = -1;
    if (zip_source_open(source) == 0) {
        while (!rc && (n = zip_source_read(source, block, sizeof block)) > 0)
            rc = file_new_write(&f, block, (size_t)n, err);
        zip_source_close(source);
    }
    if (!rc && n < 0)
        rc = err_set(err, PRUNE_E_FAILED, "%s: packing failed", path);
    if (!rc)
        return file_new_commit(&f, err);
    file_new_drop(&f);
    return rc;
}

static int write_archive(zip_source_t *source, const char *path,
                         const char *const *names,
                         struct tensor *const *arrays, int n,
                         unsigned char **bytes, struct prune_error *err)
{
    zip_t *zip = zip_open_from_source(source, ZIP_TRUNCATE, NULL);
    if (!zip)
        return err_memory(err, "an archive");
    /* The source outlives the archive, which gives up its own reference. */
    zip_source_keep(source);
    int rc = 0;
    for (int i = 0; i < n && !rc; i++)
        rc = add_entry(zip, names[i], arrays[i], &bytes[i], err);
    if (rc) {
        zip_discard(zip);
        return rc;
    }
    if (zip_close(zip)) {
        zip_discard(zip);
        return err_set(err, PRUNE_E_FAILED, "%s: packing failed", path);
    }
    return source_to_file(source, path, err);
}

int npz_write(const char *path, const char *const *names,
              struct tensor *const *arrays, int n, struct prune_error *err)
{
    unsigned char **bytes = mem_calloc((size_t)n, sizeof *bytes);
    zip_source_t *source = zip_source_buffer_create(NULL, 0, 0, NULL);
    int rc;
    if (!bytes || !source)
        rc = err_memory(err, "an archive");
    else
        rc = write_archive(source, path, names, arrays, n, bytes, err);
    for (int i = 0; bytes && i < n; i++)
        mem_free(bytes[i]);
    mem_free(bytes);
    if (source)
        zip_source_free(source);
    return rc;
}
